package im.relay.apply;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.codec.PlacedCodec;
import im.protocol.v1.Push;
import im.protocol.v1.PushRecord;
import im.relay.LoggedMessage;
import im.relay.PushSender;
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
    private final List<Sent> sent = new ArrayList<>();

    private void push(LoggedMessage... messages) {
        Ports ports = new Ports(
                sim.log.new Member(),
                sim.view,
                sim.index,
                uids -> CompletableFuture.completedStage(routes),
                (node, record) -> {
                    sent.add(new Sent(node, record));
                    return CompletableFuture.completedStage(null);
                });
        Pusher pusher = new Pusher(ports, sim.world.lane(), RelaySim.CONFIG.pushWait(), sim.meters);
        CompletableFuture<?> done = pusher.push(List.of(messages), new long[messages.length]);
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
}
