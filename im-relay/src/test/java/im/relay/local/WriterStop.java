package im.relay.local;

import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.relay.MessageLog;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Holds the writer still, once, so that a test decides what the next commit finds in the queue. */
final class WriterStop implements Runnable {
    private static final AtomicLong IDS = new AtomicLong();

    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    @Override
    public void run() {
        reached.countDown();
        await(open);
    }

    /** Returns when the writer stands still behind the commit of a message of its own. */
    void reach(MessageLog log) {
        log.append(List.of(message("stop", "stop", IDS.incrementAndGet(), "stop")), Runnable::run, outcomes -> {});
        await(reached);
    }

    void open() {
        open.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
