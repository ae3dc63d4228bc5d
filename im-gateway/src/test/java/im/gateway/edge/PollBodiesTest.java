package im.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PollBodiesTest {
    private final PollSessions all = new PollSessions(new PollBounds(Duration.ofSeconds(1), 10, 10));
    private final PollBodies bodies = new PollBodies(all);

    @Test
    void asManyBytesAsTheBoundAreTakenAndNotOneMore() {
        assertThat(bodies.take(PollBodies.MOST - 1)).isTrue();
        assertThat(bodies.take(1)).isTrue();
        assertThat(bodies.take(1)).isFalse();

        bodies.giveBack(1);

        assertThat(bodies.take(1)).isTrue();
    }

    @Test
    void theFullerAllOfThemAreTheSmallerIsWhatIsTaken() {
        List<PollBodies> others = new ArrayList<>();
        int large = PollBodies.MOST;
        for (PollBodies each = new PollBodies(all); each.take(large); each = new PollBodies(all)) {
            others.add(each);
        }
        long taken = (long) others.size() * large;

        assertThat(taken).isLessThanOrEqualTo(PollSessions.MAX_BODY_BYTES);
        assertThat(taken + 9L * large).isGreaterThan(PollSessions.MAX_BODY_BYTES);
        assertThat(bodies.take(large / 16)).isTrue();
        others.forEach(each -> each.giveBack(large));
        bodies.giveBack(large / 16);
        assertThat(bodies.take(large)).isTrue();
    }
}
