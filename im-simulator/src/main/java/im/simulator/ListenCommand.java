package im.simulator;

import im.client.Content;
import im.client.ImClient;
import im.client.ReceivedMessage;
import im.simulator.report.ExitCode;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "listen",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Prints what a device gets, a JSON line a message: conversation (the other uid), position, message_id,"
                    + " sender, sender_device, accepted_ms, content_type, text or data (base64), own.",
            "A device that the server does not know starts with the first message held, a known one where it stopped."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:as many as asked for; without --count, the time over or interrupted",
            "2:usage",
            "3:server never reached, sent away, or fewer than asked for",
            "4:cannot start: no address, key or tokens"
        })
final class ListenCommand implements Callable<Integer> {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration FOR_EVER = Duration.ofDays(365);

    @Mixin
    private AccessOptions access = new AccessOptions();

    @Option(
            names = "--uid",
            required = true,
            paramLabel = "UID",
            converter = Converters.Id.class,
            description = "Whose messages.")
    private String uid = "";

    @Option(
            names = "--device",
            paramLabel = "ID",
            defaultValue = "listen",
            converter = Converters.Id.class,
            description = "As which of the uid's devices. Default listen.")
    private String device = "";

    @Option(names = "--count", paramLabel = "N", description = "Ends after so many. Default: goes on.")
    private @Nullable Integer count;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = Converters.Time.class,
            description = "Ends after that time, connecting included. Default: goes on.")
    private @Nullable Duration timeout;

    @Option(
            names = "--connect-timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = Converters.Time.class,
            description = "How long to try to connect. Default 30s.")
    private Duration connectTimeout = Duration.ZERO;

    private final SingleConnection connection = new SingleConnection(this::end);
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicInteger printed = new AtomicInteger();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (count != null && count < 1) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "Invalid value for option '--count': '" + count + "' is not 1 or more");
        }
        ImClient.Builder builder = connection
                .builder(access.access(), uid, device)
                .manualAcknowledgement()
                .messageListener(this::onMessage);
        return ShutdownGuard.during(this::end, () -> listen(builder));
    }

    private void end() {
        connection.leave();
        over.countDown();
    }

    private int listen(ImClient.Builder builder) {
        long start = System.nanoTime();
        try (ImClient client = builder.build()) {
            client.connect();
            Duration inAll = timeout == null ? FOR_EVER : timeout;
            if (connection.isWelcomed(inAll.compareTo(connectTimeout) < 0 ? inAll : connectTimeout)) {
                await(over, inAll.minusNanos(System.nanoTime() - start));
            }
            connection.leave();
        }
        return exitCode().code();
    }

    private ExitCode exitCode() {
        if (!connection.complaint().isEmpty()) {
            System.err.println(connection.complaint());
        }
        boolean enough = count == null ? connection.complaint().isEmpty() : printed.get() >= count;
        return enough ? ExitCode.PASSED : ExitCode.INCONCLUSIVE;
    }

    private static void await(CountDownLatch latch, Duration atMost) {
        try {
            latch.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What is not printed is not acknowledged. */
    private void onMessage(ReceivedMessage message) {
        if (count != null && printed.get() >= count) {
            return;
        }
        System.out.println(JSON.writeValueAsString(line(message)));
        message.acknowledge();
        if (Integer.valueOf(printed.incrementAndGet()).equals(count)) {
            over.countDown();
        }
    }

    private static Map<String, Object> line(ReceivedMessage message) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("conversation", message.conversationPeer());
        keys.put("position", message.position());
        keys.put("message_id", message.messageId());
        keys.put("sender", message.sender());
        keys.put("sender_device", message.senderDevice());
        keys.put("accepted_ms", message.acceptedAt().toEpochMilli());
        keys.put("content_type", message.contentType());
        if (message.content() instanceof Content.Data data) {
            keys.put("data", Base64.getEncoder().encodeToString(data.bytes()));
        } else {
            keys.put("text", message.text());
        }
        keys.put("own", message.own());
        return keys;
    }
}
