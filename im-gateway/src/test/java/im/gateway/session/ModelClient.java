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
import im.relay.PlacedMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A receiving SDK in a few lines: the receiver's rule (D18), Sync for a gap, cumulative acknowledgement. */
final class ModelClient {
    static final String UID = "me";

    final Map<ConversationKey, List<Long>> seen = new HashMap<>();
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

    private void onDeliver(Deliver deliver) {
        ConversationKey conversation = conversation(deliver.getConversation());
        deliver.getPlacedList().forEach(placed -> take(conversation, placed));
    }

    private void onPage(long answered, SyncPage page) {
        ConversationKey conversation = conversation(page.getConversation());
        page.getPlacedList().forEach(placed -> take(conversation, placed));
        openSyncs.remove(conversation, answered);
        if (page.getMore()) {
            sync(conversation);
        }
    }

    private void onCaughtUp() {
        caughtUp = true;
        promised.remove()
                .forEach((conversation, head) -> assertThat(cursors.getOrDefault(conversation, 0L))
                        .as("CaughtUp although %s is behind %s", conversation, head)
                        .isGreaterThanOrEqualTo(head));
    }

    private void take(ConversationKey conversation, Placed placed) {
        long cursor = cursors.getOrDefault(conversation, 0L);
        if (placed.getPosition() <= cursor) {
            toAcknowledge.add(conversation);
        } else if (placed.getPrev() > cursor) {
            sync(conversation);
        } else {
            List<Long> positions = seen.computeIfAbsent(conversation, c -> new ArrayList<>());
            PlacedMessage expected =
                    store.messages.getOrDefault(conversation, List.of()).get(positions.size());
            assertThat(placed.getPosition()).as("order of %s", conversation).isEqualTo(expected.position());
            positions.add(placed.getPosition());
            cursors.put(conversation, placed.getPosition());
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
        return store.messages.entrySet().stream()
                .allMatch(e -> seen.getOrDefault(e.getKey(), List.of())
                        .equals(e.getValue().stream()
                                .map(PlacedMessage::position)
                                .toList()));
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
