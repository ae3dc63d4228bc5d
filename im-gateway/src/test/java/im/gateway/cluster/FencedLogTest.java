package im.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.MessageId;
import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import im.relay.MessageLog;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FencedLogTest {
    private final List<List<AppendRequest>> appended = new ArrayList<>();
    private final AtomicBoolean holdsLease = new AtomicBoolean(true);
    private final FencedLog log =
            new FencedLog(new Taking(), holdsLease::get, new ClusterMeters(new SimpleMeterRegistry()));
    private final List<AppendOutcome> outcomes = new ArrayList<>();

    private final class Taking implements MessageLog {
        @Override
        public String logId() {
            return "log";
        }

        @Override
        public void append(List<AppendRequest> batch, Executor lane, Consumer<List<AppendOutcome>> done) {
            appended.add(batch);
            lane.execute(() -> done.accept(batch.stream()
                    .map(request -> (AppendOutcome) new AppendOutcome.Accepted(1))
                    .toList()));
        }

        @Override
        public @Nullable String failure() {
            return null;
        }
    }

    private static AppendRequest request(int number) {
        return new AppendRequest(
                ConversationKey.direct("a", "b"),
                "a",
                Objects.requireNonNull(MessageId.parse("01890a5d-ac96-774b-bcce-b302099a805" + number)),
                new byte[16],
                1,
                new byte[] {1});
    }

    @Test
    void aNodeWithALeaseAppends() {
        log.append(List.of(request(1)), Runnable::run, outcomes::addAll);

        assertThat(outcomes).containsExactly(new AppendOutcome.Accepted(1));
    }

    @Test
    void aNodeWithoutALeaseAppendsNothing_D12() {
        holdsLease.set(false);

        log.append(List.of(request(1), request(2)), Runnable::run, outcomes::addAll);

        assertThat(appended).isEmpty();
        assertThat(outcomes)
                .extracting(outcome -> ((AppendOutcome.Refused) outcome).code())
                .containsExactly(Code.UNAVAILABLE, Code.OUT_OF_ORDER);
    }
}
