package im.gateway.session;

import com.google.protobuf.ByteString;
import im.protocol.MessageId;
import im.protocol.v1.Ack;
import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Cursor;
import im.protocol.v1.Frame;
import im.protocol.v1.GiveUp;
import im.protocol.v1.Heads;
import im.protocol.v1.Hello;
import im.protocol.v1.Ping;
import im.protocol.v1.Placed;
import im.protocol.v1.Read;
import im.protocol.v1.Renew;
import im.protocol.v1.Resume;
import im.protocol.v1.Send;
import im.protocol.v1.Sync;
import im.protocol.v1.Versions;
import java.util.List;
import java.util.stream.Collectors;

/** What a client says, and what it reads of what it is told. */
final class ClientFrames {
    private ClientFrames() {}

    static Hello.Builder hello(long attempt) {
        return Hello.newBuilder()
                .setVersions(Versions.newBuilder().setOldest(1).setNewest(1))
                .setDevice("d")
                .setLogId("log")
                .setAttempt(attempt);
    }

    static Frame ping() {
        return Frame.newBuilder().setPing(Ping.newBuilder()).build();
    }

    static Frame send(long ref, String peer, int id) {
        return send(ref, peer, id, "text");
    }

    static Frame send(long ref, String peer, int id, String text) {
        return frame(ref, body(peer, id).setText(text));
    }

    /** What is sent again after a failure, the oldest. */
    static Frame first(long ref, String peer, int id) {
        return frame(ref, body(peer, id).setText("text").setFirst(true));
    }

    static Frame sendBytes(long ref, String peer, int id, int bytes) {
        return frame(ref, body(peer, id).setData(ByteString.copyFrom(new byte[bytes])));
    }

    static Frame frame(long ref, Send.Builder send) {
        return Frame.newBuilder().setRef(ref).setSend(send).build();
    }

    static Send.Builder body(String peer, int id) {
        return Send.newBuilder().setConversation(with(peer)).setMessageId(id(id).toString());
    }

    static MessageId id(int number) {
        return new MessageId(0x7000L, 0x8000_0000_0000_0000L | number);
    }

    static Frame giveUp(String peer) {
        return Frame.newBuilder()
                .setGiveUp(GiveUp.newBuilder().setConversation(with(peer)))
                .build();
    }

    static Frame ack(String peer, long position) {
        return Frame.newBuilder()
                .setRef(90)
                .setAck(Ack.newBuilder().addCursors(cursor(peer, position)))
                .build();
    }

    static Frame sync(long ref, String peer, long after, int limit) {
        return Frame.newBuilder()
                .setRef(ref)
                .setSync(Sync.newBuilder()
                        .setConversation(with(peer))
                        .setAfter(after)
                        .setLimit(limit))
                .build();
    }

    static Frame heads(long ref, int limit, String page) {
        return Frame.newBuilder()
                .setRef(ref)
                .setHeads(Heads.newBuilder().setLimit(limit).setPage(page))
                .build();
    }

    static Frame read(long ref, String peer, long position) {
        return Frame.newBuilder()
                .setRef(ref)
                .setRead(Read.newBuilder().setUpTo(cursor(peer, position)))
                .build();
    }

    static Frame transientText(long ref, String peer, int id, String text) {
        return frame(ref, body(peer, id).setText(text).setTransient(true));
    }

    static Frame renew(long ref, String token) {
        return Frame.newBuilder()
                .setRef(ref)
                .setRenew(Renew.newBuilder().setToken(token))
                .build();
    }

    static Frame syncBefore(long ref, String peer, long before, int limit) {
        Frame forward = sync(ref, peer, 0, limit);
        return forward.toBuilder()
                .setSync(forward.getSync().toBuilder().setBefore(before))
                .build();
    }

    static Frame resume(boolean last, Cursor... cursors) {
        return Frame.newBuilder()
                .setResume(Resume.newBuilder().addAllCursors(List.of(cursors)).setLast(last))
                .build();
    }

    static Cursor cursor(String peer, long position) {
        return Cursor.newBuilder()
                .setConversation(with(peer))
                .setPosition(position)
                .build();
    }

    static Conversation with(String peer) {
        return Conversation.newBuilder().setPeer(peer).build();
    }

    /** A frame in a word or two: {@code D a 1 2} a live Deliver, {@code C a 1 2} one that catches up, and so on. */
    static String word(Frame frame) {
        return switch (frame.getBodyCase()) {
            case DELIVER ->
                (frame.getDeliver().getCatchingUp() ? "C " : "D ")
                        + frame.getDeliver().getConversation().getPeer()
                        + positions(frame.getDeliver().getPlacedList())
                        + truncated(frame.getDeliver().getTruncatedUpTo());
            case SYNC_PAGE ->
                "page#" + frame.getRef() + positions(frame.getSyncPage().getPlacedList());
            case HEADS_PAGE ->
                "heads#" + frame.getRef()
                        + frame.getHeadsPage().getHeadsList().stream()
                                .map(head -> " " + head.getConversation().getPeer() + " " + head.getHead())
                                .collect(Collectors.joining());
            case RECEIPT ->
                frame.getReceipt().getKind() + " by " + frame.getReceipt().getUid() + " "
                        + frame.getReceipt().getUpTo().getConversation().getPeer() + " "
                        + frame.getReceipt().getUpTo().getPosition();
            case TRANSIENT ->
                "T " + frame.getTransient().getConversation().getPeer() + " "
                        + frame.getTransient().getEnvelope().getText();
            case RENEWED -> "renewed#" + frame.getRef();
            case EXPIRING -> "expiring";
            case CAUGHT_UP -> "caught up";
            case LAGGING -> "lagging";
            case PONG -> "pong";
            case GO_AWAY -> "go away";
            case WELCOME -> "welcome";
            case SEND_RESULT ->
                "#" + frame.getRef() + " " + frame.getSendResult().getCode();
            case ERROR -> "error#" + frame.getRef() + " " + frame.getError().getCode();
            default -> throw new AssertionError("unexpected " + frame);
        };
    }

    private static String truncated(long upTo) {
        return upTo == 0 ? "" : " truncated " + upTo;
    }

    private static String positions(List<Placed> placed) {
        StringBuilder text = new StringBuilder();
        placed.forEach(p -> text.append(' ').append(p.getPosition()));
        return text.toString();
    }

    static Code code(Frame frame) {
        return frame.hasError()
                ? frame.getError().getCode()
                : frame.getSendResult().getCode();
    }
}
