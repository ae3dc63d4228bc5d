package im.relay.redis;

import im.relay.ReadResult;
import im.relay.Wakeups;
import im.router.StageFailure;
import im.router.redis.RedisFailure;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings what Redis answered to the lane that asked; a failure with a time after which to ask again. */
final class Answer {
    private static final Logger LOG = LoggerFactory.getLogger(Answer.class);
    private static final int RETRY_AFTER_MS = 500;
    private static final int BUILT_AFTER_MS = 1_000;

    private Answer() {}

    static <T> void to(Executor lane, Consumer<ReadResult<T>> done, CompletionStage<T> stage) {
        stage.whenComplete((value, thrown) -> {
            ReadResult<T> result = thrown == null ? new ReadResult.Ok<>(value) : failed(thrown);
            Wakeups.wake(lane, () -> done.accept(result));
        });
    }

    private static <T> ReadResult<T> failed(Throwable thrown) {
        Throwable cause = StageFailure.cause(thrown);
        if (cause instanceof NotThereException) {
            return new ReadResult.Failed<>("the store is being rebuilt", BUILT_AFTER_MS);
        }
        if (cause instanceof RedisFailure failure && failure.reason() != RedisFailure.Reason.ERROR) {
            return new ReadResult.Failed<>("the store does not answer", RETRY_AFTER_MS);
        }
        LOG.atError().addKeyValue("cause", cause).log("read failed");
        return new ReadResult.Failed<>("the store cannot be read", RETRY_AFTER_MS);
    }
}
