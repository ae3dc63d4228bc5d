package im.gateway.room;

import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.delivery.SharedFrame;
import im.gateway.service.SessionMetrics;
import im.gateway.session.ManualLoop;
import im.protocol.v1.MembershipChange.Kind;
import im.relay.GroupPush;
import im.relay.GroupStore.Standing;
import im.relay.PlacedMessage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A room alone: pushes lost, late, doubled, too many; changes of membership that no push has told. */
class RoomTest {
    private static final long HEARTBEAT_MILLIS = 1_000;

    private final ManualLoop manual = new ManualLoop(HEARTBEAT_MILLIS / 4);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final GroupLog log = new GroupLog();
    private final Rooms rooms = new Rooms(
            manual.loop,
            log,
            HEARTBEAT_MILLIS,
            new SessionMetrics(registry).rooms(),
            GroupsHeard.ALL,
            new GroupLoops());

    /** What one session was given. */
    private final class Member implements RoomMember {
        final String uid;
        final List<Long> given = new ArrayList<>();
        int compares;

        Member(String uid) {
            this.uid = uid;
        }

        Place enter() {
            return Objects.requireNonNull(rooms.enter(log.stands(uid), this));
        }

        @Override
        public String uid() {
            return uid;
        }

        @Override
        public void pushGroup(PlacedMessage message, SharedFrame frame) {
            given.add(message.position());
        }

        @Override
        public void compareSoon() {
            compares++;
        }
    }

    private Member entered(String uid) {
        Member member = new Member(uid);
        member.enter();
        return member;
    }

    private void push(GroupPush... pushes) {
        for (GroupPush push : pushes) {
            rooms.push(push);
        }
        manual.run();
    }

    private double counted(String meter, String tag, String value) {
        return registry.get(meter).tag(tag, value).counter().count();
    }

    private static Long[] positions(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toArray(Long[]::new);
    }

    @Test
    void aMessageThatJoinsOnGoesToEverybodyOnce() {
        log.change("a", Kind.CREATED, "b");
        Member a = entered("a");
        Member b = entered("b");
        GroupPush one = log.say("one");
        GroupPush two = log.say("two");

        push(one, two, one, two);

        assertThat(a.given).containsExactly(2L, 3L);
        assertThat(b.given).containsExactly(2L, 3L);
        assertThat(log.reads).isEmpty();
        assertThat(counted("im.gateway.room.messages", "outcome", "forwarded")).isEqualTo(2);
        assertThat(counted("im.gateway.room.messages", "outcome", "known")).isEqualTo(2);
    }

    @Test
    void aHoleIsReadOnceForAllAndForwardedInOrder() {
        log.change("a", Kind.CREATED, "b");
        Member a = entered("a");
        Member b = entered("b");
        GroupPush lost = log.say("lost");
        log.say("lost too");
        GroupPush heard = log.say("heard");

        push(heard, lost);

        assertThat(a.given).containsExactly(2L, 3L, 4L);
        assertThat(b.given).containsExactly(2L, 3L, 4L);
        assertThat(log.reads).containsExactly("page a 1");
        assertThat(counted("im.gateway.room.reads", "of", "messages")).isEqualTo(1);
    }

    @Test
    void aLastMessageThatWasNeverPushedIsFoundByTheComparison() {
        log.change("a", Kind.CREATED);
        Member a = entered("a");
        log.say("lost");

        manual.advance(HEARTBEAT_MILLIS);

        assertThat(a.given).containsExactly(2L);
        assertThat(log.reads).containsExactly("marks", "page a 1");
        manual.advance(HEARTBEAT_MILLIS);
        assertThat(log.reads).containsExactly("marks", "page a 1", "marks");
    }

    @Test
    void whatIsReadFailsAndIsReadAgain() {
        log.change("a", Kind.CREATED, "b");
        Member a = entered("a");
        log.say("lost");
        log.failures = 2;

        push(log.say("heard"));
        assertThat(a.given).isEmpty();
        manual.advance(200);

        assertThat(a.given).containsExactly(2L, 3L);
        assertThat(log.reads).containsExactly("page a 1", "page a 1", "page a 1");
    }

    @Test
    void whatIsHeldNoMoreIsEachOnesOwnBusinessAndTheRestGoesOn() {
        log.change("a", Kind.CREATED, "b");
        Member a = entered("a");
        Member b = entered("b");
        log.say("trimmed");
        GroupPush heard = log.say("heard");
        log.floor = 3;

        push(heard);

        assertThat(List.of(a.compares, b.compares)).containsExactly(1, 1);
        assertThat(a.given).containsExactly(3L);
        push(log.say("next"));
        assertThat(a.given).containsExactly(3L, 4L);
        assertThat(b.given).containsExactly(3L, 4L);
    }

    @Test
    void whoIsRemovedGetsTheRemovalAndNothingSince_D17() {
        log.change("a", Kind.CREATED, "b");
        Member a = entered("a");
        Member b = entered("b");

        push(log.change("a", Kind.REMOVED, "b"), log.say("secret"));

        assertThat(a.given).containsExactly(2L, 3L);
        assertThat(b.given).containsExactly(2L);
        assertThat(log.reads).isEmpty();
    }

    @Test
    void aPushThatKnowsOfALaterChangeWaitsUntilTheRoomDoes_D17() {
        log.change("a", Kind.CREATED, "b");
        Member a = entered("a");
        Member b = entered("b");
        log.change("a", Kind.REMOVED, "b");

        push(log.say("secret"));

        assertThat(log.reads.get(0)).isEqualTo("standings 2");
        assertThat(a.given).containsExactly(2L, 3L);
        assertThat(b.given).isEmpty();
        assertThat(b.compares).isEqualTo(1);
        assertThat(counted("im.gateway.room.reads", "of", "members")).isEqualTo(1);
    }

    @Test
    void aChangeThatOnlyTheStoreHasToldSendsAwayBeforeWhatFollowsItIsForwarded_D15() {
        log.change("a", Kind.CREATED, "b");
        Member a = entered("a");
        Member b = entered("b");
        log.say("lost");
        GroupPush heard = log.say("heard");
        GroupPush removal = log.change("a", Kind.REMOVED, "b");
        GroupPush secret = log.say("secret");

        // The hole before it is read to the end of the log, which has the removal already.
        push(heard);

        assertThat(a.given).containsExactly(2L, 3L);
        assertThat(b.given).containsExactly(2L, 3L);
        push(removal, secret, log.say("more secrets"));
        assertThat(a.given).containsExactly(2L, 3L, 4L, 5L, 6L);
        assertThat(b.given).containsExactly(2L, 3L, 4L);
    }

    @Test
    void whoWasRemovedAndAddedAgainUnheardIsGivenWhatFollowsTheAdding_D15() {
        log.change("a", Kind.CREATED, "b");
        entered("a");
        Member b = entered("b");
        log.change("a", Kind.REMOVED, "b");
        log.say("secret");
        log.change("a", Kind.ADDED, "b");

        push(log.say("for b again"));

        assertThat(b.compares).isEqualTo(1);
        assertThat(b.given).containsExactly(4L, 5L);
    }

    @Test
    void anUnheardDissolutionEmptiesTheRoom() {
        log.change("a", Kind.CREATED, "b");
        Member a = entered("a");
        Place place = entered("b").enter();
        log.change("a", Kind.DISSOLVED);

        manual.advance(HEARTBEAT_MILLIS);

        assertThat(a.compares).isEqualTo(1);
        assertThat(place.isGone()).isTrue();
        assertThat(registry.get("im.gateway.rooms").gauge().value()).isZero();
    }

    @Test
    void whoJoinsHearsWhatStandsFromThereOn() {
        log.change("a", Kind.CREATED);
        entered("a");
        GroupPush before = log.say("before");
        GroupPush added = log.change("a", Kind.ADDED, "b");
        Member b = entered("b");

        push(before, added, log.say("after"));

        assertThat(b.given).containsExactly(3L, 4L);
    }

    @Test
    void whoEntersWithAStandingThatIsOlderThanTheRoomsIsSentToReadAgain_D17() {
        log.change("a", Kind.CREATED, "b");
        entered("a");
        Standing old = log.stands("b");
        push(log.change("a", Kind.REMOVED, "b"));

        assertThat(rooms.enter(old, new Member("b"))).isNull();
    }

    @Test
    void aLargeRoomIsServedInSlicesBetweenWhichTheLoopDoesOtherThings() {
        log.change("a", Kind.CREATED);
        List<Member> members =
                IntStream.range(0, 3 * Turns.SLICE).mapToObj(i -> entered("a")).toList();
        List<Long> served = new ArrayList<>();

        rooms.push(log.say("one"));
        for (int i = 0; i < 4; i++) {
            manual.execute(() -> served.add(
                    members.stream().filter(one -> !one.given.isEmpty()).count()));
        }
        rooms.push(log.say("two"));
        manual.run();

        assertThat(served).containsOnly((long) Turns.SLICE);
        assertThat(members).allSatisfy(one -> assertThat(one.given).containsExactly(2L, 3L));
    }

    @Test
    void manyMessagesOfASmallRoomAreServedInSlicesToo() {
        log.change("a", Kind.CREATED);
        List<Member> members = IntStream.range(0, 8).mapToObj(i -> entered("a")).toList();
        int many = 3 * Turns.SLICE_WRITES / 8;

        for (int i = 0; i < many; i++) {
            rooms.push(log.say("m" + i));
        }

        for (int turn = 0; turn <= 3; turn++) {
            assertThat(members.stream().mapToInt(one -> one.given.size()).sum()).isEqualTo(turn * Turns.SLICE_WRITES);
            if (turn < 3) {
                manual.runOne();
            }
        }
        assertThat(members).allSatisfy(one -> assertThat(one.given).containsExactly(positions(2, 1 + many)));
    }

    @Test
    void whoLeavesWhileAMessageGoesRoundIsGivenNothingMore() {
        log.change("a", Kind.CREATED);
        List<Member> members = new ArrayList<>();
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < 2 * Turns.SLICE; i++) {
            Member member = new Member("a");
            members.add(member);
            places.add(member.enter());
        }

        rooms.push(log.say("one"));
        manual.runOne();
        places.subList(Turns.SLICE, 2 * Turns.SLICE).forEach(Place::leave);
        manual.run();

        assertThat(members.subList(0, Turns.SLICE))
                .allSatisfy(one -> assertThat(one.given).containsExactly(2L));
        assertThat(members.subList(Turns.SLICE, 2 * Turns.SLICE))
                .allSatisfy(one -> assertThat(one.given).isEmpty());
        assertThat(registry.get("im.gateway.room.sessions").gauge().value()).isEqualTo(Turns.SLICE);
    }

    @Test
    void aRoomThatEverybodyLeavesWhileAMessageGoesRoundIsGone() {
        log.change("a", Kind.CREATED);
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < 2 * Turns.SLICE; i++) {
            places.add(new Member("a").enter());
        }
        rooms.push(log.say("one"));
        manual.runOne();

        places.forEach(Place::leave);
        manual.run();

        assertThat(registry.get("im.gateway.rooms").gauge().value()).isZero();
        Member again = entered("a");
        push(log.say("two"));
        assertThat(again.given).containsExactly(3L);
    }

    @Test
    void whatFindsNoRoomToWaitIsReadFromTheStoreLater() {
        log.change("a", Kind.CREATED);
        Member a = entered("a");
        log.say("lost");
        int many = Backlog.MAX_MESSAGES + 500;
        for (int i = 0; i < many; i++) {
            rooms.push(log.say("m" + i));
        }
        manual.run();

        assertThat(counted("im.gateway.room.messages", "outcome", "dropped")).isEqualTo(500);
        assertThat(a.given).containsExactly(positions(2, 2 + many));
    }

    @Test
    void asManyAsMayWaitAreNotRead() {
        log.change("a", Kind.CREATED);
        Member a = entered("a");
        log.failures = 1;
        log.say("lost");
        for (int i = 0; i < Backlog.MAX_MESSAGES; i++) {
            rooms.push(log.say("m" + i));
        }

        manual.advance(200);

        assertThat(counted("im.gateway.room.messages", "outcome", "dropped")).isZero();
        assertThat(a.given).containsExactly(positions(2, 2 + Backlog.MAX_MESSAGES));
    }
}
