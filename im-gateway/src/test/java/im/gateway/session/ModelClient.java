package im.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.v1.Ack;
import im.protocol.v1.Conversation;
import im.protocol.v1.Cursor;
import im.protocol.v1.Deliver;
import im.protocol.v1.Frame;
import im.protocol.v1.Placed;
import im.protocol.v1.Resume;
import im.protocol.v1.Sync;
import im.protocol.v1.SyncPage;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A receiving SDK in a few lines: the receiver's rule (D18), Sync for a gap, cumulative acknowledgement. */
final class ModelClient {
    static final String UID = "me";

    /** How many of a conversation's messages were taken, or told to be truncated. */
    private final Map<ConversationKey, Integer> passed = new HashMap<>();

    private final Set<Long> lost = new HashSet<>();
    /** Where something was lost on this connection, so that CaughtUp, which is about what was written, proves nothing. */
    private final Set<ConversationKey> lossy = new HashSet<>();

    private final Map<ConversationKey, Long> cursors = new HashMap<>();
    private final Set<ConversationKey> toAcknowledge = new HashSet<>();
    private final Map<ConversationKey, Long> openSyncs = new HashMap<>();
    private final ScheduledStore store;
    private WireConnection connection;
    private long ref;
    boolean caughtUp;

    /** For each CaughtUp that was written and not read yet: the heads of the compare before it. */
    final ArrayDeque<Map<ConversationKey, Long>> promised = new ArrayDeque<>();

    ModelClient(ScheduledStore store, WireConnection connection) {
        this.store = store;
        this.connection = connection;
    }

    /** Welcome was read; the cursors follow where Hello announced them. */
    void connected(WireConnection fresh, boolean clientCursors) {
        connection = fresh;
        caughtUp = false;
        promised.clear();
        openSyncs.clear();
        lossy.clear();
        toAcknowledge.clear();
        if (clientCursors) {
            resume();
        }
    }

    private void resume() {
        Resume.Builder resume = Resume.newBuilder().setLast(true);
        cursors.forEach((conversation, position) -> resume.addCursors(cursor(conversation, position)));
        connection.receive(Frame.newBuilder().setResume(resume).build());
    }

    /** Reads one frame, if there is one. */
    void read() {
        Frame frame = connection.arrived.poll();
        if (frame == null) {
            return;
        }
        switch (frame.getBodyCase()) {
            case DELIVER -> onDeliver(frame.getDeliver());
            case SYNC_PAGE -> onPage(frame.getRef(), frame.getSyncPage());
            case CAUGHT_UP -> onCaughtUp();
            case LAGGING -> caughtUp = false;
            default -> throw new AssertionError("unexpected " + frame);
        }
    }

    /** A Deliver that has arrived is gone unawares; nothing in it was lost so before. */
    void lose() {
        Frame frame = connection.arrived.peek();
        if (frame != null && frame.hasDeliver() && frame.getDeliver().getTruncatedUpTo() == 0) {
            List<Long> positions = frame.getDeliver().getPlacedList().stream()
                    .map(Placed::getPosition)
                    .toList();
            if (positions.stream().noneMatch(lost::contains)) {
                lost.addAll(positions);
                lossy.add(conversation(frame.getDeliver().getConversation()));
                connection.arrived.remove();
            }
        }
    }

    private void onDeliver(Deliver deliver) {
        ConversationKey conversation = conversation(deliver.getConversation());
        truncated(conversation, deliver.getTruncatedUpTo());
        deliver.getPlacedList().forEach(placed -> take(conversation, placed));
    }

    private void onPage(long answered, SyncPage page) {
        ConversationKey conversation = conversation(page.getConversation());
        if (page.getTruncated()) {
            truncated(
                    conversation, page.getPlacedCount() > 0 ? page.getPlaced(0).getPrev() : page.getCompleteUpTo());
        }
        page.getPlacedList().forEach(placed -> take(conversation, placed));
        openSyncs.remove(conversation, answered);
        if (page.getMore()) {
            sync(conversation);
        }
    }

    private void onCaughtUp() {
        caughtUp = true;
        promised.remove().forEach((conversation, head) -> {
            if (!lossy.contains(conversation)) {
                assertThat(cursors.getOrDefault(conversation, 0L))
                        .as("CaughtUp although %s is behind %s", conversation, head)
                        .isGreaterThanOrEqualTo(head);
            }
        });
    }

    private void take(ConversationKey conversation, Placed placed) {
        long cursor = cursors.getOrDefault(conversation, 0L);
        if (placed.getPosition() <= cursor) {
            toAcknowledge.add(conversation);
        } else if (placed.getPrev() > cursor) {
            sync(conversation);
        } else {
            assertThat(placed.getPosition()).as("order of %s", conversation).isEqualTo(next(conversation));
            passed.merge(conversation, 1, Integer::sum);
            cursors.put(conversation, placed.getPosition());
            toAcknowledge.add(conversation);
        }
    }

    private long next(ConversationKey conversation) {
        return store.placed.getOrDefault(conversation, List.of()).get(passed.getOrDefault(conversation, 0));
    }

    /** Nothing may be told to be truncated that is held. */
    private void truncated(ConversationKey conversation, long upTo) {
        List<Long> all = store.placed.getOrDefault(conversation, List.of());
        while (passed.getOrDefault(conversation, 0) < all.size() && next(conversation) <= upTo) {
            assertThat(next(conversation))
                    .as("told as truncated in %s", conversation)
                    .isLessThanOrEqualTo(store.floor(conversation));
            passed.merge(conversation, 1, Integer::sum);
        }
        if (upTo > cursors.getOrDefault(conversation, 0L)) {
            cursors.put(conversation, upTo);
            toAcknowledge.add(conversation);
        }
    }

    private void sync(ConversationKey conversation) {
        if (!openSyncs.containsKey(conversation)) {
            openSyncs.put(conversation, ++ref);
            connection.receive(Frame.newBuilder()
                    .setRef(ref)
                    .setSync(Sync.newBuilder()
                            .setConversation(name(conversation))
                            .setAfter(cursors.getOrDefault(conversation, 0L))
                            .setLimit(3))
                    .build());
        }
    }

    void acknowledge() {
        Ack.Builder ack = Ack.newBuilder();
        toAcknowledge.forEach(c -> ack.addCursors(cursor(c, cursors.getOrDefault(c, 0L))));
        toAcknowledge.clear();
        if (ack.getCursorsCount() > 0) {
            connection.receive(Frame.newBuilder().setAck(ack).build());
        }
    }

    boolean hasAll() {
        return store.placed.entrySet().stream()
                .allMatch(
                        e -> passed.getOrDefault(e.getKey(), 0) == e.getValue().size());
    }

    private static Cursor cursor(ConversationKey conversation, long position) {
        return Cursor.newBuilder()
                .setConversation(name(conversation))
                .setPosition(position)
                .build();
    }

    private static Conversation name(ConversationKey conversation) {
        return Conversation.newBuilder().setPeer(conversation.peerOf(UID)).build();
    }

    private static ConversationKey conversation(Conversation conversation) {
        return ConversationKey.direct(UID, conversation.getPeer());
    }
}
