package im.gateway.room;

import im.gateway.connection.Loop;
import im.gateway.service.RoomMeters;
import im.relay.GroupPush;
import im.relay.GroupStore;
import im.relay.GroupStore.Mark;
import im.relay.GroupStore.Standing;
import im.relay.ReadResult;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The rooms of one loop: one for each group that a session of it is in. Once a heartbeat all of them are compared with
 * the store, so that a last message that was never pushed is found without a later one. Event loop only.
 */
public final class Rooms {
    private final Loop loop;
    private final GroupStore store;
    private final long heartbeatMillis;
    private final RoomMeters meters;
    private final GroupsHeard interest;
    private final GroupLoops loops;
    private final Turns turns;
    private final Map<String, Room> rooms = new HashMap<>();
    private boolean checking;

    /** @param loops of all loops of this process together */
    public Rooms(
            Loop loop,
            GroupStore store,
            long heartbeatMillis,
            RoomMeters meters,
            GroupsHeard interest,
            GroupLoops loops) {
        this.loop = loop;
        this.store = store;
        this.heartbeatMillis = heartbeatMillis;
        this.meters = meters;
        this.interest = interest;
        this.loops = loops;
        this.turns = new Turns(loop, heartbeatMillis, Turns.MAX_WAITING_BYTES);
    }

    /** What is placed in these groups is pushed to this process from now on; see {@link GroupsHeard#hear}. */
    public CompletionStage<Boolean> hear(Collection<String> groups) {
        return interest.hear(groups);
    }

    /**
     * The session hears from now on what stands in the group from where it joined; what stood before, it compares.
     *
     * @param standing of its uid, a member
     * @return null when the standing is older than what the room knows, and has to be read again
     */
    public @Nullable Place enter(Standing standing, RoomMember member) {
        String group = standing.group();
        Room room = rooms.get(group);
        if (room == null) {
            Room[] made = new Room[1];
            made[0] = new Room(standing, loop, store, meters, turns, () -> emptied(group, made[0]));
            room = made[0];
            rooms.put(group, room);
            loops.opened(group, loop.index());
            interest.opened(group);
            checkLater();
        }
        return room.enter(standing, member);
    }

    /**
     * How long to wait before that is read again which was older than what is known: longer each time, up to a quarter
     * of a heartbeat.
     *
     * @param tries how often it was so before
     */
    public long patienceMillis(int tries) {
        return turns.patienceMillis(tries);
    }

    private void emptied(String group, Room room) {
        if (rooms.remove(group, room)) {
            loops.closed(group, loop.index());
            interest.closed(group);
        }
    }

    /** Pushes may have been lost: all rooms are compared with the store at once. */
    public void checkNow() {
        List<Room> all = new ArrayList<>(rooms.values());
        for (int from = 0; from < all.size(); from += GroupStore.MAX_ASKED) {
            check(all.subList(from, Math.min(all.size(), from + GroupStore.MAX_ASKED)));
        }
    }

    /** A message of a group; nobody of this loop may be in it. */
    public void push(GroupPush push) {
        Room room = rooms.get(push.group());
        if (room != null) {
            room.push(push);
        }
    }

    private void checkLater() {
        if (!checking) {
            checking = true;
            loop.schedule(this::check, heartbeatMillis);
        }
    }

    private void check() {
        checking = false;
        if (rooms.isEmpty()) {
            return;
        }
        checkLater();
        checkNow();
    }

    private void check(List<Room> some) {
        List<String> groups = some.stream().map(Room::group).toList();
        long[] heads = some.stream().mapToLong(Room::head).toArray();
        store.marks(groups, loop, result -> {
            // A read that failed is made again with the next heartbeat.
            if (result instanceof ReadResult.Ok<List<Mark>> ok) {
                for (int i = 0; i < heads.length; i++) {
                    if (!some.get(i).isEmpty()) {
                        some.get(i).checked(ok.value().get(i), heads[i]);
                    }
                }
            }
        });
    }
}
