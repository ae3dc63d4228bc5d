package im.gateway.launch;

import im.gateway.config.ConfigException;
import im.gateway.devcluster.ClusterFailure;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command line. What scripts read goes to stdout, everything else to stderr; exit codes are those of
 * {@link ExitCode}.
 */
@Command(
        name = "im",
        description = "IM gateway: long connections, durable messages.",
        subcommands = {
            StartCommand.class,
            GatewayCommand.class,
            RelayCommand.class,
            RouterCommand.class,
            NodesCommand.class,
            ClusterCommand.class,
            TokenCommand.class,
            ConfigCommand.class,
            CheckCommand.class,
            HelpCommand.class
        },
        footer = {
            "",
            "Commands of the simulator: simulate, send, listen; each explains itself with --help.",
            "Exit codes: 0 done, 1 a check found something wrong, 2 wrong usage, 4 cannot start."
        })
public final class Main implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    void help(boolean wanted) {
        // Nothing to keep: whoever parses the command line shows the help.
    }

    public static void main(String[] arguments) {
        int code = run(arguments);
        System.out.flush();
        System.exit(code);
    }

    static int run(String... arguments) {
        CommandLine line = new CommandLine(new Main());
        line.setExecutionExceptionHandler((e, command, parsed) -> failed(e, command));
        return line.execute(arguments);
    }

    private static int failed(Exception e, CommandLine command) {
        if (e instanceof ConfigException config) {
            say(command, config.lines());
            return config.isUsage() ? ExitCode.USAGE : ExitCode.CANNOT_START;
        }
        if (e instanceof CannotStart || e instanceof ClusterFailure) {
            say(command, List.of(String.valueOf(e.getMessage())));
            return e instanceof ClusterFailure failure && failure.isUsage() ? ExitCode.USAGE : ExitCode.CANNOT_START;
        }
        say(command, List.of("failed unexpectedly"));
        e.printStackTrace(command.getErr());
        return ExitCode.CANNOT_START;
    }

    private static void say(CommandLine command, List<String> lines) {
        lines.forEach(line -> command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + line));
        command.getErr().flush();
    }

    /** No command: says which there are. */
    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "expected a command");
        }
    }
}
