package im.protocol.codec;

import com.google.protobuf.ByteString;
import im.protocol.v1.Ack;
import im.protocol.v1.CaughtUp;
import im.protocol.v1.Close;
import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Cursor;
import im.protocol.v1.Deliver;
import im.protocol.v1.Envelope;
import im.protocol.v1.Error;
import im.protocol.v1.Expiring;
import im.protocol.v1.Feature;
import im.protocol.v1.Frame;
import im.protocol.v1.GiveUp;
import im.protocol.v1.GoAway;
import im.protocol.v1.GroupInfo;
import im.protocol.v1.GroupQuery;
import im.protocol.v1.GroupStanding;
import im.protocol.v1.Heads;
import im.protocol.v1.HeadsPage;
import im.protocol.v1.Hello;
import im.protocol.v1.Lagging;
import im.protocol.v1.Limits;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.NewDevice;
import im.protocol.v1.Ping;
import im.protocol.v1.Placed;
import im.protocol.v1.Pong;
import im.protocol.v1.PresenceEvent;
import im.protocol.v1.PresenceList;
import im.protocol.v1.PresenceQuery;
import im.protocol.v1.Read;
import im.protocol.v1.Receipt;
import im.protocol.v1.Renew;
import im.protocol.v1.Renewed;
import im.protocol.v1.Resume;
import im.protocol.v1.Send;
import im.protocol.v1.SendResult;
import im.protocol.v1.Sync;
import im.protocol.v1.SyncPage;
import im.protocol.v1.Transient;
import im.protocol.v1.Versions;
import im.protocol.v1.Welcome;
import java.util.List;
import java.util.Random;

/** A filled-in frame of every kind. */
public final class Frames {
    static final String ID = "018bcfe5-6800-7000-8000-000000000000";

    private Frames() {}

    static Conversation with(String peer) {
        return Conversation.newBuilder().setPeer(peer).build();
    }

    public static List<Frame> all() {
        return List.of(
                Frame.newBuilder().setRef(1).setHello(hello()).build(),
                Frame.newBuilder().setRef(1).setWelcome(welcome()).build(),
                Frame.newBuilder()
                        .setResume(
                                Resume.newBuilder().addCursors(cursor("bob", 9)).setLast(true))
                        .build(),
                Frame.newBuilder()
                        .setRef(2)
                        .setPing(Ping.newBuilder().setClientTimeMs(5))
                        .build(),
                Frame.newBuilder()
                        .setRef(2)
                        .setPong(Pong.newBuilder().setClientTimeMs(5).setServerTimeMs(6))
                        .build(),
                Frame.newBuilder().setRef(3).setSend(send("Grüße 世界")).build(),
                Frame.newBuilder()
                        .setRef(Long.MAX_VALUE)
                        .setSend(send("").toBuilder().setData(bytes(300, 1)))
                        .build(),
                Frame.newBuilder().setRef(3).setSendResult(result()).build(),
                Frame.newBuilder()
                        .setGiveUp(GiveUp.newBuilder().setConversation(with("bob")))
                        .build(),
                Frame.newBuilder().setDeliver(deliver(3)).build(),
                Frame.newBuilder()
                        .setAck(Ack.newBuilder().addCursors(cursor("a", 1)).addCursors(cursor("b", Long.MAX_VALUE)))
                        .build(),
                Frame.newBuilder()
                        .setRef(4)
                        .setSync(Sync.newBuilder()
                                .setConversation(with("b"))
                                .setAfter(7)
                                .setLimit(500))
                        .build(),
                Frame.newBuilder().setRef(4).setSyncPage(page()).build(),
                Frame.newBuilder()
                        .setCaughtUp(CaughtUp.newBuilder()
                                .setCompleteAsOfMs(1_700_000_000_000L)
                                .setTruncated(true))
                        .build(),
                Frame.newBuilder().setLagging(Lagging.getDefaultInstance()).build(),
                Frame.newBuilder().setGoAway(goAway()).build(),
                Frame.newBuilder().setClose(close()).build(),
                Frame.newBuilder().setRef(5).setError(error()).build(),
                Frame.newBuilder()
                        .setRef(6)
                        .setHeads(Heads.newBuilder().setLimit(20).setPage("next"))
                        .build(),
                Frame.newBuilder().setRef(6).setHeadsPage(headsPage()).build(),
                Frame.newBuilder()
                        .setRef(7)
                        .setRenew(Renew.newBuilder().setToken("t".repeat(500)))
                        .build(),
                Frame.newBuilder()
                        .setRef(7)
                        .setRenewed(Renewed.newBuilder().setExpiresMs(1_700_000_000_001L))
                        .build(),
                Frame.newBuilder()
                        .setExpiring(Expiring.newBuilder().setInMs(60_000))
                        .build(),
                Frame.newBuilder()
                        .setRef(8)
                        .setRead(Read.newBuilder().setUpTo(cursor("bob", 9)))
                        .build(),
                Frame.newBuilder().setReceipt(receipt()).build(),
                Frame.newBuilder().setTransient(signal()).build(),
                Frame.newBuilder()
                        .setRef(9)
                        .setPresenceQuery(PresenceQuery.newBuilder()
                                .addUids("bob")
                                .addUids("eve")
                                .setSubscribe(true))
                        .build(),
                Frame.newBuilder()
                        .setRef(10)
                        .setPresenceQuery(PresenceQuery.newBuilder().setUnsubscribe(true))
                        .build(),
                Frame.newBuilder().setPresenceEvent(presence()).build(),
                Frame.newBuilder()
                        .setRef(9)
                        .setPresenceList(PresenceList.newBuilder()
                                .addPresences(presence())
                                .addPresences(
                                        PresenceEvent.newBuilder().setUid("eve").setOnline(true)))
                        .build(),
                Frame.newBuilder()
                        .setRef(11)
                        .setGroupQuery(GroupQuery.newBuilder()
                                .setGroup("team")
                                .setMembers(500)
                                .setAfter("bob")
                                .setReceipts(true))
                        .build(),
                Frame.newBuilder().setRef(11).setGroupInfo(groupInfo()).build(),
                Frame.newBuilder().setRef(-1).build());
    }

    private static GroupInfo groupInfo() {
        return GroupInfo.newBuilder()
                .setStanding(GroupStanding.newBuilder()
                        .setGroup("team")
                        .setRole(MembershipChange.Role.OWNER)
                        .setJoined((1L << 53) - 1)
                        .setTitle("Ünïcode")
                        .setMembers(100_000)
                        .setChangedAt((1L << 53) - 1))
                .addMembers(GroupInfo.Member.newBuilder()
                        .setUid("bob")
                        .setRole(MembershipChange.Role.ADMIN)
                        .setJoined(7)
                        .setDelivered(9)
                        .setRead(8))
                .setMore(true)
                .build();
    }

    private static PresenceEvent presence() {
        return PresenceEvent.newBuilder()
                .setUid("bob")
                .setLastSeenMs(1_700_000_000_002L)
                .build();
    }

    private static Hello hello() {
        return Hello.newBuilder()
                .setVersions(Versions.newBuilder().setOldest(1).setNewest(1))
                .addFeatures(Feature.RECEIPTS)
                .addFeatures(Feature.TRANSIENT)
                .setToken("t".repeat(500))
                .setDevice("phone")
                .setPlatform("linux")
                .setHeartbeatMs(30_000)
                .setClient("sdk/1")
                .setLogId("log")
                .setNewDevice(NewDevice.FROM_HEADS)
                .setClientCursors(true)
                .setAttempt(1_700_000_000_000L)
                .build();
    }

    private static Welcome welcome() {
        return Welcome.newBuilder()
                .setVersion(1)
                .setConnection("c1")
                .setUid("alice")
                .setHeartbeatMs(30_000)
                .setServerTimeMs(1_700_000_000_000L)
                .setLimits(Limits.newBuilder().setFrameBytes(131_072).setDedupeMs(600_000))
                .setLogId("log")
                .setTokenExpiresMs(1_700_000_000_001L)
                .setNode("n1")
                .build();
    }

    static Send send(String text) {
        return Send.newBuilder()
                .setMessageId(ID)
                .setConversation(with("bob"))
                .setContentType("text/plain")
                .setText(text)
                .setFirst(true)
                .build();
    }

    private static SendResult result() {
        return SendResult.newBuilder()
                .setMessageId(ID)
                .setCode(Code.OUT_OF_ORDER)
                .setRetryAfterMs(100)
                .setAcceptedMs(1)
                .setText("later")
                .build();
    }

    static Deliver deliver(int messages) {
        Deliver.Builder deliver = Deliver.newBuilder().setConversation(with("bob"));
        for (int i = 1; i <= messages; i++) {
            deliver.addPlaced(placed(i, i - 1, "text " + i));
        }
        return deliver.setCatchingUp(true).setTruncatedUpTo(1L << 40).build();
    }

    public static Placed placed(long position, long prev, String text) {
        return Placed.newBuilder()
                .setPosition(position)
                .setPrev(prev)
                .setEnvelope(Envelope.newBuilder()
                        .setMessageId(ID)
                        .setSender("bob")
                        .setSenderDevice("phone")
                        .setAcceptedMs(1_700_000_000_000L)
                        .setContentType("text/plain")
                        .setText(text))
                .build();
    }

    private static SyncPage page() {
        return SyncPage.newBuilder()
                .setConversation(with("bob"))
                .addAllPlaced(deliver(2).getPlacedList())
                .setMore(true)
                .setTruncated(true)
                .setFirstHeld(1)
                .setHead(99)
                .setCompleteUpTo(2)
                .build();
    }

    private static HeadsPage headsPage() {
        return HeadsPage.newBuilder()
                .addHeads(HeadsPage.Head.newBuilder()
                        .setConversation(with("bob"))
                        .setHead(9)
                        .setFirstHeld(2)
                        .setCursor(8)
                        .setRead(7)
                        .setUnread(2)
                        .setLast(placed(9, 8, "last"))
                        .setPeerDelivered(6)
                        .setPeerRead(5))
                .setPage("more")
                .build();
    }

    private static Receipt receipt() {
        return Receipt.newBuilder()
                .setUpTo(cursor("bob", 9))
                .setUid("bob")
                .setKind(Receipt.Kind.READ)
                .build();
    }

    private static Transient signal() {
        return Transient.newBuilder()
                .setConversation(with("bob"))
                .setEnvelope(placed(1, 0, "typing").getEnvelope())
                .build();
    }

    private static GoAway goAway() {
        return GoAway.newBuilder()
                .setReconnectAfterMs(1_000)
                .setReason(GoAway.Reason.DRAINING)
                .setDeadlineMs(10_000)
                .build();
    }

    private static Close close() {
        return Close.newBuilder()
                .setCode(4411)
                .setText("older")
                .setReconnect(true)
                .setRetryAfterMs(5)
                .setAttempt(77)
                .build();
    }

    private static Error error() {
        return Error.newBuilder()
                .setCode(Code.BAD_RANGE)
                .setText("limit")
                .setRetryAfterMs(1)
                .setField("limit")
                .build();
    }

    static Cursor cursor(String peer, long position) {
        return Cursor.newBuilder()
                .setConversation(with(peer))
                .setPosition(position)
                .build();
    }

    static ByteString bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }
}
