package im.gateway.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Real threads that stand still, and a clock in the test's hand. */
class LoopWatchdogTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<Runnable> executed = Collections.synchronizedList(new ArrayList<>());
    private final ScheduledThreadPoolExecutor first = new Recording();
    private final ScheduledThreadPoolExecutor second = new Recording();
    private final Logger logger = (Logger) LoggerFactory.getLogger(LoopWatchdog.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final CountDownLatch standing = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicLong nanos = new AtomicLong(1);

    private final class Recording extends ScheduledThreadPoolExecutor {
        Recording() {
            super(1);
        }

        @Override
        public void execute(Runnable task) {
            executed.add(task);
            super.execute(task);
        }
    }

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void end() {
        released.countDown();
        first.shutdownNow();
        second.shutdownNow();
        logger.detachAppender(log);
    }

    private List<Loop> loops() {
        return List.of(
                new Loop(0, first, 1_000_000, nanos::get, 1 << 20),
                new Loop(1, second, 1_000_000, nanos::get, 1 << 20));
    }

    /** One look, one interval after the last. */
    private void look(LoopWatchdog watchdog) {
        nanos.addAndGet(LoopWatchdog.INTERVAL_NANOS);
        watchdog.look();
    }

    private void standStill() {
        standing.countDown();
        try {
            assertThat(released.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void settle(ScheduledThreadPoolExecutor... loops) throws Exception {
        for (ScheduledThreadPoolExecutor loop : loops) {
            loop.submit(() -> {}).get(60, TimeUnit.SECONDS);
        }
    }

    private double blockedNow() {
        return meters.get("im_gateway_loops_blocked").gauge().value();
    }

    private double blocks() {
        return meters.get("im_gateway_loop_blocks_total").counter().count();
    }

    @Test
    void aLoopThatStandsStillIsReportedOnceWithItsStackAndOnceMoreWhenItTurnsAgain() throws Exception {
        LoopWatchdog watchdog = new LoopWatchdog(loops(), meters, nanos::get);
        look(watchdog);
        settle(first, second);
        first.submit(this::standStill);
        assertThat(standing.await(60, TimeUnit.SECONDS)).isTrue();

        look(watchdog);
        settle(second);
        look(watchdog);
        settle(second);
        look(watchdog);
        settle(second);
        assertThat(log.list).as("0.8 s").isEmpty();
        look(watchdog);
        settle(second);
        look(watchdog);
        settle(second);

        assertThat(log.list).hasSize(1);
        assertThat(log.list.get(0).getMessage()).isEqualTo("event loop is blocked");
        assertThat(log.list.get(0).getKeyValuePairs().toString())
                .contains("loop=\"0\"")
                .contains("ms=\"1200\"")
                .contains("LoopWatchdogTest.standStill");
        assertThat(blockedNow()).isEqualTo(1);
        assertThat(blocks()).isEqualTo(1);

        released.countDown();
        settle(first);
        look(watchdog);

        assertThat(log.list).hasSize(2);
        assertThat(log.list.get(1).getMessage()).isEqualTo("event loop turns again");
        assertThat(log.list.get(1).getKeyValuePairs().toString()).contains("ms=\"1600\"");
        assertThat(blockedNow()).isZero();
        assertThat(blocks()).isEqualTo(1);
        assertThat(meters.get("im_gateway_loop_lag").timer().max(TimeUnit.MILLISECONDS))
                .isEqualTo(1_600);
    }

    @Test
    void aPauseOfTheWholeProcessIsNoBlockOfALoop() throws Exception {
        LoopWatchdog watchdog = new LoopWatchdog(loops(), meters, nanos::get);
        first.submit(this::standStill);
        assertThat(standing.await(60, TimeUnit.SECONDS)).isTrue();
        look(watchdog);
        settle(second);

        nanos.addAndGet(TimeUnit.MINUTES.toNanos(1));
        watchdog.look();
        settle(second);

        assertThat(log.list).isEmpty();
        look(watchdog);
        assertThat(log.list).as("0.8 s of the pause count, and 0.4 s").hasSize(1);
    }

    @Test
    void loopsThatTurnAreGivenTheSameTwoProbesForEver() throws Exception {
        LoopWatchdog watchdog = new LoopWatchdog(loops(), meters, nanos::get);
        executed.clear();
        for (int i = 0; i < 10; i++) {
            look(watchdog);
            settle(first, second);
        }

        Set<Runnable> probes = Collections.newSetFromMap(new IdentityHashMap<>());
        probes.addAll(executed);
        assertThat(executed).hasSize(20);
        assertThat(probes).hasSize(2);
        assertThat(log.list).isEmpty();
    }

    @Test
    void aWatchdogOfLoopsThatHaveEndedSaysNothing() {
        LoopWatchdog watchdog = new LoopWatchdog(loops(), meters, nanos::get);
        first.shutdownNow();
        second.shutdownNow();

        for (int i = 0; i < 10; i++) {
            look(watchdog);
        }

        assertThat(log.list).isEmpty();
        assertThat(blockedNow()).isZero();
    }

    @Test
    void itsThreadLooksByItselfAndEndsWithIt() {
        try (LoopWatchdog watchdog = LoopWatchdog.start(loops(), meters)) {
            assertThat(watchdog).isNotNull();
            assertThat(threads()).contains("im-loop-watchdog");
            await().until(() -> meters.get("im_gateway_loop_lag").timer().count() > 0);
        }

        assertThat(threads()).doesNotContain("im-loop-watchdog");
    }

    private static Set<String> threads() {
        Set<String> names = new HashSet<>();
        Thread.getAllStackTraces().keySet().forEach(thread -> names.add(thread.getName()));
        return names;
    }
}
