package im.gateway.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** What all connections of a loop may have queued together (D35). The executor never runs anything by itself. */
class LoopBudgetTest {
    private static final int MIB = 1 << 20;

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
    private final Loop loop = new Loop(0, executor, 1_000_000, () -> 1, MIB);

    @AfterEach
    void end() {
        executor.shutdownNow();
    }

    @Test
    void anEmptyLoopGivesAnEighthOfItsBudgetToOne_D35() {
        assertThat(loop.hasOutboundRoom(0, MIB / 8)).isTrue();
        assertThat(loop.hasOutboundRoom(0, MIB / 8 + 1)).isFalse();
        assertThat(loop.hasOutboundRoom(1, MIB / 8)).isFalse();
    }

    @Test
    void aConnectionsOwnBoundHoldsHoweverLargeTheBudget_D35() {
        Loop large = new Loop(0, executor, 1_000_000, () -> 1, 64L << 20);

        assertThat(large.hasOutboundRoom(0, Loop.MAX_OUTBOUND_BYTES)).isTrue();
        assertThat(large.hasOutboundRoom(0, Loop.MAX_OUTBOUND_BYTES + 1)).isFalse();
    }

    @Test
    void theLongestQueueStopsFirstAndAShortOneGoesOn_D35() {
        loop.outboundChanged(MIB / 2);

        assertThat(loop.hasOutboundRoom(70_000, 1_000)).isFalse();
        assertThat(loop.hasOutboundRoom(0, 60_000)).isTrue();
    }

    @Test
    void whatIsTakenByTheKernelGivesRoomAgain_D35() {
        loop.outboundChanged(MIB);
        assertThat(loop.hasOutboundRoom(0, 1)).isFalse();

        loop.outboundChanged(-MIB / 2);

        assertThat(loop.hasOutboundRoom(0, 1)).isTrue();
    }

    @RepeatedTest(5)
    void whateverManyConnectionsQueueTheBudgetHolds_D35() {
        long seed = Long.getLong("im.test.seed", new Random().nextLong());
        System.out.println("LoopBudgetTest -Dim.test.seed=" + seed);
        Random random = new Random(seed);
        List<AtomicInteger> queues = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            queues.add(new AtomicInteger());
        }
        long total = 0;
        int refusedLongest = 0;
        for (int step = 0; step < 50_000; step++) {
            AtomicInteger queue = queues.get(random.nextInt(queues.size()));
            int bytes = 1 + random.nextInt(70_000);
            if (random.nextInt(4) == 0) {
                int taken = Math.min(queue.get(), bytes);
                queue.addAndGet(-taken);
                loop.outboundChanged(-taken);
                total -= taken;
            } else if (loop.hasOutboundRoom(queue.get(), bytes)) {
                queue.addAndGet(bytes);
                loop.outboundChanged(bytes);
                total += bytes;
            } else {
                refusedLongest++;
            }
            assertThat(total).isLessThanOrEqualTo(MIB);
        }
        assertThat(refusedLongest).isPositive();
    }
}
