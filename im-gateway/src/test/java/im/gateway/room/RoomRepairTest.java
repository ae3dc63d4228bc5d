package im.gateway.room;

import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.delivery.SharedFrame;
import im.gateway.service.RoomMeters;
import im.gateway.service.SessionMetrics;
import im.gateway.session.ManualLoop;
import im.gateway.session.ScheduledGroups;
import im.protocol.v1.MembershipChange.Kind;
import im.relay.GroupPush;
import im.relay.GroupStore.Mark;
import im.relay.GroupStore.Standing;
import im.relay.PlacedMessage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One room: pushes that are lost, late, too many or not to be understood, and what it asks of the store then. */
class RoomRepairTest {
    private static final String G = "g";

    private final ManualLoop manual = new ManualLoop(250);
    private final ScheduledGroups store = new ScheduledGroups();
    private final RoomMeters meters = new SessionMetrics(new SimpleMeterRegistry()).rooms();
    private final Turns turns = new Turns(manual.loop, 1_000, Turns.MAX_WAITING_BYTES);
    private boolean emptied;

    /** A member, and what it heard. */
    private static final class Heard implements RoomMember {
        private final String uid;
        final List<Long> positions = new ArrayList<>();
        int compares;

        Heard(String uid) {
            this.uid = uid;
        }

        @Override
        public String uid() {
            return uid;
        }

        @Override
        public void pushGroup(PlacedMessage message, SharedFrame frame) {
            positions.add(message.position());
        }

        @Override
        public void compareSoon() {
            compares++;
        }
    }

    private final Heard a = new Heard("a");
    private final Heard b = new Heard("b");

    @BeforeEach
    void aGroupOfTwo() {
        store.change(G, "a", Kind.CREATED, "b");
    }

    /** A room that the members enter as they stand now. */
    private Room roomOf(RoomMember... members) {
        Room made =
                new Room(store.standing(G, members[0].uid()), manual.loop, store, meters, turns, () -> emptied = true);
        for (RoomMember member : members) {
            assertThat(made.enter(store.standing(G, member.uid()), member)).isNotNull();
        }
        return made;
    }

    private static long at(GroupPush push) {
        return push.message().position();
    }

    /** Every read that is asked for is answered, until none is. */
    private void answer() {
        manual.run();
        while (store.hasReads()) {
            answerOne();
        }
    }

    private void answerOne() {
        store.read();
        store.answer();
        manual.run();
    }

    @Test
    void aMessageThatJoinsOnGoesToAllWithoutARead() {
        Room two = roomOf(a, b);
        GroupPush one = store.say(G, 1);

        two.push(one);
        two.push(one);
        manual.run();

        assertThat(a.positions).containsExactly(at(one));
        assertThat(b.positions).containsExactly(at(one));
        assertThat(store.asked).isEmpty();
        assertThat(two.head()).isEqualTo(at(one));
    }

    @Test
    void aHoleIsReadOnceForAllAndFilledInOrder() {
        Room two = roomOf(a, b);
        GroupPush lost = store.say(G, 1);
        GroupPush next = store.say(G, 1);
        two.push(next);
        GroupPush meanwhile = store.say(G, 1);
        two.push(meanwhile);

        answer();

        assertThat(a.positions).containsExactly(at(lost), at(next), at(meanwhile));
        assertThat(b.positions).isEqualTo(a.positions);
        assertThat(store.asked).containsExactly("page of g after 1");
    }

    @Test
    void aRepairDoesNotOvertakeAChangeThatWaits_D15() {
        Room two = roomOf(a, b);
        GroupPush lost = store.say(G, 1);
        GroupPush next = store.say(G, 1);
        two.push(next);
        GroupPush removal = store.change(G, "a", Kind.REMOVED, "b");
        two.push(removal);
        GroupPush secret = store.say(G, 1);
        two.push(secret);

        answer();

        assertThat(b.positions).containsExactly(at(lost), at(next), at(removal));
        assertThat(a.positions).containsExactly(at(lost), at(next), at(removal), at(secret));
    }

    @Test
    void aRepairAfterACheckStopsWhereTheChangesThatItKnowsOfDo_D17() {
        Room two = roomOf(a, b);
        GroupPush lost = store.say(G, 1);
        two.checked(new Mark(at(lost), 1), two.head());
        GroupPush removal = store.change(G, "a", Kind.REMOVED, "b");
        GroupPush secret = store.say(G, 1);

        answer();
        assertThat(b.positions).containsExactly(at(lost));
        two.checked(new Mark(at(secret), at(removal)), two.head());
        answer();

        assertThat(b.positions).containsExactly(at(lost));
        assertThat(b.compares).isEqualTo(1);
        assertThat(a.positions).containsExactly(at(lost), at(removal), at(secret));
    }

    @Test
    void aCheckThatFoundAChangeRepairsAtOnceWhenMembersAreRead() {
        Room two = roomOf(a, b);
        GroupPush added = store.change(G, "a", Kind.ADDED, "c");
        GroupPush lost = store.say(G, 1);

        two.checked(new Mark(at(lost), at(added)), two.head());
        answer();

        assertThat(a.positions).containsExactly(at(added), at(lost));
        assertThat(store.asked).containsExactly("standings in g", "page of g after 1");
    }

    @Test
    void whatIsHeldNoMoreEverybodyComparesAndTheRoomGoesOn() {
        Room two = roomOf(a, b);
        GroupPush lost = store.say(G, 1);
        GroupPush next = store.say(G, 1);
        store.trim(G, at(lost));

        two.push(next);
        answer();

        assertThat(a.compares).isEqualTo(1);
        assertThat(b.compares).isEqualTo(1);
        assertThat(a.positions).containsExactly(at(next));
        assertThat(two.head()).isEqualTo(at(next));
    }

    @Test
    void aViewThatIsNotThereAgainCostsNothingAndALaterCheckFindsAll() {
        Room two = roomOf(a);
        GroupPush lost = store.say(G, 1);
        GroupPush next = store.say(G, 1);
        ScheduledGroups rolledBack = new ScheduledGroups();
        rolledBack.change(G, "a", Kind.CREATED, "b");
        Room behind = new Room(rolledBack.standing(G, "a"), manual.loop, rolledBack, meters, turns, () -> {});
        Heard here = new Heard("a");
        assertThat(behind.enter(rolledBack.standing(G, "a"), here)).isNotNull();

        behind.push(next);
        manual.run();
        rolledBack.read();
        rolledBack.answer();
        manual.run();
        assertThat(here.positions).isEmpty();
        rolledBack.say(G, 1);
        rolledBack.say(G, 1);
        behind.checked(new Mark(at(next), 1), behind.head());
        manual.run();
        rolledBack.read();
        rolledBack.answer();
        manual.run();

        assertThat(here.positions).containsExactly(at(lost), at(next));
        assertThat(two.head()).isEqualTo(1);
    }

    @Test
    void aPushThatKnowsOfALaterChangeMakesTheRoomReadItsMembersFirst_D17() {
        Room two = roomOf(a, b);
        store.change(G, "a", Kind.REMOVED, "b");
        GroupPush secret = store.say(G, 1);

        two.push(secret);
        answer();

        assertThat(b.positions).isEmpty();
        assertThat(b.compares).isEqualTo(1);
        assertThat(a.positions).hasSize(2).endsWith(at(secret));
    }

    @Test
    void whoEntersWhileMembersAreReadIsNotProven_D17() {
        Room one = roomOf(a);
        store.change(G, "a", Kind.ADDED, "c");
        Standing enters = store.standing(G, "b");
        one.push(store.say(G, 1));
        manual.run();
        store.change(G, "a", Kind.REMOVED, "b");
        store.read();
        assertThat(one.enter(enters, b)).isNotNull();
        store.answer();
        manual.run();
        GroupPush secret = store.say(G, 1);

        one.push(secret);
        answer();

        assertThat(b.positions).doesNotContain(at(secret));
        assertThat(a.positions).endsWith(at(secret));
    }

    @Test
    void aStandingOlderThanTheRoomDoesNotEnter() {
        Standing old = store.standing(G, "b");
        Room one = roomOf(a);
        one.push(store.change(G, "a", Kind.ADDED, "c"));
        manual.run();

        assertThat(one.enter(old, b)).isNull();
    }

    @Test
    void manyAreForwardedToInSlices() {
        List<Heard> many = IntStream.range(0, Turns.SLICE + 1)
                .mapToObj(i -> new Heard("a"))
                .toList();
        Room crowd = roomOf(many.toArray(Heard[]::new));

        crowd.push(store.say(G, 1));
        manual.runOne();

        assertThat(many.get(Turns.SLICE - 1).positions).hasSize(1);
        assertThat(many.get(Turns.SLICE).positions).isEmpty();
        manual.run();
        assertThat(many.get(Turns.SLICE).positions).hasSize(1);
    }

    @Test
    void whatWaitsIsBoundedInMessagesAndTheRestIsRead() {
        Room one = roomOf(a);
        store.say(G, 1);
        List<GroupPush> pushes = IntStream.range(0, Backlog.MAX_MESSAGES + 2)
                .mapToObj(i -> store.say(G, 1))
                .toList();
        pushes.forEach(one::push);

        answer();

        assertThat(a.positions).hasSize(pushes.size() + 1).isSorted();
        assertThat(store.asked).containsExactly("page of g after 1", "page of g after " + (2 + Backlog.MAX_MESSAGES));
    }

    @Test
    void whatWaitsIsBoundedInBytes() {
        Room one = roomOf(a);
        store.say(G, 1);
        int size = 60_000;
        List<GroupPush> pushes =
                IntStream.range(0, 20).mapToObj(i -> store.say(G, size)).toList();
        pushes.forEach(one::push);

        answer();

        assertThat(a.positions).hasSize(21).isSorted();
        int waited = Backlog.MAX_BYTES / (size + 20);
        assertThat(store.asked).containsExactly("page of g after 1", "page of g after " + (2 + waited));
    }

    @Test
    void whatFindsNoRoomDoesNotSlipPastAChangeThatItKnowsOf_D17() {
        Room two = roomOf(a, b);
        GroupPush lost = store.say(G, 1);
        for (int i = 0; i < Backlog.MAX_MESSAGES; i++) {
            two.push(store.say(G, 1));
        }
        GroupPush removal = store.change(G, "a", Kind.REMOVED, "b");
        two.push(removal);
        two.push(store.say(G, 1));

        answer();

        assertThat(lost.message().position()).isEqualTo(2);
        assertThat(a.positions).hasSize(Backlog.MAX_MESSAGES + 3).isSorted();
        assertThat(b.positions).hasSize(Backlog.MAX_MESSAGES + 1).isSorted();
        assertThat(b.compares).isEqualTo(1);
    }

    @Test
    void whatWaitsInAllRoomsOfALoopIsBounded() {
        int size = store.say(G, 1_000).message().placed().length;
        Turns few = new Turns(manual.loop, 1_000, 3L * size);
        store.change("h", "a", Kind.CREATED);
        Room one = new Room(store.standing(G, "a"), manual.loop, store, meters, few, () -> {});
        Room other = new Room(store.standing("h", "a"), manual.loop, store, meters, few, () -> {});
        assertThat(one.enter(store.standing(G, "a"), a)).isNotNull();
        Heard inOther = new Heard("a");
        Place place = other.enter(store.standing("h", "a"), inOther);
        one.push(store.say(G, 1_000));
        one.push(store.say(G, 1_000));
        assertThat(few.hasRoom(size)).isTrue();
        assertThat(few.hasRoom(size + 1)).isFalse();
        GroupPush fits = store.say("h", 1_000);
        other.push(fits);
        assertThat(few.hasRoom(1)).isFalse();

        GroupPush above = store.say("h", 1_000);
        other.push(above);
        answer();

        assertThat(store.asked).containsExactly("page of h after " + at(fits));
        assertThat(inOther.positions).containsExactly(at(fits), at(above));
        assertThat(a.positions).hasSize(2);
        assertThat(few.hasRoom(3 * size)).isTrue();
        one.push(store.say(G, 1_000));
        other.push(store.say("h", 1_000));
        Objects.requireNonNull(place).leave();
        assertThat(few.hasRoom(2 * size)).isTrue();
    }

    @Test
    void roomsOfOneLoopShareWhatATurnForwards() {
        store.change("h", "a", Kind.CREATED);
        List<Heard> heard = new ArrayList<>();
        List<Room> rooms = new ArrayList<>();
        for (String group : List.of(G, "h")) {
            Room room = new Room(store.standing(group, "a"), manual.loop, store, meters, turns, () -> {});
            for (int i = 0; i < Turns.SLICE - 1; i++) {
                Heard one = new Heard("a");
                heard.add(one);
                assertThat(room.enter(store.standing(group, "a"), one)).isNotNull();
            }
            rooms.add(room);
        }

        rooms.get(0).push(store.say(G, 1));
        rooms.get(1).push(store.say("h", 1));

        manual.runOne();
        assertThat(heard.stream().filter(one -> !one.positions.isEmpty())).hasSize(Turns.SLICE);
        manual.run();
        assertThat(heard).allSatisfy(one -> assertThat(one.positions).hasSize(1));
    }

    @Test
    void aViewThatIsLostIsAskedForItsMembersLaterEachTimeAndNobodyIsSentAway_D17() {
        Room two = roomOf(a, b);
        GroupPush added = store.change(G, "a", Kind.ADDED, "c");
        GroupPush heard = store.say(G, 1);
        store.lose(true);
        two.push(heard);

        for (int passed = 0; passed < 750; passed += 50) {
            answer();
            manual.advance(50);
        }

        assertThat(store.asked).hasSize(5).containsOnly("standings in g");
        assertThat(List.of(a.compares, b.compares)).containsOnly(0);
        store.lose(false);
        manual.advance(250);
        answer();
        assertThat(a.positions).containsExactly(at(added), at(heard));
        assertThat(b.positions).isEqualTo(a.positions);
    }

    @Test
    void whoComesWhenTheViewHasPassedAChangeThatItDoesNotKnowOfEnters_D8() {
        Room one = roomOf(a);
        Runnable lostEnd = store.undo(G);
        one.push(store.change(G, "a", Kind.ADDED, "c"));
        manual.run();
        lostEnd.run();
        assertThat(one.enter(store.standing(G, "b"), b)).isNull();
        GroupPush instead = store.say(G, 1);

        assertThat(one.enter(store.standing(G, "b"), b)).isNotNull();

        GroupPush next = store.say(G, 1);
        one.push(next);
        manual.run();
        assertThat(at(instead)).isEqualTo(2);
        assertThat(b.positions).containsExactly(at(next));
    }

    @Test
    void pushesOfALostEndOfTheLogAreDroppedWhenTheViewHasPassedThem_D8() {
        Room one = roomOf(a);
        Runnable lostEnd = store.undo(G);
        store.change(G, "a", Kind.ADDED, "c");
        one.push(store.say(G, 1));
        lostEnd.run();
        answer();
        assertThat(a.positions).isEmpty();
        store.say(G, 1);

        manual.advance(50);
        answer();
        manual.advance(1_000);
        answer();

        assertThat(store.asked).containsExactly("standings in g", "standings in g");
        one.checked(new Mark(store.head(G), 1), one.head());
        answer();
        assertThat(a.positions).containsExactly(2L);
    }

    @Test
    void whomAChangeBroughtThatTheViewHasPassedAndDoesNotKnowOfIsSentAwayByACheck_D8() {
        Runnable lostEnd = store.undo(G);
        store.change(G, "a", Kind.ADDED, "c");
        Heard c = new Heard("c");
        Room two = roomOf(a, c);
        lostEnd.run();
        store.say(G, 1);
        GroupPush secret = store.say(G, 1);

        two.checked(new Mark(store.head(G), 1), two.head());
        answer();
        two.push(store.say(G, 1));
        answer();

        assertThat(c.positions).isEmpty();
        assertThat(c.compares).isEqualTo(1);
        assertThat(a.positions).contains(at(secret));
    }

    @Test
    void aRoomThatEmptiesIsSaidToBeEmpty() {
        Room one = roomOf(a, b);
        one.push(store.change(G, "a", Kind.DISSOLVED));
        manual.run();

        assertThat(emptied).isTrue();
        assertThat(a.positions).hasSize(1);
    }
}
