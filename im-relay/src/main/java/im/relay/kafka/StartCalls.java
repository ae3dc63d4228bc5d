package im.relay.kafka;

import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** What is asked of Kafka at start: again until it answers, but no longer than that may take. Blocks. */
final class StartCalls {
    private static final long RETRY_MS = 100;

    private final KafkaConfig config;
    private final long deadline;

    StartCalls(KafkaConfig config) {
        this.config = config;
        deadline = System.nanoTime() + config.timeouts().start().toNanos();
    }

    /**
     * @throws UnknownTopicOrPartitionException and {@link TopicExistsException}, {@link
     *     InvalidReplicationFactorException} for the caller to make something of
     * @throws KafkaStartException when nobody answered, or anything else was answered
     */
    <T> T answer(Supplier<KafkaFuture<T>> call) {
        while (true) {
            try {
                return call.get().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                throw unreached(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new KafkaStartException("interrupted while Kafka was asked");
            } catch (ExecutionException e) {
                Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
                RuntimeException refusal = refusal(cause);
                if (refusal != null) {
                    throw refusal;
                }
                pause("no answer: " + cause);
            }
        }
    }

    /** Null when it is worth asking again. */
    private @Nullable RuntimeException refusal(Throwable cause) {
        if (cause instanceof UnknownTopicOrPartitionException
                || cause instanceof TopicExistsException
                || cause instanceof InvalidReplicationFactorException) {
            return (RuntimeException) cause;
        }
        if (cause instanceof RetriableException) {
            return System.nanoTime() < deadline ? null : unreached(cause);
        }
        return refused(cause);
    }

    KafkaStartException unreached(Throwable cause) {
        return new KafkaStartException(
                "no broker of " + String.join(",", config.bootstrap()) + " has answered within "
                        + config.timeouts().start().toMillis()
                        + " ms; is one there, and do security.* and sasl.* fit it?"
                        + " (" + cause.getMessage() + ")",
                cause);
    }

    KafkaStartException refused(Throwable cause) {
        String brokers = String.join(",", config.bootstrap());
        if (cause instanceof KafkaStartException known) {
            return known;
        }
        if (cause instanceof AuthenticationException) {
            return new KafkaStartException(
                    "Kafka at " + brokers + " refuses the credentials of sasl.* or ssl.*: " + cause.getMessage(),
                    cause);
        }
        if (cause instanceof AuthorizationException) {
            return new KafkaStartException(
                    "Kafka at " + brokers + " does not allow what is needed: " + cause.getMessage(), cause);
        }
        if (cause instanceof ConfigException || cause.getCause() instanceof ConfigException) {
            Throwable config = cause instanceof ConfigException ? cause : cause.getCause();
            return new KafkaStartException("kafka settings: " + (config == null ? cause : config).getMessage(), cause);
        }
        return new KafkaStartException("Kafka at " + brokers + ": " + cause, cause);
    }

    void pause(String what) {
        if (System.nanoTime() > deadline) {
            throw new KafkaStartException(
                    what + ", for " + config.timeouts().start().toMillis() + " ms");
        }
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaStartException("interrupted while Kafka was asked");
        }
    }
}
