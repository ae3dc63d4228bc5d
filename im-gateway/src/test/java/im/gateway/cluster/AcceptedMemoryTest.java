package im.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.cluster.AcceptedMemory.Sent;
import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import im.relay.AppendOutcome.Accepted;
import im.relay.AppendOutcome.Refused;
import im.relay.AppendOutcome.Unknown;
import im.relay.Identity;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AcceptedMemoryTest {
    private static final long WINDOW = 600_000;
    private static final long BODY = 11;
    private static final long OTHER_BODY = 12;

    private final AtomicLong clock = new AtomicLong(5_000);
    private final AcceptedMemory memory = new AcceptedMemory(WINDOW, clock::get);

    private static List<Sent> sent(long number, long body) {
        return List.of(new Sent(new Identity(number * 0x9e3779b97f4a7c15L, number), body));
    }

    private long accept(long number, long body, long acceptedMs) {
        return accept(number, body, acceptedMs, clock.get());
    }

    private long accept(long number, long body, long acceptedMs, long calledMs) {
        AppendOutcome told = memory.told(sent(number, body), List.of(new Accepted(acceptedMs)), calledMs)
                .get(0);
        return ((Accepted) told).acceptedMs();
    }

    private void unknown(long number, long body) {
        Unknown unknown = new Unknown("");
        assertThat(memory.told(sent(number, body), List.of(unknown), clock.get()))
                .containsExactly(unknown);
    }

    private boolean isConflict(long number, long body) {
        return memory.firstConflict(sent(number, body), 1) == 0;
    }

    @Test
    void aRepeatHasTheTimeOfTheFirstAndAnotherBodyIsAConflict() {
        assertThat(accept(1, BODY, 100)).isEqualTo(100);

        assertThat(accept(1, BODY, 200)).isEqualTo(100);
        assertThat(isConflict(1, OTHER_BODY)).isTrue();
        assertThat(isConflict(1, BODY)).isFalse();
        assertThat(isConflict(2, OTHER_BODY)).isFalse();
        assertThat(memory.entries()).isEqualTo(1);
    }

    @Test
    void whatIsOlderThanTheWindowIsNotKnownAndARepeatKeepsItKnown() {
        accept(1, BODY, 100);
        clock.addAndGet(WINDOW);
        assertThat(accept(1, BODY, 200)).isEqualTo(100);
        clock.addAndGet(WINDOW);
        assertThat(accept(1, BODY, 300)).isEqualTo(100);

        clock.addAndGet(WINDOW + 1);

        assertThat(isConflict(1, OTHER_BODY)).isFalse();
        assertThat(accept(1, BODY, 400)).isEqualTo(400);
    }

    @Test
    void whatWasCalledBeforeTheGenerationBeganIsAsOldAsItsCall() {
        long called = clock.get();
        clock.addAndGet(WINDOW / 2);
        accept(1, BODY, 100, called);

        clock.addAndGet(WINDOW / 2 + 1);

        assertThat(isConflict(1, OTHER_BODY)).isFalse();
    }

    @Test
    void ofTwoBodiesThatWereBothAcceptedNoRepeatIsRefused() {
        accept(1, BODY, 100);
        assertThat(accept(1, OTHER_BODY, 200)).isEqualTo(200);

        assertThat(isConflict(1, BODY)).isFalse();
        assertThat(isConflict(1, OTHER_BODY)).isFalse();
        assertThat(accept(1, BODY, 300)).isEqualTo(300);
    }

    @Test
    void whatIsNotKnownToBeAcceptedRefusesNoOtherBodyAndIsNotRefusedForOne() {
        unknown(1, BODY);
        assertThat(isConflict(1, OTHER_BODY)).isFalse();

        accept(1, OTHER_BODY, 200);

        assertThat(isConflict(1, BODY)).isFalse();
    }

    @Test
    void anUnknownOutcomeAfterAnAcceptedOneChangesNothingAndOneBeforeItDoesNotCount() {
        accept(1, BODY, 100);
        clock.addAndGet(WINDOW / 2);
        unknown(1, BODY);
        assertThat(accept(1, BODY, 200)).isEqualTo(100);

        unknown(2, BODY);
        assertThat(accept(2, BODY, 300)).isEqualTo(300);
        assertThat(accept(2, BODY, 400)).isEqualTo(300);
        assertThat(isConflict(2, OTHER_BODY)).isTrue();
    }

    @Test
    void aRepeatWithAnUnknownOutcomeDoesNotKeepTheFirstKnown() {
        accept(1, BODY, 100);
        clock.addAndGet(WINDOW / 2);
        unknown(1, BODY);

        clock.addAndGet(WINDOW / 2 + 1);

        assertThat(isConflict(1, OTHER_BODY)).isFalse();
    }

    @Test
    void theYoungestAreHeldAndTheRestIsForgotten() {
        int count = 3 * AcceptedMemory.MAX_ENTRIES;
        for (int i = 1; i <= count; i++) {
            accept(i, BODY, i);
        }

        assertThat(memory.entries()).isEqualTo(2 * AcceptedMemory.MAX_ENTRIES);
        assertThat(memory.forgotten()).isEqualTo(AcceptedMemory.MAX_ENTRIES);
        for (int i = 1; i <= count; i++) {
            assertThat(isConflict(i, OTHER_BODY)).as("message %d", i).isEqualTo(i > AcceptedMemory.MAX_ENTRIES);
        }
        assertThat(accept(count, BODY, 1)).isEqualTo(count);
    }

    @Test
    void whatOutlivesTheWindowGoesAsAWholeAndIsNotCountedAsForgotten() {
        accept(1, BODY, 100);
        clock.addAndGet(WINDOW);
        accept(2, BODY, 100);
        clock.addAndGet(WINDOW);
        accept(3, BODY, 100);

        assertThat(memory.entries()).isEqualTo(2);
        assertThat(memory.forgotten()).isZero();
    }

    @Test
    void ofABatchTheFirstConflictCountsAndEachMessageIsToldItsOwnTime() {
        accept(1, BODY, 100);
        accept(2, BODY, 200);

        assertThat(memory.firstConflict(batch(3, 1, 2), 3)).isEqualTo(3);
        List<Sent> conflicts = Stream.of(sent(3, BODY), sent(2, OTHER_BODY), sent(1, OTHER_BODY))
                .flatMap(List::stream)
                .toList();
        assertThat(memory.firstConflict(conflicts, 3)).isEqualTo(1);
        assertThat(memory.firstConflict(conflicts, 1)).isEqualTo(1);
        assertThat(memory.told(
                        batch(3, 2, 1),
                        List.of(new Accepted(300), new Accepted(300), new Refused(Code.UNAVAILABLE, "", 1)),
                        clock.get()))
                .containsExactly(new Accepted(300), new Accepted(200), new Refused(Code.UNAVAILABLE, "", 1));
    }

    private static List<Sent> batch(long... numbers) {
        return LongStream.of(numbers)
                .mapToObj(number -> sent(number, BODY).get(0))
                .toList();
    }
}
