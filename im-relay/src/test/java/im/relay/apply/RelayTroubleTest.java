package im.relay.apply;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.LogEntry;
import im.protocol.v1.LogRecord;
import im.relay.LogExtent;
import im.relay.LogPosition;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the relay does about calls that fail, and what it says meanwhile. */
class RelayTroubleTest extends OneChatOneRelay {
    @Test
    void d11ABatchThatDidNotArriveGoesAgainAsItWasDecided() {
        send(1, 2, 3);
        settle();
        sim.log.lowestRead = Long.MAX_VALUE;
        sim.view.beforeApply = () -> {
            sim.view.beforeApply = () -> {};
            throw new IllegalStateException("request lost");
        };
        send(4, 5, 4);

        settle();

        assertThat(chat()).hasSize(5);
        assertThat(sim.count("im.relay.applied")).isEqualTo(5);
        assertThat(sim.count("im.relay.duplicates")).isEqualTo(1);
        assertThat(sim.log.lowestRead).as("the window was not read again").isGreaterThanOrEqualTo(3);
    }

    @Test
    void d11ABatchThatDidNotArriveIsDecidedAnewWhereTheIndexFellBack() {
        send(1, 2, 3);
        settle();
        for (int bucket = 0; bucket < sim.index.buckets(); bucket++) {
            sim.index.snapshot(bucket);
        }
        sim.view.beforeApply = () -> {
            sim.view.beforeApply = () -> {};
            sim.index.fallBack(sim.index.bucketOf("bob"));
            throw new IllegalStateException("request lost");
        };
        send(4);

        settle();

        assertThat(chat()).hasSize(4);
        assertThat(sim.index.head("bob", CHAT)).isEqualTo(position(3));
    }

    @Test
    void d8AnIndexThatHasSeenWhatTheLogHasNotMeansALostTail() {
        send(1, 2);
        settle();
        sim.view.beforeApply = () -> {
            sim.view.beforeApply = () -> {};
            sim.log.partitions.get(0).records.remove(2);
            throw new IllegalStateException("the disk is an old one");
        };
        send(3);
        sim.world.until("lost", () -> sim.log.partitions.get(0).records.size() == 2);
        replace();
        sim.world.until("new epoch", () -> sim.log.partitions.get(0).epochs.size() == 2);
        send(4);

        settle();

        assertThat(chat().lastKey()).isEqualTo(LogPosition.of(2, 2, 0));
        assertThat(sim.index.head("bob", CHAT)).isEqualTo(LogPosition.of(2, 2, 0));
        assertThat(sim.count("im.relay.lost.tails")).isEqualTo(1);
    }

    @Test
    void d8ATailWhoseLossIsFoundByASeekThatFailsIsCountedOnce() {
        send(1, 2, 3, 4);
        settle();
        sim.crash(relay);
        ModelLog.Partition log = sim.log.partitions.get(0);
        log.first = 1;
        log.loseTail(2);
        sim.log.beforeOffsetAt = () -> {
            sim.log.beforeOffsetAt = () -> {};
            throw new IllegalStateException("request lost");
        };
        another();

        sim.world.until("moved over", () -> sim.view.slot(0).applied == LogPosition.of(2, 2, 0) - 1);
        sim.settle();

        assertThat(sim.count("im.relay.lost.tails")).isEqualTo(1);
    }

    @Test
    void d8ATopicMadeAnewIsOneLostTailHoweverOftenItIsLookedAtBeforeItsFirstRecord() {
        send(1, 2, 3);
        settle();
        sim.crash(relay);
        ModelLog.Partition log = sim.log.partitions.get(0);
        log.records.clear();
        log.epochs.set(0, new LogExtent.Epoch(2, 0));
        log.committed = LogExtent.NONE;
        another();
        sim.world.until(
                "moved over", () -> sim.view.slot(0).applied == log.extent().before(0));
        replace();
        sim.settle();

        send(4);
        sim.world.until("applied", () -> chat().size() == 4);

        assertThat(chat().lastKey()).isEqualTo(LogPosition.of(2, 0, 0));
        assertThat(sim.count("im.relay.lost.tails")).isEqualTo(1);
    }

    @Test
    void d20UntilWhenAViewIsCompleteIsSaidOfAPlaceThatEveryMarkHas() {
        settle();
        for (int id = 1; id <= 20; id++) {
            send(id);
            long end = sim.world.millis + BEAT.toMillis();
            sim.world.until("half a heartbeat", () -> {
                for (int bucket = 0; bucket < sim.index.buckets(); bucket++) {
                    assertThat(sim.index.mark(bucket, 0)).isGreaterThanOrEqualTo(sim.view.slot(0).reachedAt);
                }
                return sim.world.millis >= end;
            });
        }
        assertThat(sim.view.slot(0).reachedAt).isPositive();
    }

    @Test
    void aBatchWhoseAnswerWasLostIsCounted() {
        settle();
        sim.view.afterApply = () -> {
            sim.view.afterApply = () -> {};
            throw new IllegalStateException("answer lost");
        };
        send(1, 2);
        settle();
        assertThat(sim.count("im.relay.applied")).isEqualTo(2);
    }

    @Test
    void poisonThatIsReadAgainIsNotCountedAgain() {
        sim.log.appendRaw(0, new byte[] {1, 2, 3}, List.of());
        send(1);
        settle();
        replace();
        settle();
        assertThat(sim.count("im.relay.poison")).isEqualTo(1);
    }

    @Test
    void whatWaitsIsToldWhileNothingGoesOn() {
        send(1, 2);
        settle();
        sim.view.isAway = true;
        send(3, 4, 5);
        Progress progress = Objects.requireNonNull(relay.progress.get(0));
        sim.world.until("told", () -> progress.lag() == 3);
        send(6, 7);
        sim.world.until("told", () -> progress.lag() == 5);
        sim.view.isAway = false;
        settle();
        assertThat(progress.lag()).isZero();
    }

    /** Routes stand in the same Redis: without them nothing is pushed until each gateway looks, once a heartbeat. */
    @Test
    void gatewaysAreToldOnceThatAViewWasLostWhenItIsThereAgain() {
        send(1, 2, 3);
        settle();
        sim.view.flush();
        sim.index.flush();
        send(4);

        settle();

        assertThat(sim.losses).hasSize(1);
        assertThat(sim.losses.get(0)).isGreaterThanOrEqualTo(position(2));
        assertThat(sim.count("im.relay.views.lost")).isEqualTo(1);
    }

    @Test
    void gatewaysAreToldThatAnIndexFellBack() {
        send(1, 2, 3);
        settle();
        IntStream.range(0, ModelIndex.BUCKETS).forEach(sim.index::snapshot);
        send(4, 5);
        settle();
        IntStream.range(0, ModelIndex.BUCKETS).forEach(sim.index::fallBack);

        settle();

        assertThat(sim.losses).isNotEmpty();
    }

    @Test
    void aRelayThatComesAfterAnotherTellsOfNoLoss() {
        send(1, 2, 3);
        settle();
        replace();
        send(4);

        settle();

        assertThat(sim.losses).isEmpty();
    }

    @Test
    void aPoisonRecordIsMovedOverAndCounted() {
        send(1);
        sim.log.appendRaw(0, new byte[] {1, 2, 3}, List.of());
        sim.log.appendRaw(0, null, List.of());
        sim.log.appendRaw(0, record(0, "d|ann|bob", "cat"), List.of());
        send(2);
        settle();
        assertThat(sim.count("im.relay.poison")).isEqualTo(3);
        assertThat(Objects.requireNonNull(chat().get(position(4))).prev()).isEqualTo(position(0));
    }

    @Test
    void aRecordOfANewerVersionStopsThePartitionAndLosesNothing() {
        stopsAt("d|ann|bob", "ann");
    }

    @Test
    void aNewerVersionMayNameConversationsAndSendersAsThisOneDoesNot() {
        stopsAt("g|a group", "");
    }

    private void stopsAt(String conversation, String sender) {
        send(1);
        sim.log.appendRaw(0, record(2, conversation, sender), List.of());
        send(2);
        PartitionApplier applier = Objects.requireNonNull(relay.held.get(0));
        sim.world.until("stopped with a reason", () -> applier.trouble() != null);
        sim.world.pass(BEAT);
        assertThat(applier.trouble()).contains("format 2");
        assertThat(chat().keySet()).containsExactly(position(0));
    }

    private static byte[] record(int format, String conversation, String sender) {
        return LogRecord.newBuilder()
                .setFormat(format)
                .setConversation(conversation)
                .setSender(sender)
                .addEntries(LogEntry.getDefaultInstance())
                .build()
                .toByteArray();
    }

    @Test
    void aViewThatIsGoneIsWaitedForAndNothingIsDropped() {
        settle();
        sim.world.failing = 1;
        send(1, 2);
        PartitionApplier applier = Objects.requireNonNull(relay.held.get(0));
        sim.world.until("trouble", () -> applier.trouble() != null);
        sim.world.pass(BEAT.multipliedBy(3));
        sim.world.failing = 0;
        settle();
        assertThat(chat()).hasSize(2);
        assertThat(applier.trouble()).isNull();
    }

    @Test
    void routesThatCannotBeReadCostThePushAndNotTheMessage() {
        sim.routesFail = true;
        send(1);
        settle();
        assertThat(sim.bus).isEmpty();
        assertThat(sim.count("im.relay.pushes", "outcome", "routes_unreadable")).isEqualTo(2);
    }

    @Test
    void aBusThatHangsHoldsTheViewUpOnce() {
        sim.busHangs = true;
        send(IntStream.range(0, 40).toArray());
        settle();
        assertThat(sim.bus).isEmpty();
        assertThat(sim.count("im.relay.pushes", "outcome", "skipped")).isPositive();
        assertThat(sim.log.partitions.get(0).committed).isEqualTo(40);
    }
}
