package im.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AcceptedMemoryTest {
    private static final long WINDOW = 600_000;
    private static final long BODY = 11;
    private static final long OTHER_BODY = 12;

    private final AtomicLong clock = new AtomicLong(5_000);
    private final AcceptedMemory memory = new AcceptedMemory(WINDOW, clock::get);

    private static MessageIdentity identity(long number) {
        return new MessageIdentity(number * 0x9e3779b97f4a7c15L, number);
    }

    private long accept(long number, long body, long acceptedMs) {
        return memory.accepted(identity(number), body, acceptedMs, clock.get());
    }

    @Test
    void aRepeatHasTheTimeOfTheFirstAndAnotherBodyIsAConflict() {
        assertThat(accept(1, BODY, 100)).isEqualTo(100);

        assertThat(accept(1, BODY, 200)).isEqualTo(100);
        assertThat(memory.isConflict(identity(1), OTHER_BODY)).isTrue();
        assertThat(memory.isConflict(identity(1), BODY)).isFalse();
        assertThat(memory.isConflict(identity(2), OTHER_BODY)).isFalse();
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

        assertThat(memory.isConflict(identity(1), OTHER_BODY)).isFalse();
        assertThat(accept(1, BODY, 400)).isEqualTo(400);
    }

    @Test
    void whatWasCalledBeforeTheGenerationBeganIsAsOldAsItsCall() {
        long called = clock.get();
        clock.addAndGet(WINDOW / 2);
        memory.accepted(identity(1), BODY, 100, called);

        clock.addAndGet(WINDOW / 2 + 1);

        assertThat(memory.isConflict(identity(1), OTHER_BODY)).isFalse();
    }

    @Test
    void ofTwoBodiesThatWereBothAcceptedNoRepeatIsRefused() {
        accept(1, BODY, 100);
        assertThat(accept(1, OTHER_BODY, 200)).isEqualTo(200);

        assertThat(memory.isConflict(identity(1), BODY)).isFalse();
        assertThat(memory.isConflict(identity(1), OTHER_BODY)).isFalse();
        assertThat(accept(1, BODY, 300)).isEqualTo(300);
    }

    @Test
    void whatIsNotKnownToBeAcceptedRefusesNoOtherBodyAndIsNotRefusedForOne() {
        memory.unknown(identity(1), BODY, clock.get());
        assertThat(memory.isConflict(identity(1), OTHER_BODY)).isFalse();

        accept(1, OTHER_BODY, 200);

        assertThat(memory.isConflict(identity(1), BODY)).isFalse();
    }

    @Test
    void anUnknownOutcomeAfterAnAcceptedOneChangesNothingAndOneBeforeItDoesNotCount() {
        accept(1, BODY, 100);
        clock.addAndGet(WINDOW / 2);
        memory.unknown(identity(1), BODY, clock.get());
        assertThat(accept(1, BODY, 200)).isEqualTo(100);

        memory.unknown(identity(2), BODY, clock.get());
        assertThat(accept(2, BODY, 300)).isEqualTo(300);
        assertThat(accept(2, BODY, 400)).isEqualTo(300);
        assertThat(memory.isConflict(identity(2), OTHER_BODY)).isTrue();
    }

    @Test
    void aRepeatWithAnUnknownOutcomeDoesNotKeepTheFirstKnown() {
        accept(1, BODY, 100);
        clock.addAndGet(WINDOW / 2);
        memory.unknown(identity(1), BODY, clock.get());

        clock.addAndGet(WINDOW / 2 + 1);

        assertThat(memory.isConflict(identity(1), OTHER_BODY)).isFalse();
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
            assertThat(memory.isConflict(identity(i), OTHER_BODY))
                    .as("message %d", i)
                    .isEqualTo(i > AcceptedMemory.MAX_ENTRIES);
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
}
