package im.gateway.presence;

import im.gateway.connection.Connection;
import im.gateway.connection.Loop;
import im.protocol.Ids;
import im.protocol.Limits;
import im.protocol.v1.Code;
import im.protocol.v1.Error;
import im.protocol.v1.Frame;
import im.protocol.v1.PresenceEvent;
import im.protocol.v1.PresenceList;
import im.protocol.v1.PresenceQuery;
import im.router.PresenceState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The questions of one connection, and what it subscribed to. Answers and events wait while the outbound queue is long:
 * of events it is noted only which uids they are about, and what is told is what is so when there is room again. Event
 * loop only.
 */
public final class SessionPresence {
    /** Queries without an answer on its way. */
    static final int MAX_OPEN = 16;
    /** Of one event's frame, at most. */
    private static final int EVENT_BYTES = 256;

    private static final int RETRY_MILLIS = 500;

    private final Connection connection;
    private final LoopPresence loop;
    private final Set<String> subscribed = new HashSet<>();
    private final Set<String> changed = new LinkedHashSet<>();
    private final ArrayDeque<Frame> answers = new ArrayDeque<>();
    private final Runnable flushLater = this::flush;
    private int open;
    private boolean planned;
    private boolean closed;

    public SessionPresence(Connection connection, LoopPresence loop) {
        this.connection = connection;
        this.loop = loop;
    }

    public void query(long ref, PresenceQuery query) {
        Set<String> uids = new LinkedHashSet<>(query.getUidsList());
        boolean ended = query.getUnsubscribe();
        if (query.getUidsCount() > Limits.PRESENCE_UIDS) {
            refuse(ref, Code.TOO_LARGE, "uids", "1 to " + Limits.PRESENCE_UIDS + " uids");
        } else if (ended ? query.getSubscribe() : uids.isEmpty()) {
            refuse(ref, Code.MALFORMED, "uids", "no uid, or subscribe and unsubscribe in one");
        } else if (!uids.stream().allMatch(Ids::isValid)) {
            refuse(ref, Code.MALFORMED, "uids", "one of them is no uid");
        } else if (open + answers.size() >= MAX_OPEN) {
            refuseForNow(ref, Code.OVERLOADED, "more than " + MAX_OPEN + " queries are unanswered");
        } else if (ended) {
            unsubscribe(uids.isEmpty() ? Set.copyOf(subscribed) : uids);
            answer(ref, PresenceList.getDefaultInstance());
        } else if (query.getSubscribe()) {
            subscribe(ref, uids);
        } else {
            open++;
            read(ref, uids, Set.of());
        }
    }

    private void subscribe(long ref, Set<String> uids) {
        Set<String> fresh = new LinkedHashSet<>(uids);
        fresh.removeAll(subscribed);
        if (subscribed.size() + fresh.size() > Limits.PRESENCE_SUBSCRIPTIONS) {
            refuse(ref, Code.TOO_LARGE, "uids", "at most " + Limits.PRESENCE_SUBSCRIPTIONS + " subscriptions");
            return;
        }
        CompletableFuture<Void> heard = loop.hold(fresh);
        if (heard == null) {
            refuseForNow(ref, Code.OVERLOADED, "too many uids are watched here");
            return;
        }
        subscribed.addAll(fresh);
        open++;
        heard.whenComplete((done, failure) -> connection.loop().execute(() -> {
            if (failure == null) {
                read(ref, uids, fresh);
            } else {
                unavailable(ref, fresh);
            }
        }));
    }

    private void read(long ref, Set<String> uids, Set<String> fresh) {
        loop.read(uids, (states, failure) -> {
            if (states == null) {
                unavailable(ref, fresh);
            } else if (!closed) {
                open--;
                // One that was unsubscribed meanwhile is not joined.
                loop.join(this, uids.stream().filter(subscribed::contains).toList(), states);
                answer(ref, list(uids, states));
            }
        });
    }

    /** Nobody can tell: what was to begin with this query has not. */
    private void unavailable(long ref, Set<String> fresh) {
        if (!closed) {
            open--;
            unsubscribe(fresh);
            refuseForNow(ref, Code.UNAVAILABLE, "nobody can tell who is online");
        }
    }

    private void unsubscribe(Set<String> uids) {
        List<String> ended = new ArrayList<>();
        for (String uid : uids) {
            if (subscribed.remove(uid)) {
                changed.remove(uid);
                ended.add(uid);
            }
        }
        loop.release(ended, this);
    }

    private PresenceList list(Set<String> uids, Map<String, PresenceState> states) {
        PresenceList.Builder list = PresenceList.newBuilder();
        for (String uid : uids) {
            PresenceState told = subscribed.contains(uid) ? loop.told(uid) : null;
            PresenceState state = told == null ? states.get(uid) : told;
            changed.remove(uid);
            list.addPresences(event(uid, state));
        }
        return list.build();
    }

    private static PresenceEvent event(String uid, @Nullable PresenceState state) {
        PresenceEvent.Builder event = PresenceEvent.newBuilder().setUid(uid);
        if (state == null) {
            return event.build();
        }
        return state.isOnline()
                ? event.setOnline(true).build()
                : event.setLastSeenMs(state.lastSeenMs()).build();
    }

    /** The state of a uid that it subscribed to is another one. */
    void changed(String uid) {
        changed.add(uid);
        plan();
    }

    private void plan() {
        if (!planned) {
            planned = true;
            connection.loop().execute(flushLater);
        }
    }

    private void answer(long ref, PresenceList list) {
        loop.meters().answered(Code.OK);
        answers.add(Frame.newBuilder().setRef(ref).setPresenceList(list).build());
        flush();
    }

    private void refuse(long ref, Code code, String field, String text) {
        error(ref, Error.newBuilder().setCode(code).setField(field).setText(text));
    }

    private void refuseForNow(long ref, Code code, String text) {
        error(ref, Error.newBuilder().setCode(code).setText(text).setRetryAfterMs(RETRY_MILLIS));
    }

    private void error(long ref, Error.Builder error) {
        loop.meters().answered(error.getCode());
        write(Frame.newBuilder().setRef(ref).setError(error).build());
    }

    /** Whether it holds nothing that is worth keeping. */
    public boolean isIdle() {
        return subscribed.isEmpty() && open == 0 && answers.isEmpty();
    }

    /** Writes what waits, as far as the outbound queue is short and the loop has room (D35). */
    public void flush() {
        planned = false;
        while (!closed && !(answers.isEmpty() && changed.isEmpty())) {
            long queued = connection.pendingBytes();
            if (queued > Loop.LOW_WATER_BYTES) {
                return;
            }
            Frame answer = answers.peek();
            int more = answer == null ? changed.size() * EVENT_BYTES : 2 * answer.getSerializedSize() + EVENT_BYTES;
            if (!connection.loop().hasOutboundRoom(queued, more)) {
                planned = true;
                connection.loop().atNextTick(flushLater);
                return;
            }
            if (answer == null) {
                writeEvents();
            } else {
                answers.remove();
                write(answer);
            }
        }
    }

    private void writeEvents() {
        for (String uid : changed) {
            PresenceState state = loop.told(uid);
            if (state != null) {
                loop.meters().events.increment();
                write(Frame.newBuilder().setPresenceEvent(event(uid, state)).build());
            }
        }
        changed.clear();
    }

    private void write(Frame frame) {
        connection.write(connection.wire().encode(frame, connection.alloc()));
    }

    /** The connection is gone. */
    public void close() {
        closed = true;
        unsubscribe(Set.copyOf(subscribed));
    }
}
