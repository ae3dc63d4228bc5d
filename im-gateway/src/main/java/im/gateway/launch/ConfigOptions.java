package im.gateway.launch;

import im.gateway.config.ConfigException;
import im.gateway.config.ConfigLoader;
import im.gateway.config.ConfigLoader.Flag;
import im.gateway.config.LoadedConfig;
import im.gateway.config.NodeConfig;
import im.gateway.config.ServerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that set configuration, shared by the commands that need one. */
final class ConfigOptions {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(names = "--config", paramLabel = "FILE", description = "YAML file (or IM_CONFIG).")
    private @Nullable Path file;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Any key; may be repeated.")
    private List<String> settings = List.of();

    @Option(names = "--data", paramLabel = "DIR", description = "Data folder (or IM_DATA).")
    private @Nullable String data;

    @Option(names = "--dev", description = "Development mode: loopback only, own key, hands out tokens.")
    private boolean dev;

    @Option(names = "--host", paramLabel = "HOST", description = "Address of the public listeners.")
    private @Nullable String host;

    @Option(names = "--http-port", paramLabel = "PORT", description = "HTTP and WebSocket; 0 chooses one and keeps it.")
    private @Nullable String httpPort;

    @Option(names = "--tcp-port", paramLabel = "PORT", description = "TCP; 0 chooses one and keeps it.")
    private @Nullable String tcpPort;

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            description = "Health and metrics; 0 chooses one and keeps it.")
    private @Nullable String adminPort;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    void help(boolean wanted) {
        // Nothing to keep: whoever parses the command line shows the help.
    }

    /** For a process that serves no sessions: a relay, a router. */
    LoadedConfig<NodeConfig> loadForNode() throws ConfigException {
        return ConfigLoader.loadForNode(file(), System.getenv(), flags(), home());
    }

    LoadedConfig<ServerConfig> load() throws ConfigException {
        return ConfigLoader.load(file(), System.getenv(), flags(), home());
    }

    ConfigLoader.TokenSettings loadForTokens(@Nullable String keyFile) throws ConfigException {
        List<Flag> flags = flags();
        add(flags, "auth.key-file", keyFile, "--key");
        return ConfigLoader.loadForTokens(file(), System.getenv(), flags, home());
    }

    private @Nullable Path file() {
        String variable = System.getenv(ConfigLoader.FILE_VARIABLE);
        return file != null || variable == null || variable.isEmpty() ? file : Path.of(variable);
    }

    /** The launcher names the folder it lies in; without one it is the working directory. */
    private static Path home() {
        return Path.of(System.getProperty("im.home", "")).toAbsolutePath();
    }

    private List<Flag> flags() {
        List<Flag> flags = new ArrayList<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            if (equals <= 0) {
                throw new ParameterException(commandLine(), "--set " + setting + ": expected KEY=VALUE");
            }
            flags.add(new Flag(setting.substring(0, equals), setting.substring(equals + 1), "--set"));
        }
        add(flags, "data", data, "--data");
        add(flags, "dev", dev ? "true" : null, "--dev");
        add(flags, "listen.host", host, "--host");
        add(flags, "listen.http-port", httpPort, "--http-port");
        add(flags, "listen.tcp-port", tcpPort, "--tcp-port");
        add(flags, "listen.admin-port", adminPort, "--admin-port");
        return flags;
    }

    private static void add(List<Flag> flags, String key, @Nullable String value, String name) {
        if (value != null) {
            flags.add(new Flag(key, value, name));
        }
    }

    private picocli.CommandLine commandLine() {
        if (command == null) {
            throw new IllegalStateException("not parsed by a command line");
        }
        return command.commandLine();
    }
}
