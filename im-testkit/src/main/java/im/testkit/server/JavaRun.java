package im.testkit.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs of ours as processes, on this JVM's java and class path, which holds what was just built. */
public final class JavaRun {
    private JavaRun() {}

    /** What one left behind. */
    public record Ended(int code, String out, String err) {}

    /**
     * The command line up to the program's own arguments. It has the flags of {@code im.test.jvm.flags}, and starts
     * quickly.
     *
     * @param flags of its JVM, behind those
     * @param main its class
     */
    public static List<String> command(List<String> flags, String main) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(usualFlags());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        return command;
    }

    static List<String> usualFlags() {
        List<String> flags = new ArrayList<>();
        for (String flag : System.getProperty("im.test.jvm.flags", "").trim().split(" +")) {
            if (!flag.isEmpty()) {
                flags.add(flag);
            }
        }
        flags.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        return flags;
    }
}
