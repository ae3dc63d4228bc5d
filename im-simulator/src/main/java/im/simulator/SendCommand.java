package im.simulator;

import im.client.ImClient;
import im.client.NewDeviceStart;
import im.client.OutgoingMessage;
import im.client.SendOutcome;
import im.protocol.MessageId;
import im.simulator.report.ExitCode;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "send",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Sends one text and prints one JSON line: message_id, outcome (accepted, rejected or unknown), code.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:accepted",
            "1:rejected, or unknown",
            "2:usage",
            "3:server never reached; nothing is printed",
            "4:cannot start: no address, key or tokens"
        })
final class SendCommand implements Callable<Integer> {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Mixin
    private AccessOptions access = new AccessOptions();

    @Option(
            names = "--uid",
            required = true,
            paramLabel = "UID",
            converter = Converters.Id.class,
            description = "Who sends.")
    private String uid = "";

    @Option(
            names = "--to",
            required = true,
            paramLabel = "UID",
            converter = Converters.Id.class,
            description = "To whom; oneself for notes to oneself.")
    private String to = "";

    @Option(names = "--text", required = true, paramLabel = "TEXT", description = "What; may be empty.")
    private String text = "";

    @Option(
            names = "--device",
            paramLabel = "ID",
            defaultValue = "send",
            converter = Converters.Id.class,
            description = "From which of the uid's devices. Default send. Another send from the same device at the same"
                    + " time takes its connection.")
    private String device = "";

    @Option(
            names = "--connect-timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = Converters.Time.class,
            description = "How long to try to connect. Default 30s.")
    private Duration connectTimeout = Duration.ZERO;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = Converters.Time.class,
            description = "How long to wait for the outcome, after which it is unknown. Default 30s.")
    private Duration timeout = Duration.ZERO;

    @Override
    public Integer call() {
        String id =
                MessageId.create(System.currentTimeMillis(), new SecureRandom()).toString();
        SingleConnection connection = new SingleConnection(() -> {});
        try (ImClient client = connection
                .builder(access.access(), uid, device)
                .newDeviceStart(NewDeviceStart.HEADS)
                .build()) {
            client.connect();
            if (!connection.isWelcomed(connectTimeout)) {
                System.err.println(connection.complaint());
                return ExitCode.INCONCLUSIVE.code();
            }
            SendOutcome outcome = client.send(OutgoingMessage.text(to, text).withMessageId(id))
                    .completeOnTimeout(
                            new SendOutcome.Unknown(id, "no answer"), timeout.toNanos(), TimeUnit.NANOSECONDS)
                    .join();
            System.out.println(JSON.writeValueAsString(line(outcome)));
            return (outcome instanceof SendOutcome.Accepted ? ExitCode.PASSED : ExitCode.VIOLATED).code();
        }
    }

    private static Map<String, String> line(SendOutcome outcome) {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("message_id", outcome.messageId());
        if (outcome instanceof SendOutcome.Accepted) {
            keys.put("outcome", "accepted");
            keys.put("code", "OK");
        } else if (outcome instanceof SendOutcome.Rejected rejected) {
            keys.put("outcome", "rejected");
            keys.put("code", rejected.code().name());
        } else {
            keys.put("outcome", "unknown");
            keys.put("code", "UNKNOWN_OUTCOME");
        }
        return keys;
    }
}
