package im.relay.apply;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.Ids;
import im.protocol.Limits;
import im.protocol.codec.PlacedCodec;
import im.protocol.v1.MembershipChange.Joining;
import im.protocol.v1.MembershipChange.Posting;
import im.protocol.v1.MembershipChange.Role;
import im.protocol.v1.Push;
import im.protocol.v1.PushRecord;
import im.relay.GroupEffect;
import im.relay.LoggedMessage;
import im.relay.OfflineFeed;
import im.relay.PushSender;
import im.relay.group.GroupState;
import im.relay.group.Membership;
import im.router.NodeId;
import im.router.Route;
import im.router.Routes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PusherTest {
    private static final NodeId ONE = new NodeId(1, 100);
    private static final NodeId TWO = new NodeId(2, 200);

    private record Sent(NodeId node, PushRecord record) {}

    private final RelaySim sim = new RelaySim(1, 1, null);
    private final Map<String, Routes> routes = new HashMap<>();
    private final Map<String, long[]> interest = new HashMap<>();
    private final List<Sent> sent = new ArrayList<>();
    private final List<String> offline = new ArrayList<>();

    private void push(LoggedMessage... messages) {
        push(new long[messages.length], Map.of(), messages);
    }

    private void push(long[] changedAt, Map<Long, EffectiveChange> changes, LoggedMessage... messages) {
        Ports ports = new Ports(
                sim.log.new Member(),
                sim.view,
                sim.view,
                sim.events,
                sim.index,
                uids -> CompletableFuture.completedStage(routes),
                groups -> CompletableFuture.completedStage(interest),
                () -> List.of(ONE, TWO),
                (node, record) -> {
                    sent.add(new Sent(node, record));
                    return CompletableFuture.completedStage(null);
                },
                new OfflineFeed() {
                    @Override
                    public void missed(String uid, byte[] placed) {
                        offline.add(uid + " " + placed.length);
                    }

                    @Override
                    public void ofGroup(String group, byte[] placed) {
                        offline.add("all of " + group + " " + placed.length);
                    }
                });
        Pusher pusher = new Pusher(ports, sim.world.lane(), RelaySim.CONFIG.pushWait(), sim.meters);
        CompletableFuture<?> done =
                pusher.push(new Pushes(List.of(messages), new long[messages.length], changedAt, changes));
        sim.world.until("pushed", done::isDone);
    }

    private static LoggedMessage message(String from, String to, long position, int bytes) {
        return new LoggedMessage(ConversationKey.direct(from, to), from, position, 0, new byte[bytes]);
    }

    private void at(String uid, Route... there) {
        routes.put(uid, Routes.of(List.of(there)));
    }

    @Test
    void aBatchGoesToEachNodeInOneRecordWithAllDevicesOfSenderAndReceiver() {
        at("ann", new Route(ONE.packed(), 11), new Route(TWO.packed(), 12));
        at("bob", new Route(ONE.packed(), 21), new Route(ONE.packed(), 22));

        push(message("ann", "bob", 64, 10), message("bob", "ann", 65, 10));

        assertThat(sent).extracting(Sent::node).containsExactlyInAnyOrder(ONE, TWO);
        PushRecord one = sent.get(sent.get(0).node().equals(ONE) ? 0 : 1).record();
        assertThat(one.getIncarnation()).isEqualTo(100);
        assertThat(one.getPushesList()).extracting(Push::getUid).containsExactly("ann", "bob", "ann", "bob");
        assertThat(one.getPushes(1).getConnectionsList()).containsExactly(21L, 22L);
        assertThat(one.getPushes(0).getMessage().getPlaced().toByteArray())
                .isEqualTo(PlacedCodec.encode(64, 0, new byte[10]));
    }

    @Test
    void aNoteToOneselfIsPushedOnce() {
        at("ann", new Route(ONE.packed(), 11));
        push(message("ann", "ann", 64, 10));
        assertThat(sent)
                .singleElement()
                .satisfies(s -> assertThat(s.record().getPushesCount()).isEqualTo(1));
    }

    @Test
    void whatIsTooLargeForOneRecordIsCutAndKeepsItsOrder() {
        at("bob", new Route(ONE.packed(), 21));
        LoggedMessage[] messages = new LoggedMessage[40];
        for (int i = 0; i < messages.length; i++) {
            messages[i] = message("ann", "bob", 64L * (i + 1), 64 * 1024);
        }

        push(messages);

        assertThat(sent)
                .hasSizeGreaterThan(4)
                .allSatisfy(s ->
                        assertThat(s.record().getSerializedSize()).isLessThanOrEqualTo(PushSender.MAX_RECORD_BYTES));
        assertThat(sent.stream()
                        .flatMap(s -> s.record().getPushesList().stream())
                        .map(push -> push.getMessage().getPosition()))
                .hasSize(40)
                .isSorted();
        assertThat(sim.count("im.relay.pushes", "outcome", "sent")).isEqualTo(40);
    }

    @Test
    void whoIsNotThereIsCountedAndNothingIsSent() {
        push(message("ann", "bob", 64, 10));
        assertThat(sent).isEmpty();
        assertThat(sim.count("im.relay.pushes", "outcome", "nobody")).isEqualTo(2);
    }

    private static LoggedMessage inGroup(long position, int bytes) {
        return new LoggedMessage(ConversationKey.group("g"), "ann", position, 0, new byte[bytes]);
    }

    @Test
    void aMessageOfAGroupGoesToEachNodeOnceHoweverManyMembersAreThere() {
        interest.put("g", new long[] {ONE.packed(), TWO.packed()});

        push(new long[] {7, 7}, Map.of(), inGroup(64, 10), inGroup(128, 10));

        assertThat(sent).extracting(Sent::node).containsExactlyInAnyOrder(ONE, TWO);
        assertThat(sent).allSatisfy(s -> {
            assertThat(s.record().getPushesList())
                    .extracting(Push::getConnectionsCount)
                    .containsExactly(0, 0);
            assertThat(s.record().getPushesList())
                    .extracting(push -> push.getGroup().getPosition())
                    .containsExactly(64L, 128L);
            assertThat(s.record().getPushes(0).getGroup().getChangedAt()).isEqualTo(7);
            assertThat(s.record().getPushes(0).getGroup().getPlaced().toByteArray())
                    .isEqualTo(PlacedCodec.encode(64, 0, new byte[10]));
        });
        assertThat(sim.count("im.relay.pushes", "outcome", "sent")).isEqualTo(4);
    }

    @Test
    void theLargestChangeThatThereIsFitsIntoARecord() {
        Map<String, Membership> members = new HashMap<>();
        for (int i = 0; i < Limits.MEMBERSHIP_UIDS + 2; i++) {
            String uid = ("u" + i + "-").repeat(Ids.MAX_LENGTH).substring(0, Ids.MAX_LENGTH);
            members.put(uid, new Membership(Role.MEMBER, 64, List.of()));
            at(uid, new Route(ONE.packed(), i));
        }
        interest.put("g", new long[] {ONE.packed()});
        GroupState state = new GroupState(Posting.ALL, Joining.OPEN, "", "ann", 502, 64, 64, 0);
        GroupEffect effect = new GroupEffect("g", 64, 0, state, members);

        push(new long[] {64}, Map.of(64L, new EffectiveChange(effect, 0)), inGroup(64, 70 * 1024));

        assertThat(sent)
                .allSatisfy(s ->
                        assertThat(s.record().getSerializedSize()).isLessThanOrEqualTo(PushSender.MAX_RECORD_BYTES));
        Push group = sent.get(0).record().getPushes(0);
        assertThat(group.getGroup().getChange().getRolesMap()).hasSize(502);
        assertThat(sent.stream()
                        .flatMap(s -> s.record().getPushesList().stream())
                        .filter(Push::hasMembership))
                .hasSize(502);
    }

    @Test
    void aGroupThatNoNodeHasMembersOfIsCountedAndNothingIsSent() {
        push(inGroup(64, 10));
        assertThat(sent).isEmpty();
        assertThat(sim.count("im.relay.pushes", "outcome", "nobody")).isEqualTo(1);
    }

    @Test
    void whoIsNotThereIsToldOfToThoseWhoWakePhonesAndItsSenderIsNot() {
        at("carl", new Route(ONE.packed(), 31));
        int placed = PlacedCodec.encode(64, 0, new byte[10]).length;

        push(message("ann", "bob", 64, 10), message("ann", "carl", 65, 10), message("ann", "ann", 66, 10));

        assertThat(offline).containsExactly("bob " + placed);
    }

    @Test
    void eachMessageOfAGroupIsToldOfToThoseWhoWakePhonesWhoeverIsThere() {
        interest.put("team", new long[] {ONE.packed()});
        int placed = PlacedCodec.encode(64, 0, new byte[10]).length;

        push(new LoggedMessage(ConversationKey.group("team"), "ann", 64, 0, new byte[10]));

        assertThat(offline).containsExactly("all of team " + placed);
        assertThat(sent).hasSize(1);
    }
}
