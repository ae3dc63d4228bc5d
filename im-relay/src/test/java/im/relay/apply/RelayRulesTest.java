package im.relay.apply;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.ConversationView;
import im.relay.LogExtent;
import im.relay.LogPosition;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The rules of delivery that the relay keeps, one by one. */
class RelayRulesTest extends OneChatOneRelay {
    private long prev(long position) {
        return Objects.requireNonNull(chat().get(position)).prev();
    }

    @Test
    void d1AViewThatFellBackTakesTheBatchesAgainAndNoHoleIsLeft() {
        send(1, 2);
        settle();
        sim.view.snapshot(0);
        send(3, 4);
        settle();

        sim.view.fallBack(0);
        send(5);
        sim.settle();

        sim.check();
        assertThat(chat()).hasSize(5);
        assertThat(sim.count("im.relay.seeks", "why", "view_moved")).isPositive();
    }

    @Test
    void d2ARelayGoneBetweenEffectAndCommitIsFollowedByOneThatAppliesNothingTwice() {
        sim.view.afterApply = () -> sim.world.later(() -> {
            sim.view.afterApply = () -> {};
            replace();
        });
        send(1, 2, 3);

        settle();

        assertThat(chat().keySet()).containsExactly(position(0), position(1), position(2));
    }

    @Test
    void d2TheCommitNeverSaysMoreThanTheViewHas() {
        send(IntStream.range(0, 60).toArray());
        ModelLog.Partition log = sim.log.partitions.get(0);
        sim.world.until("all committed", () -> {
            long applied = sim.view.slot(0).applied;
            long next = applied <= 0 ? 0 : LogPosition.offset(applied) + 1;
            assertThat(log.committed).isLessThanOrEqualTo(next);
            return log.committed == 60;
        });
    }

    @Test
    void d2WhatWasPushedBeforeARebuildIsNotPushedAgain() {
        send(1, 2, 3);
        settle();
        assertThat(sim.bus).hasSize(6);
        sim.bus.clear();

        sim.view.flush();
        sim.index.flush();
        settle();
        assertThat(chat()).hasSize(3);
        assertThat(sim.bus).isEmpty();

        send(4);
        settle();
        assertThat(sim.bus).extracting(RelaySim.Pushed::uid).containsExactlyInAnyOrder("ann", "bob");
        assertThat(sim.bus).allMatch(push -> push.prev() == position(2) && push.position() == position(3));
    }

    @Test
    void d3AnAnswerThatIsLostAfterItsEffectCostsNoSecondEffect() {
        settle();
        sim.view.afterApply = () -> {
            sim.view.afterApply = () -> {};
            throw new IllegalStateException("answer lost");
        };
        send(1);

        settle();

        assertThat(sim.view.applies).isEqualTo(1);
        assertThat(sim.count("im.relay.lost.replies")).isEqualTo(1);
    }

    @Test
    void d3AZombieInTheMiddleOfABatchIsRefusedAndStops() {
        settle();
        RelaySim.Process zombie = relay;
        send(1, 2);
        sim.world.until("merged, not applied", () -> sim.index.head("bob", CHAT) > 0);
        zombie.lane.paused = true;
        another();
        settle();
        int applies = sim.view.applies;

        zombie.lane.paused = false;
        sim.world.pass(BEAT);
        zombie.lose(0);
        send(3);
        settle();

        assertThat(chat()).hasSize(3);
        assertThat(sim.view.applies).isEqualTo(applies + 1);
        assertThat(zombie.held).isEmpty();
    }

    @Test
    void d3APartitionGivenAwayIsLeftOnlyAfterTheRunningBatchIsCommitted() {
        settle();
        PartitionApplier applier = Objects.requireNonNull(relay.held.get(0));
        send(1);
        sim.world.until("in a batch", () -> applier.phase().isInBatch());

        CompletableFuture<Void> end = applier.revoked().toCompletableFuture();

        sim.world.until("left", end::isDone);
        assertThat(applier.text()).isEqualTo("stopped");
        assertThat(sim.log.partitions.get(0).committed).isEqualTo(1);
    }

    @Test
    void d4AnIdlePartitionIsComparedTwiceAHeartbeat() {
        settle();
        sim.view.compares = 0;
        sim.world.pass(BEAT.multipliedBy(10));
        assertThat(sim.view.compares).isBetween(15, 25);
    }

    @Test
    void d4AViewThatFallsBackWhileNothingIsSentIsFoundWithinHalfAHeartbeat() {
        send(1);
        settle();
        sim.view.snapshot(0);
        send(2);
        settle();

        sim.view.fallBack(0);
        sim.world.pass(BEAT.dividedBy(2).plusMillis(60));

        assertThat(chat()).hasSize(2);
    }

    @Test
    void d4AnIndexThatFallsBackWhileNothingIsSentIsMendedWithinTwoHeartbeats() {
        send(1);
        settle();
        IntStream.range(0, ModelIndex.BUCKETS).forEach(sim.index::snapshot);
        send(2);
        settle();
        sim.send("bob", "cat", 3, 0);
        settle();

        IntStream.range(0, ModelIndex.BUCKETS).forEach(sim.index::fallBack);
        sim.world.pass(BEAT.multipliedBy(2));

        assertThat(sim.index.head("bob", CHAT)).isEqualTo(position(1));
        assertThat(sim.index.replays).isPositive();
    }

    @Test
    void d4AllMarksFollowTheViewOnceAHeartbeat() {
        send(1);
        settle();
        sim.world.pass(BEAT.multipliedBy(2));
        for (int bucket = 0; bucket < ModelIndex.BUCKETS; bucket++) {
            assertThat(sim.index.mark(bucket, 0)).isEqualTo(sim.view.slot(0).applied);
        }
    }

    @Test
    void d5ABucketThatFellBackIsReplayedBeforeTheBatchIsWritten() {
        send(1);
        settle();
        int bucket = sim.index.bucketOf("bob");
        sim.index.snapshot(bucket);
        sim.send("bob", "cat", 2, 0);
        settle();
        sim.index.fallBack(bucket);

        send(3);
        sim.world.until("applied", () -> chat().size() == 2);

        assertThat(sim.index.head("bob", ConversationKey.direct("bob", "cat"))).isEqualTo(position(1));
        settle();
    }

    @Test
    void d6AnEmptyViewOfAWholeLogHasNothingBeforeItsFirstMessage() {
        send(1, 2);
        settle();
        assertThat(sim.view.slot(0).floor).isZero();
        assertThat(prev(position(0))).isZero();
        assertThat(prev(position(1))).isEqualTo(position(0));
    }

    @Test
    void d6AnEmptyViewOfATrimmedLogStartsAboveAFloor() {
        send(1, 2, 3);
        settle();
        sim.log.partitions.get(0).first = 2;
        sim.view.flush();
        sim.index.flush();

        settle();

        assertThat(sim.view.slot(0).floor).isEqualTo(LogPosition.endOf(1, 1));
        assertThat(prev(position(2))).isEqualTo(LogPosition.endOf(1, 1));
    }

    @Test
    void d6AViewBelowTheLogsStartGetsAHole() {
        send(1);
        settle();
        sim.crash(relay);
        send(2, 3, 4);
        sim.log.partitions.get(0).first = 3;
        another();

        sim.settle();

        assertThat(sim.view.slot(0).holes)
                .containsExactly(new ModelView.Hole(LogPosition.endOf(1, 0), LogPosition.endOf(1, 2)));
        assertThat(prev(position(3))).isEqualTo(LogPosition.endOf(1, 2));
    }

    @Test
    void d8AViewAheadOfTheLogRaisesTheEpochAndWhatComesNextStandsAboveAllThatWasSeen() {
        send(1, 2, 3);
        settle();
        sim.crash(relay);
        ModelLog.Partition log = sim.log.partitions.get(0);
        log.loseTail(1);
        another();
        sim.world.until("a new epoch", () -> log.epochs.size() == 2);

        send(4);
        sim.world.until("applied", () -> chat().size() == 4);

        long after = LogPosition.of(2, 1, 0);
        assertThat(log.epochs).containsExactly(new LogExtent.Epoch(1, 0), new LogExtent.Epoch(2, 1));
        assertThat(chat().lastKey()).isEqualTo(after);
        assertThat(prev(after)).isEqualTo(after - 1);
        assertThat(sim.count("im.relay.lost.tails")).isEqualTo(1);
    }

    @Test
    void d8ATailThatWasLostIsFoundByItsTermEvenIfTheLogHasGrownBeyondIt() {
        send(1, 2, 3);
        settle();
        sim.crash(relay);
        ModelLog.Partition log = sim.log.partitions.get(0);
        log.loseTail(1);
        send(4, 5, 6, 7);
        sim.bus.clear();
        another();

        sim.world.until("applied", () -> chat().size() == 7);

        long after = LogPosition.of(2, 1, 0);
        assertThat(log.epochs).containsExactly(new LogExtent.Epoch(1, 0), new LogExtent.Epoch(2, 1));
        assertThat(sim.view.slot(0).holes).containsExactly(new ModelView.Hole(LogPosition.endOf(1, 2), after - 1));
        assertThat(chat().tailMap(after).keySet()).containsExactly(after, after + 64, after + 128, after + 192);
        sim.world.until("all of the new epoch pushed", () -> sim.bus.size() == 8);
    }

    @Test
    void d8ATailThatIsLostUnderARunningRelayIsFoundWithinHalfAHeartbeat() {
        send(1, 2, 3);
        settle();
        ModelLog.Partition log = sim.log.partitions.get(0);

        log.loseTail(1);
        sim.world.pass(BEAT.dividedBy(2).plusMillis(60));

        assertThat(log.epochs).containsExactly(new LogExtent.Epoch(1, 0), new LogExtent.Epoch(2, 1));
        send(4);
        sim.world.until("applied", () -> chat().size() == 4);
        assertThat(chat().lastKey()).isEqualTo(LogPosition.of(2, 1, 0));
    }

    @Test
    void d8NoPrevReachesAcrossAnEpochsBoundaryThatIsReadInTheMiddleOfABatch() {
        sim.crash(relay);
        send(1, 2, 3, 4);
        sim.log.partitions.get(0).epochs.add(new LogExtent.Epoch(2, 2));
        another();

        sim.world.until("applied", () -> chat().size() == 4);

        long hole = LogPosition.of(2, 2, 0) - 1;
        assertThat(sim.view.slot(0).holes).containsExactly(new ModelView.Hole(LogPosition.endOf(1, 1), hole));
        assertThat(prev(hole + 1)).isEqualTo(hole);
    }

    @Test
    void d10ARebuildAppliesNothingOlderThanRButKnowsItsRetries() {
        send(1);
        sim.world.pass(RelaySim.CONFIG.window().dividedBy(2));
        send(1, 2);
        sim.world.pass(
                RelaySim.CONFIG.retention().minus(RelaySim.CONFIG.window().dividedBy(4)));
        send(3);
        sim.world.until("applied", () -> chat().size() == 3);
        sim.view.flush();
        sim.index.flush();

        settle();

        assertThat(sim.view.slot(0).floor).isEqualTo(LogPosition.endOf(1, 0));
        assertThat(chat().keySet()).as("without the retry at offset 1").containsExactly(position(2), position(3));
    }

    @Test
    void d11ARetryWithinTheWindowIsOneMessageAndAnotherBodyUnderTheIdIsAnother() {
        send(1, 1);
        sim.send("ann", "bob", 1, 99);
        sim.send("bob", "ann", 1, 0);
        settle();
        assertThat(chat().keySet()).containsExactly(position(0), position(2), position(3));
        assertThat(sim.count("im.relay.duplicates")).isEqualTo(1);
    }

    @Test
    void d11EveryRepeatStartsTheWindowAnew() {
        for (int i = 0; i < 4; i++) {
            send(1);
            sim.world.pass(RelaySim.CONFIG.window().multipliedBy(3).dividedBy(4));
        }
        sim.world.pass(RelaySim.CONFIG.window());
        send(1);
        settle();
        assertThat(chat().keySet()).containsExactly(position(0), position(4));
    }

    @Test
    void d11ARetryBehindTheSeekOfAnotherRelayIsRecognizedByWhatTheLogSays() {
        send(1);
        sim.world.until(
                "all marks moved",
                () -> IntStream.range(0, ModelIndex.BUCKETS)
                        .allMatch(bucket -> sim.index.mark(bucket, 0) == LogPosition.endOf(1, 0)));
        replace();
        send(1);
        settle();
        assertThat(chat()).hasSize(1);
        assertThat(sim.count("im.relay.duplicates")).isEqualTo(1);
    }

    @Test
    void d12TheClockOfTheWindowNeverGoesBackWithTheLogs() {
        send(1);
        sim.world.pass(RelaySim.CONFIG.window().plusMillis(50));
        send(2);
        sim.world.millis -= RelaySim.CONFIG.window().toMillis() / 2;
        send(1);
        settle();
        assertThat(chat())
                .as("1 stands again: by the running maximum W is over")
                .hasSize(3);
        sim.view.flush();
        sim.index.flush();
        settle();
        assertThat(chat()).hasSize(3);
    }

    @Test
    void d20AViewAtTheEndOfTheLogSaysUntilWhen() {
        send(1);
        settle();
        long before = sim.world.millis;
        sim.world.pass(BEAT);
        assertThat(sim.view.slot(0).reached).isBetween(before, sim.world.millis);
    }

    @Test
    void anAbsentViewIsNeverTakenForAnEmptyOne() {
        assertThat(sim.view.slot(0).applied).isEqualTo(ConversationView.ABSENT);
        settle();
        assertThat(sim.view.slot(0).applied).isZero();
        assertThat(Map.copyOf(sim.view.slot(0).conversations)).isEmpty();
    }
}
