package im.gateway.launch;

import im.gateway.devcluster.ClusterFailure;
import im.gateway.devcluster.ClusterStatus;
import im.gateway.devcluster.DevCluster;
import im.gateway.devcluster.DevCluster.Wanted;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

@Command(
        name = "cluster",
        description = "A whole cluster on this machine, to try things out: it goes on when the command ends.",
        subcommands = {
            ClusterCommand.Start.class,
            ClusterCommand.Status.class,
            ClusterCommand.Kill.class,
            ClusterCommand.Restart.class,
            ClusterCommand.Stop.class
        })
final class ClusterCommand implements Runnable {
    private static final int MOST = 16;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows this.")
    void help(boolean wanted) {
        // Nothing to keep: whoever parses the command line shows the help.
    }

    /** No command: says which there are. */
    @Override
    public void run() {
        throw usage(spec, "expected start, status, kill, restart or stop");
    }

    private static ParameterException usage(@Nullable CommandSpec spec, String text) {
        if (spec == null) {
            throw new IllegalStateException("not parsed by a command line");
        }
        return new ParameterException(spec.commandLine(), text);
    }

    /** Which cluster. */
    static final class Folder {
        @Option(
                names = "--data",
                paramLabel = "DIR",
                description = "The cluster's folder. Default: IM_DATA, or data/cluster in the repository.")
        private @Nullable Path data;

        DevCluster cluster() {
            return new DevCluster(path(), DevCluster.Options.ofCommand());
        }

        private Path path() {
            String named = System.getenv("IM_DATA");
            if (data != null) {
                return data;
            }
            return named == null || named.isEmpty()
                    ? Path.of(System.getProperty("im.home", ""), "data", "cluster")
                    : Path.of(named);
        }
    }

    @Command(name = "start", description = "Starts it, prints where it is, and ready when all of it answers.")
    static final class Start implements Callable<Integer> {
        @Spec
        private @Nullable CommandSpec spec;

        @Mixin
        private Folder folder = new Folder();

        @Option(names = "--dev", description = "Has to be given: keys are its own, passwords it has none.")
        private boolean dev;

        @Option(names = "--gateways", paramLabel = "N", description = "1 to 16; as last time, or 2.")
        private @Nullable Integer gateways;

        @Option(names = "--relays", paramLabel = "N", description = "1 to 16; as last time, or 2.")
        private @Nullable Integer relays;

        @Option(
                names = "--set",
                paramLabel = "KEY=VALUE",
                description = "Any key, for each gateway, relay and router; kept for restarts; may be repeated.")
        private Map<String, String> settings = new LinkedHashMap<>();

        @Override
        public Integer call() throws ClusterFailure {
            if (!dev) {
                throw usage(spec, "a cluster on one machine is for development: say --dev");
            }
            Wanted wanted = new Wanted(count("--gateways", gateways), count("--relays", relays), true, settings);
            ClusterStatus status = folder.cluster().start(wanted);
            System.out.println(status.line());
            System.out.println("ready");
            System.out.flush();
            return ExitCode.DONE;
        }

        private Optional<Integer> count(String option, @Nullable Integer count) {
            if (count != null && (count < 1 || count > MOST)) {
                throw usage(spec, option + " " + count + ": expected 1 to " + MOST);
            }
            return Optional.ofNullable(count);
        }
    }

    @Command(name = "status", description = "Says where it is and what each process is doing.")
    static final class Status implements Callable<Integer> {
        @Mixin
        private Folder folder = new Folder();

        @Option(names = "--json", description = "As one JSON object.")
        private boolean json;

        @Override
        public Integer call() throws ClusterFailure {
            ClusterStatus status = folder.cluster().status();
            System.out.println(json ? status.json() : String.join(System.lineSeparator(), status.lines()));
            return ExitCode.DONE;
        }
    }

    @Command(name = "kill", description = "kill -9 of one process, such as gateway-1, relay-1, redis, kafka, etcd.")
    static final class Kill implements Callable<Integer> {
        @Mixin
        private Folder folder = new Folder();

        @Parameters(paramLabel = "NAME", description = "As status names it.")
        private String name = "";

        @Override
        public Integer call() throws ClusterFailure {
            folder.cluster().kill(name);
            return ExitCode.DONE;
        }
    }

    @Command(name = "restart", description = "Stops one process if it runs, and starts it again where it was.")
    static final class Restart implements Callable<Integer> {
        @Mixin
        private Folder folder = new Folder();

        @Parameters(paramLabel = "NAME", description = "As status names it.")
        private String name = "";

        @Override
        public Integer call() throws ClusterFailure {
            folder.cluster().restart(name);
            System.out.println("ready");
            return ExitCode.DONE;
        }
    }

    @Command(name = "stop", description = "Ends all of it in good order; its data stays.")
    static final class Stop implements Callable<Integer> {
        @Mixin
        private Folder folder = new Folder();

        @Override
        public Integer call() throws ClusterFailure {
            folder.cluster().stop();
            return ExitCode.DONE;
        }
    }
}
