package im.gateway.room;

import im.gateway.connection.Loop;
import im.gateway.delivery.SharedFrame;
import im.gateway.service.RoomMeters;
import im.protocol.v1.MembershipChange.Role;
import im.relay.ConversationStore.Page;
import im.relay.GroupPush;
import im.relay.GroupStore;
import im.relay.GroupStore.Mark;
import im.relay.GroupStore.Standing;
import im.relay.PlacedMessage;
import im.relay.ReadResult;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one loop that are in one group. A message that joins on to what was forwarded goes to each of them; a
 * hole is read from the store once for all; a push that knows of a later change of membership than the room makes it
 * read who is a member first (D17). Event loop only.
 */
final class Room {
    /** Messages that go to one session after the other together, so that they leave in one packet. */
    static final int BATCH = 32;

    private static final int BATCH_BYTES = 32 * 1024;
    private static final int PAGE_MESSAGES = 256;
    private static final int PAGE_BYTES = 512 * 1024;

    private final String group;
    private final Loop loop;
    private final GroupStore store;
    private final RoomMeters meters;
    private final Turns turns;
    private final Runnable emptied;
    private final List<Place> places = new ArrayList<>();
    private final Backlog waiting;

    /** Everything up to here was forwarded, or is covered by the comparisons of those who came later. */
    private long head;

    private long changedAt;
    private int present;

    /** What is being forwarded: one that changes membership alone, or a row of others, each joined to the one before. */
    private final List<Forwarding> batch = new ArrayList<>();

    private int next;
    private boolean reading;
    /** How often in a row the view did not know of a change that was told. */
    private int stale;
    /** Whether a turn of the loop will serve this room. */
    private boolean ready;
    /** How far a comparison has told the room to read by itself. */
    private long repairTo;
    /** How far what found no room to wait would have told. */
    private @Nullable Mark dropped;
    /** What made the room read who is a member, where no push did. */
    private @Nullable Mark checked;

    /** The oldest standing of those who entered while members are read: they were not asked about. */
    private long enteredAt;

    private record Forwarding(GroupPush push, SharedFrame frame) {}

    Room(Standing standing, Loop loop, GroupStore store, RoomMeters meters, Turns turns, Runnable emptied) {
        this.group = standing.group();
        this.head = standing.head();
        this.changedAt = standing.changedAt();
        this.loop = loop;
        this.store = store;
        this.meters = meters;
        this.turns = turns;
        this.waiting = new Backlog(turns);
        this.emptied = emptied;
        meters.opened();
    }

    String group() {
        return group;
    }

    long head() {
        return head;
    }

    /**
     * A change is a message itself: one that the view has passed and does not know of is not in the log any more, which
     * has lost its end (D8).
     *
     * @param told where a change is said to be
     * @param known the last change that the view knows of
     * @param passed how far it has got
     */
    private static boolean isGone(long told, long known, long passed) {
        return told > known && told <= passed;
    }

    /** Whether a change is told of that the standing's view may still come to. */
    static boolean isAhead(long told, Standing standing) {
        return told > standing.changedAt() && !isGone(told, standing.changedAt(), standing.head());
    }

    /** Null when the room knows of a later change than the standing, which has to be read again. */
    @Nullable Place enter(Standing standing, RoomMember member) {
        if (isAhead(changedAt, standing)) {
            return null;
        }
        Place place = new Place(this, member, standing.joined());
        places.add(place);
        present++;
        meters.sessions(1);
        enteredAt = Math.min(enteredAt, standing.changedAt());
        return place;
    }

    void left() {
        present--;
        meters.sessions(-1);
        if (present == 0) {
            // Nobody is left to whom a message on its way would go.
            end();
            waiting.clear();
            meters.closed();
            emptied.run();
        } else if (batch.isEmpty() && present < places.size() / 2) {
            places.removeIf(place -> place.gone);
        }
    }

    boolean isEmpty() {
        return present == 0;
    }

    void push(GroupPush push) {
        if (push.message().position() <= head) {
            meters.known();
            return;
        }
        if (!waiting.add(push)) {
            meters.dropped();
            long told = dropped == null ? 0 : dropped.head();
            long changed = dropped == null ? 0 : dropped.changedAt();
            dropped = new Mark(Math.max(told, push.message().position()), Math.max(changed, push.changedAt()));
        }
        goOn();
    }

    /** The store says where the group stands. */
    void checked(Mark mark, long headThen) {
        if (reading || !batch.isEmpty() || !waiting.isEmpty()) {
            return;
        }
        if (isGone(changedAt, mark.changedAt(), mark.head())) {
            checked = null;
            recheck();
        } else if (mark.changedAt() > changedAt || head == headThen) {
            learn(mark);
            goOn();
        }
    }

    /** The group stands there, or did: what is not known of that is read. */
    private void learn(Mark mark) {
        if (mark.changedAt() > changedAt) {
            checked = mark;
            recheck();
        } else if (mark.head() > head) {
            repairTo = mark.head();
        }
    }

    private void goOn() {
        if (!ready && !reading && present > 0 && hasWork()) {
            ready = true;
            turns.add(this);
        }
    }

    private boolean hasWork() {
        return !batch.isEmpty() || !waiting.isEmpty() || dropped != null || repairTo > head;
    }

    /**
     * A turn of the loop.
     *
     * @param most what it may take of a slice
     * @return what it took
     */
    int serve(int most) {
        ready = false;
        int left = most;
        while (left > 0 && !reading && present > 0 && (!batch.isEmpty() || begin())) {
            left -= batch.isEmpty() ? 1 : forward(Math.min(left, Turns.SLICE_WRITES / batch.size()));
        }
        goOn();
        return most - left;
    }

    /** Takes the next pushes up, or begins to read what has to be known before; false if there is neither. */
    private boolean begin() {
        Backlog.Waiting first = waiting.peek();
        if (first == null) {
            return beginToRead();
        }
        GroupPush push = first.push();
        GroupPush.Change change = push.change();
        boolean known = push.changedAt() <= changedAt || (change != null && change.before() <= changedAt);
        if (push.message().position() <= head) {
            meters.known();
            waiting.remove();
        } else if (!known) {
            recheck();
        } else if (push.message().prev() > head && !first.fromStore()) {
            repair(push.message().prev());
        } else {
            next = 0;
            take(push);
            if (push.changedAt() <= changedAt) {
                takeThoseBehind(push.message());
            }
        }
        return true;
    }

    private boolean beginToRead() {
        Mark mark = dropped;
        if (repairTo > head) {
            repair(repairTo);
        } else if (mark != null) {
            dropped = null;
            learn(mark);
        }
        return reading || mark != null || repairTo > head;
    }

    private void take(GroupPush push) {
        waiting.remove();
        batch.add(new Forwarding(push, new SharedFrame(push.message())));
    }

    private void takeThoseBehind(PlacedMessage first) {
        long last = first.position();
        int bytes = first.placed().length;
        for (Backlog.Waiting other = waiting.peek(); other != null && batch.size() < BATCH; other = waiting.peek()) {
            PlacedMessage message = other.push().message();
            bytes += message.placed().length;
            boolean joins = message.position() > last && (message.prev() <= last || other.fromStore());
            if (!joins || other.push().changedAt() > changedAt || bytes > BATCH_BYTES) {
                return;
            }
            last = message.position();
            take(other.push());
        }
    }

    /** How much of a slice it took. */
    private int forward(int atMost) {
        int messages = batch.size();
        int visited = 0;
        while (next < places.size() && visited < Math.max(1, atMost)) {
            Place place = places.get(next++);
            visited++;
            for (int i = 0; i < batch.size() && !place.gone; i++) {
                forward(batch.get(i), place);
            }
        }
        if (next >= places.size()) {
            forwarded();
        }
        return Math.max(visited * messages * Turns.SLICE / Turns.SLICE_WRITES, Math.max(visited, 1));
    }

    private void forward(Forwarding one, Place place) {
        GroupPush push = one.push;
        long position = push.message().position();
        if (place.joined <= position) {
            place.member.pushGroup(push.message(), one.frame);
            GroupPush.Change change = push.changedAt() > changedAt ? push.change() : null;
            if (change != null && isOut(place, position, change)) {
                place.leave();
            }
        }
    }

    private void forwarded() {
        for (Forwarding one : batch) {
            meters.forwarded();
            head = Math.max(head, one.push.message().position());
            changedAt = Math.max(changedAt, one.push.changedAt());
        }
        end();
        if (present < places.size()) {
            places.removeIf(place -> place.gone);
        }
    }

    private void end() {
        batch.forEach(one -> one.frame.release());
        batch.clear();
    }

    private static boolean isOut(Place place, long position, GroupPush.Change change) {
        return place.joined < position
                && (change.dissolved() || change.roles().get(place.member.uid()) == Role.ROLE_UNSPECIFIED);
    }

    /**
     * Reads what lies above the head, as a member may who was there before.
     *
     * @param bound up to where every change of membership is known; what lies above it is pushed, or found by a later check
     */
    private void repair(long bound) {
        Place reader = null;
        for (Place place : places) {
            if (!place.gone && (reader == null || place.joined < reader.joined)) {
                reader = place;
            }
        }
        if (reader == null) {
            return;
        }
        // Nobody here misses what stands where the first of them joined: who enters compares.
        head = Math.max(head, reader.joined);
        if (head >= bound) {
            return;
        }
        long after = head;
        reading = true;
        meters.repair();
        store.page(group, reader.member.uid(), after, PAGE_MESSAGES, PAGE_BYTES, loop, result -> {
            if (result instanceof ReadResult.Failed<Page> failed) {
                again(failed.retryAfterMs());
                return;
            }
            reading = false;
            if (result instanceof ReadResult.Ok<Page> ok) {
                repaired(after, bound, ok.value());
            }
            goOn();
        });
    }

    private void repaired(long after, long bound, Page page) {
        List<PlacedMessage> messages = page.messages();
        boolean none = true;
        for (int i = messages.size() - 1; i >= 0; i--) {
            PlacedMessage message = messages.get(i);
            if (message.position() <= bound) {
                none = false;
                waiting.addFirst(new GroupPush(message, changedAt, null));
            }
        }
        if (none && page.head() < bound) {
            // The view was lost and is not there again: a later push or check finds all of it.
            waiting.clear();
            repairTo = 0;
        } else if (none) {
            // It is held no more: everybody sees for themselves.
            compareAll();
            head = Math.max(after, bound);
        }
    }

    private void compareAll() {
        for (Place place : List.copyOf(places)) {
            if (!place.gone) {
                place.member.compareSoon();
            }
        }
    }

    /** Reads anew who of those here is a member, and since when. */
    private void recheck() {
        reading = true;
        meters.recheck();
        enteredAt = Long.MAX_VALUE;
        recheck(new ArrayList<>(places), new ArrayList<>(places.size()));
    }

    private void recheck(List<Place> all, List<Standing> answers) {
        int from = answers.size();
        List<Place> some = all.subList(from, Math.min(all.size(), from + GroupStore.MAX_ASKED));
        if (some.isEmpty()) {
            rechecked(all, answers);
            return;
        }
        List<String> uids = some.stream().map(place -> place.member.uid()).toList();
        store.standings(group, uids, loop, result -> {
            if (result instanceof ReadResult.Failed<List<Standing>> failed) {
                again(failed.retryAfterMs());
            } else if (result instanceof ReadResult.Ok<List<Standing>> ok) {
                answers.addAll(ok.value());
                recheck(all, answers);
            }
        });
    }

    private void rechecked(List<Place> all, List<Standing> answers) {
        long least = Long.MAX_VALUE;
        long passed = Long.MAX_VALUE;
        for (Standing answer : answers) {
            least = Math.min(least, answer.changedAt());
            passed = Math.min(passed, answer.head());
        }
        if (least <= changedAt && present > 0 && !forget(least, passed)) {
            // A view that was lost and is being filled again: what was pushed before is not in it yet.
            again(turns.patienceMillis(stale++));
            return;
        }
        stale = 0;
        for (int i = 0; i < answers.size(); i++) {
            stands(all.get(i), answers.get(i));
        }
        long proven = Math.min(least, enteredAt);
        changedAt = proven == Long.MAX_VALUE ? changedAt : Math.max(changedAt, proven);
        reading = false;
        Mark mark = checked;
        checked = null;
        if (mark != null && changedAt >= mark.changedAt()) {
            repairTo = mark.head();
        }
        goOn();
    }

    /**
     * What tells of changes that are not in the log any more is told no more; a later check finds what stands there now.
     *
     * @return whether there was any
     */
    private boolean forget(long known, long passed) {
        int pushes = waiting.removeIf(push -> isGone(push.changedAt(), known, passed));
        boolean any = pushes > 0;
        if (checked != null && isGone(checked.changedAt(), known, passed)) {
            checked = null;
            any = true;
        }
        if (isGone(changedAt, known, passed)) {
            changedAt = Math.min(known, enteredAt);
            any = true;
        }
        return any;
    }

    private static void stands(Place place, Standing standing) {
        if (place.gone || (standing.isMember() && standing.joined() == place.joined)) {
            return;
        }
        if (standing.isMember()) {
            place.joined = standing.joined();
        } else {
            place.leave();
        }
        place.member.compareSoon();
    }

    private void again(long afterMillis) {
        loop.schedule(
                () -> {
                    reading = false;
                    goOn();
                },
                Math.max(1, afterMillis));
    }
}
