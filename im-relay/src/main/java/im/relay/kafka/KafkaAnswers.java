package im.relay.kafka;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;

/** Kafka's futures as this package uses them. */
final class KafkaAnswers {
    private KafkaAnswers() {}

    /** Blocks for a time that is bounded by twice that of a request. */
    static <T> T await(KafkaFuture<T> asked, KafkaConfig config) {
        try {
            return asked.get(2L * config.timeouts().requestMs(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new org.apache.kafka.common.errors.TimeoutException("no answer", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known ? known : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        }
    }

    static <T> CompletableFuture<T> stage(KafkaFuture<T> asked) {
        CompletableFuture<T> stage = new CompletableFuture<>();
        asked.whenComplete((value, failure) -> {
            if (failure == null) {
                stage.complete(value);
            } else {
                stage.completeExceptionally(failure);
            }
        });
        return stage;
    }
}
