package im.bench;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Where the process starts. */
@Command(
        name = "bench",
        description = "Measures the real processes on this machine; prints Markdown on stdout, progress on stderr.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ThroughputCommand.class,
            LatencyCommand.class,
            ConnectsCommand.class,
            RoutesCommand.class,
            FanOutCommand.class,
            ResumeCommand.class
        })
public final class Main {
    private static final int FAILED = 4;

    private Main() {}

    public static void main(String[] args) {
        System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
        System.exit(execute(args));
    }

    static int execute(String... args) {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    failure.printStackTrace(command.getErr());
                    return FAILED;
                })
                .execute(args);
    }
}
