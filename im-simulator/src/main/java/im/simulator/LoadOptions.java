package im.simulator;

import com.sun.management.UnixOperatingSystemMXBean;
import im.client.WireFormat;
import im.protocol.Limits;
import im.simulator.access.Access;
import im.simulator.access.AccessException;
import im.simulator.access.Gateways;
import im.simulator.access.Tokens;
import im.simulator.chat.ChatPlan;
import im.simulator.chat.ChatRun;
import im.simulator.chat.GroupShape;
import im.simulator.chat.Interruption;
import im.simulator.report.Progress;
import im.simulator.report.ReportJson;
import im.simulator.report.RunReport;
import im.simulator.report.Summary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every scenario is told, and what becomes of it. */
final class LoadOptions {
    private static final int MAX_RATE = 1_000_000;
    private static final double MAX_MESSAGES = 1 << 30;
    private static final int MAX_LOOPS = 64;
    /** Files that a JVM has open besides connections, with room to spare. */
    private static final int OTHER_FILES = 300;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--connections", required = true, paramLabel = "N", description = "Clients in all, 2 or more.")
    private int connections;

    @Option(names = "--rate", required = true, paramLabel = "N", description = "Messages a second, all together.")
    private double rate;

    @Option(
            names = "--duration",
            required = true,
            paramLabel = "TIME",
            converter = Converters.Time.class,
            description = "How long to send, such as 30s.")
    private Duration duration = Duration.ZERO;

    @Option(names = "--devices", paramLabel = "N", defaultValue = "1", description = "Clients a user, 1-16. Default 1.")
    private int devices;

    @Option(
            names = "--churn",
            paramLabel = "PERCENT",
            converter = Converters.Percent.class,
            defaultValue = "0%",
            description = "The share of clients that is offline at any time, 0%%-90%%. Default 0%%.")
    private double churn;

    @Option(
            names = "--comebacks",
            paramLabel = "PERCENT",
            converter = Converters.Percent.class,
            defaultValue = "0%",
            description = "The share of clients that lose their connection once and come back at once, 0%%-90%%."
                    + " Default 0%%.")
    private double comebacks;

    @Option(
            names = "--payload-bytes",
            paramLabel = "N",
            description = "Size of every payload. Default: a mix, from empty to 64 KiB, in several scripts.")
    private @Nullable Integer payloadBytes;

    @Option(
            names = "--wire",
            paramLabel = "FORM",
            defaultValue = "proto",
            description = "proto or, on ws:// only, json. Default proto.")
    private String wire = "";

    @Option(
            names = "--loops",
            paramLabel = "N",
            description = "Threads for the clients' sockets, 1-64. Default half of this machine's processors: the"
                    + " other half is the server's.")
    private @Nullable Integer loops;

    @Option(
            names = "--settle",
            paramLabel = "TIME",
            converter = Converters.Time.class,
            defaultValue = "60s",
            description = "How long to wait at most, afterwards, for what is missing. Default 60s.")
    private Duration settle = Duration.ZERO;

    @Option(
            names = "--connect-timeout",
            paramLabel = "TIME",
            converter = Converters.Time.class,
            defaultValue = "30s",
            description = "How long to wait at most for one more client to connect, before sending. Default 30s.")
    private Duration connectTimeout = Duration.ZERO;

    @Option(names = "--seed", paramLabel = "N", description = "Repeats the choices of an earlier run. Default random.")
    private @Nullable Long seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Where to write the report; - for stdout.")
    private @Nullable String json;

    int connections() {
        return connections;
    }

    /** Users that the connections make up. */
    int users() {
        return (connections + devices - 1) / devices;
    }

    /**
     * Runs the scenario, writes its report, and returns the process's exit code.
     *
     * @param shape asked for when the other options are checked
     */
    int run(AccessOptions access, Supplier<GroupShape> shape) {
        ChatPlan plan = plan(shape);
        Path file = reportFile();
        Access gateway = access.access();
        Gateways gateways = gateway.gateways();
        require(
                plan.wire() == WireFormat.PROTO || gateways.speakJson(),
                "--wire",
                wire,
                "possible on tcp://, only on ws://");
        Tokens tokens =
                gateway.tokens(duration.plus(settle).plus(connectTimeout).plusHours(1));
        requireEnough(tokens);
        Interruption interruption = new Interruption();
        Progress progress = new Progress(System.err, Progress.stderrIsTerminal());
        return ShutdownGuard.during(interruption::ask, () -> {
            RunReport report = new ChatRun(plan, gateways, tokens, progress, interruption).run();
            System.err.print(Summary.print(report));
            write(ReportJson.print(report), file);
            return report.exitCode().code();
        });
    }

    private ChatPlan plan(Supplier<GroupShape> shape) {
        require(connections >= 2, "--connections", connections, "2 or more");
        require(
                connections + OTHER_FILES <= openFiles(),
                "--connections",
                connections,
                "at most " + (openFiles() - OTHER_FILES) + ", as this process may open " + openFiles() + " files");
        require(rate > 0 && rate <= MAX_RATE, "--rate", rate, "above 0, at most " + MAX_RATE);
        require(!duration.isZero(), "--duration", duration.toMillis() + "ms", "more than 0");
        require(
                rate * duration.toSeconds() < MAX_MESSAGES,
                "--duration",
                duration.toSeconds() + "s",
                "at most 2^30 messages in all");
        require(devices >= 1 && devices <= 16, "--devices", devices, "1-16");
        int bytes = payloadBytes == null ? 0 : payloadBytes;
        require(bytes >= 0 && bytes <= Limits.PAYLOAD_BYTES, "--payload-bytes", bytes, "0-" + Limits.PAYLOAD_BYTES);
        int threads = loops == null
                ? Math.max(1, Math.min(MAX_LOOPS, Runtime.getRuntime().availableProcessors() / 2))
                : loops;
        require(threads >= 1 && threads <= MAX_LOOPS, "--loops", threads, "1-" + MAX_LOOPS);
        require(wire.equals("proto") || wire.equals("json"), "--wire", wire, "proto or json");
        return new ChatPlan(
                connections,
                devices,
                wire.equals("json") ? WireFormat.JSON : WireFormat.PROTO,
                rate,
                duration,
                churn,
                comebacks,
                shape.get(),
                payloadBytes == null ? OptionalInt.empty() : OptionalInt.of(payloadBytes),
                threads,
                settle,
                connectTimeout,
                seed == null ? ThreadLocalRandom.current().nextLong(1L << 53) : seed);
    }

    void require(boolean holds, String option, Object value, String expected) {
        if (!holds) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '" + option + "': '" + value + "' is not " + expected);
        }
    }

    private static long openFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Integer.MAX_VALUE;
    }

    private void requireEnough(Tokens tokens) {
        if (!tokens.uids().isEmpty() && tokens.uids().size() < users()) {
            throw new AccessException("--tokens: " + tokens.uids().size() + " uids, expected at least " + users());
        }
    }

    /** Null for stdout or none; a folder that is not there is told now and not after the run. */
    private @Nullable Path reportFile() {
        if (json == null || json.equals("-")) {
            return null;
        }
        Path file = Path.of(json).toAbsolutePath();
        Path folder = file.getParent();
        require(
                folder != null && Files.isWritable(folder) && !Files.isDirectory(file),
                "--json",
                json,
                "a file in a folder that can be written to");
        return file;
    }

    private void write(String report, @Nullable Path file) {
        if (file == null) {
            if (json != null) {
                System.out.print(report);
                System.out.flush();
            }
            return;
        }
        try {
            Files.writeString(file, report);
        } catch (IOException e) {
            System.err.print(report);
            throw new UncheckedIOException(e);
        }
    }
}
