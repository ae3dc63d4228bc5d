package im.testkit.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How to start a server.
 *
 * @param folder of this server alone: its data, its key and its log lie in it
 * @param settings configuration keys over the test profile ({@link #in})
 * @param properties system properties of its JVM
 * @param flags of its JVM, behind those that every server here has
 * @param wrapper a command that runs the command behind it, as strace does; usually empty
 */
public record ServerSpec(
        Path folder,
        Map<String, String> settings,
        Map<String, String> properties,
        List<String> flags,
        List<String> wrapper) {
    /**
     * A client gives its gateway 0.3 heartbeats to answer a ping, and where many processes share few processors, all of
     * them stand still for a second or two.
     */
    static final String UNHURRIED = "9s";

    private static final String MEMORY = "-Xmx512m";

    /** The test profile: all ports chosen by the kernel, a heartbeat of {@link #UNHURRIED}, grace of presence 1 s. */
    public static ServerSpec in(Path folder) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("listen.http-port", "0");
        settings.put("listen.tcp-port", "0");
        settings.put("listen.admin-port", "0");
        settings.put("session.heartbeat", UNHURRIED);
        settings.put("presence.grace", "1s");
        return new ServerSpec(folder, settings, Map.of(), List.of(), List.of());
    }

    public ServerSpec set(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(key, value);
        return new ServerSpec(folder, more, properties, flags, wrapper);
    }

    /** Holds more of a conversation than any test writes, so that nothing is ever truncated. */
    public ServerSpec holdingAll() {
        return set("retention.messages", "1000000").set("retention.bytes", "1GiB");
    }

    public ServerSpec property(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(properties);
        more.put(name, value);
        return new ServerSpec(folder, settings, more, flags, wrapper);
    }

    public ServerSpec flags(String... more) {
        return new ServerSpec(folder, settings, properties, List.of(more), wrapper);
    }

    public ServerSpec wrappedIn(String... command) {
        return new ServerSpec(folder, settings, properties, flags, List.of(command));
    }

    Path data() {
        return folder.resolve("data");
    }

    Path key() {
        return folder.resolve("token.key");
    }

    Path log() {
        return folder.resolve("server.log");
    }

    List<String> command() {
        List<String> command = new ArrayList<>(wrapper);
        List<String> all = new ArrayList<>(List.of(MEMORY));
        all.addAll(flags);
        properties.forEach((name, value) -> all.add("-D" + name + "=" + value));
        command.addAll(JavaRun.command(all, "im.gateway.launch.Main"));
        command.add("start");
        command.add("--dev");
        command.add("--data");
        command.add(data().toString());
        settings.forEach((key, value) -> {
            command.add("--set");
            command.add(key + "=" + value);
        });
        command.add("--set");
        command.add("auth.key-file=" + key());
        return command;
    }

    /** JVM flags of every server here: little memory and a quick start, after those of the JDK that tests run on. */
    static List<String> usualFlags() {
        List<String> flags = new ArrayList<>(JavaRun.usualFlags());
        flags.add(MEMORY);
        return flags;
    }
}
