package im.relay.apply;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.MembershipChange.Role;
import im.protocol.v1.PushedGroup;
import im.relay.LogPosition;
import im.relay.group.GroupState;
import im.relay.group.Interval;
import im.relay.group.Membership;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The rules of delivery that the relay keeps for groups, one by one. */
class RelayGroupsTest extends OneChatOneRelay {
    private static final ConversationKey GROUP = ConversationKey.group("g");

    private int ids = 1_000;

    private void change(String sender, Kind kind, String... uids) {
        change(sender, MembershipChange.newBuilder().setKind(kind).addAllUids(List.of(uids)));
    }

    private void change(String sender, MembershipChange.Builder change) {
        sim.sendTo("g", sender, ids++, change.build());
    }

    private void say(String sender) {
        sim.sendTo("g", sender, ids++, null);
    }

    private GroupState group() {
        return sim.view.slot(0).groups.getOrDefault("g", GroupState.NONE);
    }

    private Membership member(String uid) {
        return sim.view.slot(0).members.getOrDefault("g", Map.of()).getOrDefault(uid, Membership.NEVER);
    }

    private boolean indexHas(String uid) {
        return sim.index.of(uid, GROUP).member();
    }

    private TreeMap<Long, ModelView.Held> messages() {
        return sim.view.slot(0).conversations.getOrDefault(GROUP, new TreeMap<>());
    }

    private void flush() {
        sim.view.flush();
        sim.index.flush();
    }

    /** Everything that the log holds now is gone from it. */
    private void trim() {
        ModelLog.Partition log = sim.log.partitions.get(0);
        log.first = log.records.size();
    }

    @Test
    void aGroupIsWhatItsLogMakesOfItAndEveryMessageStandsThere() {
        change("ann", Kind.CREATED, "bob");
        say("bob");
        change("ann", Kind.ADDED, "cat");
        change("ann", Kind.REMOVED, "bob");
        change("cat", Kind.CREATED);

        settle();

        assertThat(messages()).hasSize(5);
        assertThat(group().members()).isEqualTo(2);
        assertThat(group().changedAt()).isEqualTo(position(3));
        assertThat(member("bob").closed()).containsExactly(new Interval(position(0), position(3)));
        assertThat(indexHas("ann")).isTrue();
        assertThat(indexHas("bob")).isFalse();
        assertThat(sim.index.head("cat", GROUP)).isEqualTo(position(2));
        assertThat(sim.count("im.relay.group.changes")).isEqualTo(3);
    }

    @Test
    void d2WhatBecameOfAGroupIsKeptBeforeAnyIndexAndAnyView() {
        settle();
        change("ann", Kind.CREATED, "bob");
        sim.world.until("written", () -> {
            assertThat(indexHas("bob")).as("in an index, not yet kept").isFalse();
            return sim.events.writes > 0;
        });
        sim.world.until("indexed", () -> {
            assertThat(group().exists()).as("in the view, not yet in an index").isFalse();
            return indexHas("bob");
        });
        settle();
    }

    @Test
    void d2ARelayGoneBetweenTheGroupsLogAndTheViewIsFollowedByOneThatWritesTheSame() {
        settle();
        change("ann", Kind.CREATED, "bob");
        change("ann", Kind.REMOVED, "bob");
        sim.world.until("written", () -> sim.events.writes > 0);
        replace();

        settle();

        assertThat(sim.events.writes).isGreaterThan(1);
        assertThat(member("bob").closed()).hasSize(1);
    }

    @Test
    void d3AZombieThatWritesGroupsLateChangesNothing() {
        change("ann", Kind.CREATED, "bob");
        settle();
        RelaySim.Process zombie = relay;
        change("ann", Kind.REMOVED, "bob");
        sim.world.until("written", () -> sim.events.writes > 1);
        zombie.lane.paused = true;
        another();
        change("ann", Kind.ADDED, "bob");
        settle();

        zombie.lane.paused = false;
        sim.world.pass(BEAT);
        zombie.lose(0);
        settle();

        assertThat(member("bob").joined()).isEqualTo(position(2));
        assertThat(indexHas("bob")).isTrue();
    }

    @Test
    void d3AViewThatMovedWhileChangesAreWorkedOutIsLookedAtAgain() {
        change("ann", Kind.CREATED, "bob");
        settle();
        sim.view.snapshot(0);
        say("bob");
        settle();
        sim.view.fallBack(0);
        change("ann", Kind.REMOVED, "bob");

        sim.settle();

        sim.check();
        assertThat(sim.count("im.relay.seeks", "why", "view_moved")).isPositive();
        assertThat(member("bob").closed()).containsExactly(new Interval(position(0), position(2)));
    }

    @Test
    void d3ABatchThatDidNotArriveGoesAgainWithWhatItDoesToGroups() {
        change("ann", Kind.CREATED, "bob");
        settle();
        sim.log.lowestRead = Long.MAX_VALUE;
        sim.view.beforeApply = () -> {
            sim.view.beforeApply = () -> {};
            throw new IllegalStateException("request lost");
        };
        change("ann", Kind.REMOVED, "bob");

        settle();

        assertThat(member("bob").isMember()).isFalse();
        assertThat(sim.log.lowestRead).as("nothing was read again").isGreaterThanOrEqualTo(1);
    }

    @Test
    void d5ABucketThatFellBackHasItsGroupsFromLogAndView() {
        change("ann", Kind.CREATED, "bob");
        settle();
        IntStream.range(0, ModelIndex.BUCKETS).forEach(sim.index::snapshot);
        change("ann", Kind.ADDED, "cat");
        change("ann", Kind.REMOVED, "bob");
        change("ann", Kind.ADDED, "bob", "cat");
        change("ann", Kind.REMOVED, "dan");
        settle();
        int loads = sim.events.loads;

        IntStream.range(0, ModelIndex.BUCKETS).forEach(sim.index::fallBack);
        sim.world.pass(BEAT.multipliedBy(2));

        settle();
        assertThat(indexHas("bob")).isTrue();
        assertThat(indexHas("cat")).isTrue();
        assertThat(sim.index.head("dan", GROUP)).as("never was anything in it").isZero();
        assertThat(sim.events.loads).as("the log had all of it").isEqualTo(loads);
    }

    @Test
    void d5ABucketWhoseMarkIsBelowTheLogsStartHasItsGroupsFromWhatIsKeptForEver() {
        change("ann", Kind.CREATED, "bob");
        change("ann", Kind.REMOVED, "bob");
        settle();
        sim.world.pass(BEAT.multipliedBy(2));
        trim();
        sim.index.flush();
        sim.world.pass(BEAT.multipliedBy(2));

        settle();

        assertThat(indexHas("ann")).isTrue();
        assertThat(sim.index.of("bob", GROUP)).isEqualTo(new ModelIndex.Head(position(1), false));
        assertThat(sim.index.replays).isPositive();
    }

    @Test
    void d6AnEmptyViewOfATrimmedLogHasItsGroups() {
        change("ann", Kind.CREATED, "bob", "cat");
        change("bob", Kind.LEFT);
        change(
                "ann",
                MembershipChange.newBuilder().setKind(Kind.SETTINGS_CHANGED).setTitle("t"));
        settle();
        trim();
        flush();

        settle();

        assertThat(group().title()).isEqualTo("t");
        assertThat(member("bob").closed()).containsExactly(new Interval(position(0), position(1)));
        assertThat(indexHas("cat")).isTrue();
        say("cat");
        settle();
        assertThat(sim.groupBus.get(sim.groupBus.size() - 1).getChangedAt()).isEqualTo(position(2));
    }

    /** What is kept of a change for ever outlives the change itself: then the lists have to have it as the view has. */
    @Test
    void d8AChangeThatWasLostWithTheTailIsInViewAndListsOrInNeither() {
        change("ann", Kind.CREATED, "bob");
        say("bob");
        settle();
        aChangeIsKeptAndLost();

        sim.world.until("moved over", () -> sim.view.slot(0).applied == LogPosition.of(2, 1, 0) - 1);
        sim.settle();

        assertThat(member("cat").isMember()).isTrue();
        assertThat(indexHas("cat")).isTrue();

        say("bob");
        flush();
        replace();
        sim.settle();

        assertThat(member("cat").isMember())
                .as("after the whole log was applied once more")
                .isTrue();
        assertThat(indexHas("cat"))
                .as("after the whole log was applied once more")
                .isTrue();
    }

    /** What is kept of groups has it when the relay ends, and the log has it no more; the next relay begins. */
    private void aChangeIsKeptAndLost() {
        int writes = sim.events.writes;
        change("ann", Kind.ADDED, "cat");
        sim.world.until("written", () -> sim.events.writes > writes);
        sim.crash(relay);
        sim.log.partitions.get(0).loseTail(1);
        another();
    }

    /** Nothing but what is kept of groups has seen the tail. */
    @Test
    void d8ATailOfWhichOnlyTheGroupsKnowIsALostTailToo() {
        change("ann", Kind.CREATED, "bob");
        settle();
        aChangeIsKeptAndLost();
        sim.world.until("new epoch", () -> sim.log.partitions.get(0).epochs.size() == 2);
        say("bob");

        sim.settle();

        assertThat(messages().lastKey()).isEqualTo(LogPosition.of(2, 1, 0));
        assertThat(sim.count("im.relay.lost.tails")).isEqualTo(1);
        assertThat(member("cat").isMember()).isEqualTo(indexHas("cat")).isTrue();
    }

    @Test
    void d6ARestoreThatWasBrokenOffBeginsAnew() {
        change("ann", Kind.CREATED, "bob");
        settle();
        trim();
        flush();
        int restores = sim.view.restores;
        sim.world.until("restored, not moved", () -> sim.view.restores > restores);
        assertThat(sim.view.slot(0).applied).isNegative();
        sim.view.slot(0).members.computeIfAbsent("g", group -> new TreeMap<>()).put("nobody", member("bob"));
        replace();

        settle();

        assertThat(sim.view.slot(0).members.getOrDefault("g", Map.of()).keySet())
                .containsExactlyInAnyOrder("ann", "bob");
    }

    @Test
    void d6AViewBelowTheLogsStartHasItsGroups() {
        change("ann", Kind.CREATED, "bob");
        settle();
        sim.view.snapshot(0);
        change("ann", Kind.REMOVED, "bob");
        change("ann", Kind.ADDED, "cat");
        say("cat");
        settle();
        sim.log.partitions.get(0).first = 3;
        sim.view.fallBack(0);

        settle();

        assertThat(member("bob").isMember()).isFalse();
        assertThat(member("cat").joined()).isEqualTo(position(2));
        assertThat(messages().lastKey()).isEqualTo(position(3));
    }

    @Test
    void d10ChangesThatAreTooOldToBeAppliedCount() {
        change("ann", Kind.CREATED, "bob");
        sim.world.pass(RelaySim.CONFIG.retention().plus(BEAT));
        say("bob");
        settle();
        flush();

        settle();

        assertThat(messages().keySet()).containsExactly(position(1));
        assertThat(member("bob").joined()).isEqualTo(position(0));
    }

    @Test
    void d10WhatNobodyEverPushedIsAppliedHoweverOldItIs() {
        settle();
        sim.crash(relay);
        change("ann", Kind.CREATED, "bob");
        sim.world.pass(RelaySim.CONFIG.retention().plus(BEAT));
        say("bob");
        flush();
        another();

        settle();

        assertThat(member("bob").joined()).isEqualTo(position(0));
    }

    @Test
    void d16TheSameChangesWorkedOutAgainAreTheSameEvents() {
        for (int i = 0; i < 20; i++) {
            change("ann", i % 2 == 0 ? Kind.CREATED : Kind.REMOVED, "bob");
            change("ann", Kind.ADDED, "bob");
        }
        settle();
        for (int i = 0; i < 3; i++) {
            flush();
            settle();
        }
        // In front of them stands where the newest that was dropped ended.
        assertThat(member("bob").closed()).hasSize(1 + Membership.MAX_CLOSED);
    }

    @Test
    void d17APushOfAGroupSaysWhenItLastChangedAndWhatItChangesItself() {
        change("ann", Kind.CREATED, "bob");
        say("bob");
        change("ann", Kind.REMOVED, "bob");
        say("ann");

        settle();

        assertThat(sim.groupBus)
                .extracting(PushedGroup::getPosition)
                .containsExactly(position(0), position(1), position(2), position(3));
        assertThat(sim.groupBus)
                .extracting(PushedGroup::getChangedAt)
                .containsExactly(position(0), position(0), position(2), position(2));
        assertThat(sim.groupBus.get(1).hasChange()).isFalse();
        assertThat(sim.groupBus.get(2).getChange().getBefore()).isEqualTo(position(0));
        assertThat(sim.groupBus.get(2).getChange().getRolesMap()).isEqualTo(Map.of("bob", Role.ROLE_UNSPECIFIED));
    }

    @Test
    void d17WhoComesOrGoesIsToldByItsOwnRoutes() {
        change("ann", Kind.CREATED, "bob");
        settle();
        change("ann", Kind.REMOVED, "bob");
        change("ann", Kind.REMOVED, "cat");
        settle();
        assertThat(sim.memberBus).containsExactlyInAnyOrder("ann g", "bob g", "bob g");
    }

    @Test
    void aGroupHandedOnTwiceAtOnceHasOneOwner() {
        change("ann", Kind.CREATED, "bob", "cat");
        settle();
        change(
                "ann",
                MembershipChange.newBuilder()
                        .setKind(Kind.ROLE_CHANGED)
                        .setRole(Role.OWNER)
                        .addUids("bob"));
        settle();
        change(
                "ann",
                MembershipChange.newBuilder()
                        .setKind(Kind.ROLE_CHANGED)
                        .setRole(Role.OWNER)
                        .addUids("cat"));

        settle();

        assertThat(group().owner()).isEqualTo("cat");
        assertThat(List.of(
                        member("ann").role(),
                        member("bob").role(),
                        member("cat").role()))
                .containsExactly(Role.ADMIN, Role.ADMIN, Role.OWNER);
    }

    @Test
    void aDissolvedGroupIsToldToWhoeverHasMembersAndNamesNobody() {
        change("ann", Kind.CREATED, "bob");
        change("ann", Kind.DISSOLVED);
        settle();
        PushedGroup last = sim.groupBus.get(sim.groupBus.size() - 1);
        assertThat(last.getChange().getDissolved()).isTrue();
        assertThat(last.getChange().getRolesMap()).isEmpty();
        assertThat(group().isOpen()).isFalse();
    }

    @Test
    void changesThatNameManyAreCutIntoBatchesOfABoundedSize() {
        change("ann", Kind.CREATED);
        settle();
        relay.lane.paused = true;
        for (int i = 0; i < 7; i++) {
            int from = 500 * i;
            change(
                    "ann",
                    Kind.ADDED,
                    IntStream.range(from, from + 500).mapToObj(u -> "u" + u).toArray(String[]::new));
        }
        relay.lane.paused = false;
        int applies = sim.view.applies;

        settle();

        assertThat(group().members()).isEqualTo(3_501);
        assertThat(sim.view.applies - applies).as("two changes a batch").isBetween(4, 7);
    }

    @Test
    void aChangeThatNoGatewayWouldAcceptIsAMessageThatChangesNothing() {
        change("ann", Kind.CREATED);
        change("ann", Kind.ADDED, "b|b");
        change("ann", Kind.ADDED, IntStream.range(0, 501).mapToObj(u -> "u" + u).toArray(String[]::new));

        sim.settle();

        assertThat(messages()).hasSize(3);
        assertThat(group().members()).isEqualTo(1);
    }

    @Test
    void whoIsNowhereAndWhatNobodyTellsCostsNothing() {
        sim.routesFail = true;
        change("ann", Kind.CREATED, "bob");
        settle();
        assertThat(sim.groupBus).isEmpty();
        assertThat(sim.count("im.relay.pushes", "outcome", "routes_unreadable")).isEqualTo(1);
        assertThat(Objects.requireNonNull(sim.log.partitions.get(0)).committed).isEqualTo(1);
    }
}
