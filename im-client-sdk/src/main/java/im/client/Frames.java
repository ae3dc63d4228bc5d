package im.client;

import im.client.internal.order.ConversationText;
import im.client.internal.order.Inbox;
import im.protocol.Limits;
import im.protocol.v1.Ack;
import im.protocol.v1.Cursor;
import im.protocol.v1.Frame;
import im.protocol.v1.GiveUp;
import im.protocol.v1.GroupQuery;
import im.protocol.v1.Heads;
import im.protocol.v1.Resume;
import im.protocol.v1.Sync;
import java.util.ArrayList;
import java.util.List;

/** Frames that a client writes. No state. */
final class Frames {
    private Frames() {}

    private static im.protocol.v1.Conversation conversation(String text) {
        return ConversationText.onWire(text);
    }

    static Cursor cursor(String peer, long position) {
        return Cursor.newBuilder()
                .setConversation(conversation(peer))
                .setPosition(position)
                .build();
    }

    /** In as many frames as the cursors need, one at least. */
    static List<Frame> resume(List<Cursor> cursors, long completeAsOfMillis) {
        List<Frame> frames = new ArrayList<>();
        int from = 0;
        do {
            int end = Math.min(cursors.size(), from + Limits.CURSORS_PER_FRAME);
            boolean last = end == cursors.size();
            frames.add(Frame.newBuilder()
                    .setResume(Resume.newBuilder()
                            .addAllCursors(cursors.subList(from, end))
                            .setLast(last)
                            .setCompleteAsOfMs(last ? completeAsOfMillis : 0))
                    .build());
            from = end;
        } while (from < cursors.size());
        return frames;
    }

    static Frame ack(List<Cursor> cursors) {
        return Frame.newBuilder()
                .setAck(Ack.newBuilder().addAllCursors(cursors))
                .build();
    }

    /** Without a ref. */
    static Frame.Builder sync(String peer, long after, int limit) {
        return Frame.newBuilder()
                .setSync(Sync.newBuilder()
                        .setConversation(conversation(peer))
                        .setAfter(Math.max(0, after))
                        .setFromStart(after == Inbox.FROM_START)
                        .setLimit(limit));
    }

    /** Without a ref. */
    static Frame.Builder giveUp(String peer) {
        return Frame.newBuilder().setGiveUp(GiveUp.newBuilder().setConversation(conversation(peer)));
    }

    /** Without a ref: the page that ends before a position. */
    static Frame.Builder history(String peer, long before, int limit) {
        return Frame.newBuilder()
                .setSync(Sync.newBuilder()
                        .setConversation(conversation(peer))
                        .setBefore(before)
                        .setLimit(limit));
    }

    /** Without a ref. */
    static Frame.Builder group(String group, String after, int limit, boolean receipts) {
        return Frame.newBuilder()
                .setGroupQuery(GroupQuery.newBuilder()
                        .setGroup(group)
                        .setAfter(after)
                        .setMembers(limit)
                        .setReceipts(receipts));
    }

    /** Without a ref. */
    static Frame.Builder heads(int limit, String page) {
        return Frame.newBuilder().setHeads(Heads.newBuilder().setLimit(limit).setPage(page));
    }
}
