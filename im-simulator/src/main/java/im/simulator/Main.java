package im.simulator;

import im.simulator.access.AccessException;
import im.simulator.report.ExitCode;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Where the process starts. */
@Command(
        name = "im",
        description = "Virtual clients for the gateway.",
        mixinStandardHelpOptions = true,
        subcommands = {SimulateCommand.class, SendCommand.class, ListenCommand.class})
public final class Main {
    private static final String LOGGING = "logback.configurationFile";

    private Main() {}

    public static void main(String[] args) {
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, "im/simulator/logging.xml");
        }
        System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
        System.exit(commandLine().execute(RawArguments.of(args)));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main()).setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof AccessException) {
                command.getErr().println(failure.getMessage());
            } else {
                failure.printStackTrace(command.getErr());
            }
            return ExitCode.CANNOT_START.code();
        });
    }
}
