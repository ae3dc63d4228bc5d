package im.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.CloseReason;
import im.protocol.v1.Frame;
import im.protocol.v1.Ping;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Peers that do anything, in any order: nothing is left behind, and those that behave notice nothing. */
class HostilePeersTest {
    private static final int PEERS = 400;
    private static final int AT_ONCE = 40;
    private static final Frame PING =
            Frame.newBuilder().setRef(5).setPing(Ping.getDefaultInstance()).build();

    static Stream<Transport> transports() {
        return TestEdge.transports();
    }

    static Stream<Arguments> kinds() {
        return Edges.kinds();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aResetEndsTheSessionAsThePeersDoing(Transport transport, boolean webSocket) {
        try (TestEdge edge = TestEdge.start(transport)) {
            edge.greeted(webSocket).reset();

            await().untilAsserted(() -> assertThat(edge.sessions.closed).containsExactly(CloseReason.PEER));
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void randomPeersLeaveNothingBehind(Transport transport) {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (TestEdge edge = TestEdge.start(transport);
                Peer good = edge.greeted(random.nextBoolean())) {
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < PEERS; i++) {
                peers.add(hostile(edge, random));
                if (peers.size() == AT_ONCE) {
                    leave(peers.remove(random.nextInt(AT_ONCE)), random);
                    good.send(PING);
                    assertThat(good.read()).isEqualTo(PING);
                }
            }
            peers.forEach(peer -> leave(peer, random));

            await().untilAsserted(() -> assertThat(edge.connections()).isEqualTo(1));
        }
    }

    private static Peer hostile(TestEdge edge, Random random) {
        Peer peer = switch (random.nextInt(4)) {
            case 0 -> Peer.tcp(edge.server.http());
            case 1 -> edge.connect(random.nextBoolean());
            default -> edge.greeted(random.nextBoolean());
        };
        int actions = random.nextInt(6);
        boolean open = true;
        for (int i = 0; i < actions && open; i++) {
            open = peer.sendBytes(anything(peer, random));
        }
        return peer;
    }

    private static byte[] anything(Peer peer, Random random) {
        byte[] garbage = new byte[random.nextInt(1 << random.nextInt(14))];
        random.nextBytes(garbage);
        byte[] ping = peer.framed(PING.toByteArray());
        return switch (random.nextInt(6)) {
            case 0 -> garbage;
            case 1 -> peer.framed(garbage);
            case 2 -> Arrays.copyOf(ping, random.nextInt(ping.length));
            case 3 -> Peer.webSocketFrame(random.nextInt(256), random.nextBoolean(), garbage);
            case 4 ->
                Peer.UPGRADE.substring(random.nextInt(Peer.UPGRADE.length())).getBytes(StandardCharsets.US_ASCII);
            default -> ping;
        };
    }

    private static void leave(Peer peer, Random random) {
        if (random.nextBoolean()) {
            peer.reset();
        } else {
            peer.close();
        }
    }
}
