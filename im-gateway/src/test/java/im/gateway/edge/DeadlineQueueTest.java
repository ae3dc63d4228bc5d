package im.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadlineQueueTest {
    private final List<String> expired = new ArrayList<>();
    private final DeadlineQueue queue = new DeadlineQueue(100);

    @Test
    void aSweepTellsThoseWhoseTimeHasComeOldestFirst() {
        queue.set(0, () -> expired.add("a"));
        queue.set(1, () -> expired.add("b"));
        queue.set(2, () -> expired.add("c"));

        queue.sweep(101);

        assertThat(expired).containsExactly("a", "b");
    }

    @Test
    void anEndedDeadlineIsNotTold() {
        queue.set(0, () -> expired.add("a"));
        DeadlineQueue.Deadline ended = queue.set(0, () -> expired.add("b"));
        queue.set(0, () -> expired.add("c"));

        ended.end();
        ended.end();
        queue.sweep(100);

        assertThat(expired).containsExactly("a", "c");
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void whoeverItWasPassedToIsTold() {
        queue.set(0, () -> expired.add("first")).passTo(() -> expired.add("second"));

        queue.sweep(100);

        assertThat(expired).containsExactly("second");
    }

    @Test
    void anExpiryMayEndAndSetOthers() {
        DeadlineQueue.Deadline[] other = new DeadlineQueue.Deadline[1];
        queue.set(0, () -> {
            other[0].end();
            queue.set(100, () -> expired.add("later"));
        });
        other[0] = queue.set(0, () -> expired.add("other"));

        queue.sweep(150);
        assertThat(expired).isEmpty();
        queue.sweep(200);

        assertThat(expired).containsExactly("later");
    }
}
