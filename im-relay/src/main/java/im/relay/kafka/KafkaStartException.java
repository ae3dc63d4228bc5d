package im.relay.kafka;

import org.jspecify.annotations.Nullable;

/** Why the log cannot be used: the message is for the operator and names topic, setting, value and what was expected. */
public final class KafkaStartException extends RuntimeException {
    private static final long serialVersionUID = 1;

    KafkaStartException(String message) {
        super(message);
    }

    KafkaStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
