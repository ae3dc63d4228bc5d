package im.client.internal.order;

import im.protocol.v1.Code;
import im.protocol.v1.Cursor;
import im.protocol.v1.Deliver;
import im.protocol.v1.Placed;
import im.protocol.v1.SyncPage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What came in, one {@link Progress} a conversation: each position goes to the app once and in order, holes are closed
 * by a Sync, and what the app has is acknowledged (D18, D29, D33).
 *
 * <ul>
 *   <li>A position at or below the cursor is dropped and acknowledged again; one whose prev is above the cursor shows a
 *       hole: it is dropped and the conversation is synced, one Sync at a time, until what was dropped is there.
 *   <li>A conversation without a cursor begins where its stream begins, or with its very first message. A live Deliver
 *       behind others proves nothing: where the conversation begins for this device, the gateway is asked. Nor does a
 *       stream behind such a Deliver: it goes on where the gateway has written to.
 *   <li>What is held no more, or was lost by the log, is told to the app once, in its place, and passed over (D20).
 *   <li>Acknowledged, and told in Resume, is only what the app has: what waits for it is delivered again on the next
 *       connection, and dropped as received.
 * </ul>
 *
 * <p>Single-threaded.
 */
public final class Inbox {

    /** What the inbox asks of its session. */
    public interface Exits {
        /**
         * The next message of its conversation; {@link Inbox#reached} is to be called when the app has it.
         *
         * @param redelivered whether an earlier run of the app was given it
         */
        void show(Progress conversation, Placed placed, boolean redelivered);

        /** In its place among the messages; {@link Inbox#told} is to be called when the app was told. */
        void truncated(Progress conversation, Missing missing);

        /** The app has the conversation up to {@code position}: to be kept. */
        void cursorMoved(String peer, long position);

        /** The device has everything until then: to be kept. */
        void completeAsOf(long millis);

        /**
         * Writes a Sync, after the delay.
         *
         * @param after {@link #FROM_START} for what follows the device's start
         */
        void sync(String peer, long after, long delayMillis);

        /** A Sync to the head that {@link Inbox#readToHead} asked for has ended. */
        void atHead(String peer);

        /** There is something for {@link Inbox#takeAcks}. */
        void acksDue();
    }

    /** Asks for what the gateway knows the device not to have. */
    public static final long FROM_START = -1;

    /** Cursors that a gateway takes of one device. */
    static final int MAX_RESUMED = 20_000;

    private static final long MIN_SYNC_RETRY_MILLIS = 50;
    private static final long MAX_SYNC_RETRY_MILLIS = 5_000;

    private final Exits exits;
    private final Map<String, Progress> conversations = new HashMap<>();
    /** Of conversations without a cursor: what an earlier run of the app was given. */
    private final Map<String, Long> shownBefore = new HashMap<>();

    private final Deque<Progress> ackDue = new ArrayDeque<>();
    private final CompleteAsOf completeAsOf = new CompleteAsOf();
    private long repeated;
    private long gaps;

    public Inbox(Exits exits) {
        this.exits = exits;
    }

    /**
     * What an earlier run of the app kept.
     *
     * @param cursors by peer: the app has everything up to here
     * @param shown by peer: the app was given what stands up to here
     */
    public void restore(Map<String, Long> cursors, Map<String, Long> shown) {
        shownBefore.putAll(shown);
        cursors.forEach((peer, cursor) -> {
            Progress at = open(peer, cursor);
            at.cursor = cursor;
            at.handed = cursor;
        });
    }

    private Progress open(String peer, long received) {
        Progress at = conversations.get(peer);
        if (at == null) {
            at = new Progress(peer, received);
            Long shown = shownBefore.remove(peer);
            at.shownBefore = shown == null ? 0 : shown;
            conversations.put(peer, at);
        }
        return at;
    }

    /** A conversation of which nothing came yet begins where only the gateway knows. */
    private Progress openUnknown(String peer) {
        Progress at = conversations.get(peer);
        if (at == null) {
            at = open(peer, 0);
            at.startUnknown = true;
        }
        return at;
    }

    private Progress open(String peer, Placed first, boolean streamed) {
        Progress at = openUnknown(peer);
        boolean fromStart = streamed && at.wanted == 0;
        if (at.startUnknown && (fromStart || first.getPrev() == 0 || first.getPrevUnknown())) {
            at.startUnknown = false;
            at.received = Math.max(at.received, first.getPrev());
        }
        return at;
    }

    public void restoreCompleteAsOf(long millis) {
        completeAsOf.restore(millis);
    }

    public void deliver(Deliver deliver) {
        String peer = ConversationText.of(deliver.getConversation());
        long truncatedUpTo = deliver.getTruncatedUpTo();
        if (truncatedUpTo > 0) {
            truncated(open(peer, 0), truncatedUpTo);
        }
        for (Placed placed : deliver.getPlacedList()) {
            Progress at = open(peer, placed, deliver.getCatchingUp());
            if (placed.getPosition() <= at.received) {
                repeated(at, placed);
            } else if (placed.getPrevUnknown()) {
                passOver(at, before(at, placed));
                accept(at, placed);
            } else if (placed.getPrev() > at.received) {
                hole(at, placed);
            } else {
                accept(at, placed);
            }
        }
    }

    /** The gateway counts the end of what is missing as sent, so it may be acknowledged. */
    private void truncated(Progress at, long upTo) {
        at.carried = Math.max(at.carried, upTo);
        passOver(at, upTo);
        if (at.acknowledgeable() > 0) {
            acknowledge(at);
        }
    }

    /** Goes on at {@code upTo}, and tells the app what it may be missing; nothing if it has all that. */
    private void passOver(Progress at, long upTo) {
        if (upTo > at.received) {
            Missing missing = new Missing(at.handed, at.received, upTo);
            at.received = upTo;
            at.handed = upTo;
            exits.truncated(at, missing);
        }
    }

    /** Where the messages end of which nothing is known before this one. */
    private static long before(Progress at, Placed placed) {
        return placed.getPrev() > at.received ? placed.getPrev() : placed.getPosition() - 1;
    }

    private void accept(Progress at, Placed placed) {
        at.received = placed.getPosition();
        at.handed = placed.getPosition();
        at.carried = Math.max(at.carried, placed.getPosition());
        exits.show(at, placed, placed.getPosition() <= at.shownBefore);
    }

    private void repeated(Progress at, Placed placed) {
        repeated++;
        at.carried = Math.max(at.carried, placed.getPosition());
        if (at.acknowledgeable() > 0) {
            acknowledge(at);
        }
    }

    private void hole(Progress at, Placed placed) {
        at.wanted = Math.max(at.wanted, placed.getPosition());
        if (!at.syncing) {
            gaps++;
            sync(at, 0);
        }
    }

    private void sync(Progress at, long delayMillis) {
        at.syncing = true;
        exits.sync(at.peer, at.startUnknown ? FROM_START : at.received, delayMillis);
    }

    /** The answer to the open Sync of {@code peer}; a page joins on to what was received, whatever its prevs say. */
    public void page(String peer, SyncPage page) {
        Progress at = conversations.get(peer);
        if (at == null || !at.syncing) {
            return;
        }
        at.startUnknown = false;
        long before = at.received;
        boolean unproved = page.getTruncated();
        for (Placed placed : page.getPlacedList()) {
            if (placed.getPosition() <= at.received) {
                repeated(at, placed);
            } else {
                if (unproved || placed.getPrevUnknown()) {
                    passOver(at, before(at, placed));
                }
                accept(at, placed);
            }
            unproved = false;
        }
        if (unproved) {
            passOver(at, page.getCompleteUpTo());
        }
        at.received = Math.max(at.received, page.getCompleteUpTo());
        at.emptyPages = at.received > before ? 0 : at.emptyPages + 1;
        if (page.getMore() || at.received < at.wanted) {
            sync(at, at.emptyPages == 0 ? 0 : retryMillis(at));
        } else {
            endSync(at);
        }
    }

    private void endSync(Progress at) {
        at.syncing = false;
        boolean wasToHead = at.toHead;
        at.toHead = at.toHeadNext;
        at.toHeadNext = false;
        if (at.toHead) {
            sync(at, 0);
        }
        if (wasToHead) {
            exits.atHead(at.peer);
        }
    }

    /** The open Sync was refused: asked again later, unless that would be refused again; then it has ended. */
    public void syncRefused(String peer, Code code, long retryAfterMillis) {
        Progress at = conversations.get(peer);
        if (at == null || !at.syncing) {
            return;
        }
        Refusal refusal = Refusal.of(code);
        if (refusal == Refusal.FOR_NOW || refusal == Refusal.OPEN) {
            at.emptyPages++;
            sync(at, Math.max(retryAfterMillis, retryMillis(at)));
        } else {
            endSync(at);
        }
    }

    private static long retryMillis(Progress at) {
        return Math.min(MAX_SYNC_RETRY_MILLIS, MIN_SYNC_RETRY_MILLIS << Math.min(at.emptyPages, 10));
    }

    /** Reads the conversation to the head it has from now on, then tells {@link Exits#atHead}. */
    public void readToHead(String peer) {
        Progress at = openUnknown(peer);
        if (at.syncing) {
            at.toHeadNext = true;
        } else {
            at.toHead = true;
            sync(at, 0);
        }
    }

    /** The app has the conversation up to this position. */
    public void reached(Progress at, long position) {
        if (conversations.get(at.peer) == at && position > at.cursor) {
            at.raiseCursor(position);
            cursorMoved(at);
        }
    }

    /** The app was told of a truncation. */
    public void told(Progress at, Missing missing) {
        long before = at.cursor;
        at.told(missing);
        if (conversations.get(at.peer) == at && at.cursor > before) {
            cursorMoved(at);
        }
    }

    private void cursorMoved(Progress at) {
        exits.cursorMoved(at.peer, at.cursor);
        if (at.acknowledgeable() > at.acknowledged) {
            acknowledge(at);
        }
        if (completeAsOf.moved(at)) {
            exits.completeAsOf(completeAsOf.millis());
        }
    }

    /** The gateway has written everything there was at that time; it holds once the app has what came before. */
    public void caughtUp(long asOfMillis) {
        if (completeAsOf.caughtUp(asOfMillis, conversations.values())) {
            exits.completeAsOf(completeAsOf.millis());
        }
    }

    /** Until when the device has everything, to be told in Resume; 0 where that is not known. */
    public long completeAsOfMillis() {
        return completeAsOf.millis();
    }

    private void acknowledge(Progress at) {
        if (!at.ackDue) {
            at.ackDue = true;
            ackDue.addLast(at);
            exits.acksDue();
        }
    }

    /** Takes at most {@code max} cursors to acknowledge; empty when none is due. */
    public List<Cursor> takeAcks(int max) {
        List<Cursor> acks = new ArrayList<>(Math.min(max, ackDue.size()));
        while (acks.size() < max && !ackDue.isEmpty()) {
            Progress at = ackDue.removeFirst();
            at.ackDue = false;
            at.acknowledged = at.acknowledgeable();
            acks.add(cursor(at.peer, at.acknowledged));
        }
        return acks;
    }

    public boolean hasAcks() {
        return !ackDue.isEmpty();
    }

    /**
     * Whether there is something to tell in Resume, and it may be told: a device with more cursors than a gateway takes
     * goes on from the gateway's copy of them, or it would be sent away each time.
     */
    public boolean canResume() {
        long cursors =
                conversations.values().stream().filter(at -> at.cursor > 0).count();
        return cursors <= MAX_RESUMED && (completeAsOf.millis() > 0 || cursors > 0);
    }

    /** The connection is gone, and with it its Syncs and the acknowledgements that were not written. */
    public void disconnected() {
        ackDue.clear();
        conversations.values().forEach(Progress::connectionLost);
    }

    /**
     * A connection begins.
     *
     * @param resumed whether it is told the cursors; else the gateway goes by its own
     * @return the cursors to tell; empty if not {@code resumed}
     */
    public List<Cursor> connected(boolean resumed) {
        List<Cursor> cursors = new ArrayList<>();
        for (Progress at : conversations.values()) {
            at.carried = resumed ? at.cursor : 0;
            if (at.carried > 0) {
                cursors.add(cursor(at.peer, at.carried));
            }
        }
        return cursors;
    }

    /** Another message log: its positions have nothing to do with those known here. */
    public void forgetAll() {
        conversations.clear();
        shownBefore.clear();
        ackDue.clear();
        completeAsOf.forget();
    }

    private static Cursor cursor(String peer, long position) {
        return Cursor.newBuilder()
                .setConversation(ConversationText.onWire(peer))
                .setPosition(position)
                .build();
    }

    public long repeated() {
        return repeated;
    }

    public long gaps() {
        return gaps;
    }
}
