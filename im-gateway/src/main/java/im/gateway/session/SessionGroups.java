package im.gateway.session;

import im.gateway.connection.Connection;
import im.gateway.room.Place;
import im.gateway.room.RoomMember;
import im.gateway.room.Rooms;
import im.relay.GroupStore;
import im.relay.GroupStore.Standing;
import im.relay.ReadResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The rooms that one session is in: those of its uid's groups, entered before heads are compared (D23). What fails, or is
 * older than what is known here, is read again: one read for all of them and one for each group, later each time, so that
 * a view that was lost is not asked by every session at once all the time. Event loop only.
 */
final class SessionGroups {
    private final GroupStore store;
    private final Rooms rooms;
    private final Connection connection;
    private final RoomMember self;
    private final List<Place> places = new ArrayList<>(0);
    /** Of what was entered last; -1 before. */
    private long version = -1;

    /** Null while nobody waits for the rooms. */
    private @Nullable Entering entering;
    /** By group, what is read again; null while nothing is. */
    private @Nullable Map<String, Again> again;

    private boolean closed;

    private static final class Entering {
        private final Runnable then;
        /** Asked for since, by somebody who may know more than what is being read. */
        private @Nullable Runnable next;

        private int tries;

        private Entering(Runnable then) {
            this.then = then;
        }
    }

    private static final class Again {
        private int tries;
    }

    SessionGroups(GroupStore store, Rooms rooms, Connection connection, RoomMember self) {
        this.store = store;
        this.rooms = rooms;
        this.connection = connection;
        this.self = self;
    }

    /**
     * Enters all rooms of the uid, unless nothing has changed since it did so before; {@code then} runs when it is in
     * them, and may compare. Of those who ask while rooms are entered for another one, only the last is served, after it.
     */
    void enterAll(Runnable then) {
        if (entering == null) {
            Entering own = new Entering(then);
            entering = own;
            readVersion(own);
        } else {
            entering.next = then;
        }
    }

    private void readVersion(Entering own) {
        store.version(self.uid(), connection.loop(), result -> {
            if (closed) {
                return;
            }
            if (result instanceof ReadResult.Failed<Long> failed) {
                later(own, failed.retryAfterMs());
            } else if (result instanceof ReadResult.Ok<Long> current) {
                if (current.value() == version) {
                    entered(own);
                } else {
                    readGroups(own, current.value());
                }
            }
        });
    }

    /** @param current read before the groups are, which may be newer */
    private void readGroups(Entering own, long current) {
        store.groupsOf(self.uid(), connection.loop(), result -> {
            if (closed) {
                return;
            }
            if (result instanceof ReadResult.Failed<List<Standing>> failed) {
                later(own, failed.retryAfterMs());
            } else if (result instanceof ReadResult.Ok<List<Standing>> ok) {
                List<String> all = ok.value().stream().map(Standing::group).toList();
                heard(all, () -> readGroups(own, current), () -> {
                    version = current;
                    enter(ok.value());
                    entered(own);
                });
            }
        });
    }

    private void later(Entering own, int atLeastMillis) {
        connection
                .loop()
                .schedule(
                        () -> {
                            if (!closed) {
                                readVersion(own);
                            }
                        },
                        Math.max(atLeastMillis, rooms.patienceMillis(own.tries++)));
    }

    private void entered(Entering own) {
        entering = null;
        own.then.run();
        Runnable next = own.next;
        if (next != null) {
            enterAll(next);
        }
    }

    /**
     * First the interest, then what is read (D17).
     *
     * @param anew when what was read may be older than the interest
     * @param known when all of it was there before
     */
    private void heard(List<String> groups, Runnable anew, Runnable known) {
        CompletableFuture<Boolean> heard = rooms.hear(groups).toCompletableFuture();
        if (heard.isDone() && !heard.join()) {
            known.run();
            return;
        }
        heard.thenAccept(fresh -> connection.loop().execute(() -> {
            if (!closed) {
                anew.run();
            }
        }));
    }

    private void enter(List<Standing> standings) {
        places.removeIf(Place::isGone);
        Map<String, Place> before = new HashMap<>();
        places.forEach(place -> before.put(place.group(), place));
        for (Standing standing : standings) {
            if (before.remove(standing.group()) == null && !enter(standing)) {
                // A view that was lost and is being filled again may be behind for a while.
                readLater(standing.group(), null, 0);
            }
        }
        // They may be newer than what was read; if not, what ended them may never have been pushed.
        for (String group : before.keySet()) {
            if (again == null || !again.containsKey(group)) {
                read(group, null);
            }
        }
    }

    private boolean enter(Standing standing) {
        Place place = rooms.enter(standing, self);
        if (place != null) {
            places.add(place);
        }
        return place != null;
    }

    /** What the uid is to a group has changed: enters or leaves, and compares then. */
    void changed(String group) {
        if (!closed) {
            read(group, null);
        }
    }

    /**
     * There is something to get of these groups. Where the uid is in no room of one, what it may have missed is that it was
     * added, which the comparison has seen and whoever entered before it has not (D23).
     */
    void behind(List<String> groups) {
        if (groups.isEmpty()) {
            return;
        }
        Set<String> missing = new HashSet<>(groups);
        places.forEach(place -> missing.remove(place.group()));
        for (String group : missing) {
            store.standing(group, self.uid(), connection.loop(), result -> {
                if (result instanceof ReadResult.Ok<Standing> ok && ok.value().isMember() && !isIn(group)) {
                    changed(group);
                }
            });
        }
    }

    /** @param retry null for word that has just come */
    private void read(String group, @Nullable Again retry) {
        store.standing(group, self.uid(), connection.loop(), result -> {
            if (closed) {
                return;
            }
            if (result instanceof ReadResult.Failed<Standing> failed) {
                readLater(group, retry, failed.retryAfterMs());
            } else if (result instanceof ReadResult.Ok<Standing> ok) {
                Runnable known = () -> {
                    if (changed(ok.value())) {
                        settled(group);
                    } else {
                        readLater(group, retry, 0);
                    }
                };
                if (ok.value().isMember()) {
                    heard(List.of(group), () -> read(group, retry), known);
                } else {
                    known.run();
                }
            }
        });
    }

    /** One at a time for each group: whoever else would read later leaves it to that. */
    private void readLater(String group, @Nullable Again retry, int atLeastMillis) {
        Map<String, Again> all = again == null ? new HashMap<>(4) : again;
        Again present = all.get(group);
        if (present != retry) {
            return;
        }
        Again own = present == null ? new Again() : present;
        all.put(group, own);
        again = all;
        connection
                .loop()
                .schedule(
                        () -> {
                            if (!closed && again != null && again.get(group) == own) {
                                read(group, own);
                            }
                        },
                        Math.max(atLeastMillis, rooms.patienceMillis(own.tries++)));
    }

    private void settled(String group) {
        if (again != null) {
            again.remove(group);
            again = again.isEmpty() ? null : again;
        }
        self.compareSoon();
    }

    /** False when the answer is older than what is known here, or in the room. */
    private boolean changed(Standing standing) {
        places.removeIf(Place::isGone);
        Place known = null;
        for (Place place : places) {
            known = place.group().equals(standing.group()) ? place : known;
        }
        if (known != null && standing.isMember() && known.isSince(standing.joined())) {
            return true;
        }
        if (known != null && known.isNewerThan(standing)) {
            return false;
        }
        if (known != null) {
            places.remove(known);
            known.leave();
        }
        return !standing.isMember() || enter(standing);
    }

    boolean isIn(String group) {
        for (Place place : places) {
            if (!place.isGone() && place.group().equals(group)) {
                return true;
            }
        }
        return false;
    }

    void close() {
        closed = true;
        entering = null;
        again = null;
        places.forEach(Place::leave);
        places.clear();
    }
}
