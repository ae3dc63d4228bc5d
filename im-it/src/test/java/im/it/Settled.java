package im.it;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

/** What is said at last, to one who asks for the same again while nobody can tell. */
final class Settled {
    private static final Duration REST = Duration.ofMillis(200);

    private Settled() {}

    /** @param later whether an answer says no more than to try later, as of a group whose relay lags behind */
    static <T> T of(Callable<T> asked, Predicate<T> later) {
        return await().pollDelay(Duration.ZERO).pollInterval(REST).until(asked, later.negate());
    }
}
