package im.it;

import static im.testkit.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.Ping;
import im.servers.FreePorts;
import im.servers.HaproxyServer;
import im.servers.Lifetime;
import im.servers.Requirement;
import im.servers.ServerOptions;
import im.servers.Servers;
import im.testkit.client.RawClient;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A real HAProxy with deploy/haproxy.cfg before two servers, which take connections from it only with the PROXY header
 * that it sends, and are found on the same ports of two addresses, as on two machines.
 */
@Tag("once")
class BalancerIT {
    private static final Path FOLDER = TestServer.newFolder();
    private static final String[] HOSTS = {"127.0.0.11", "127.0.0.12"};
    private static final int HTTP = FreePorts.next();
    private static final int TCP = FreePorts.next();
    private static final int ADMIN = FreePorts.next();
    private static final int WS_FRONT = FreePorts.next();
    private static final int TCP_FRONT = FreePorts.next();
    private static final int STATS = FreePorts.next();

    private static final ServerProcess[] SERVERS = new ServerProcess[HOSTS.length];
    private static HaproxyServer balancer;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(Requirement.HAPROXY.met(), Requirement.HAPROXY::why);
        String configuration = Files.readString(Path.of(System.getProperty("im.home"), "deploy", "haproxy.cfg"));
        balancer = HaproxyServer.prepare(
                FOLDER.resolve("haproxy"),
                new ServerOptions(WS_FRONT, Lifetime.THIS_JVM, Optional.empty(), Map.of())
                        .set("IM_GATEWAY_1", HOSTS[0])
                        .set("IM_GATEWAY_2", HOSTS[1])
                        .set("IM_HTTP_PORT", Integer.toString(HTTP))
                        .set("IM_TCP_PORT", Integer.toString(TCP))
                        .set("IM_ADMIN_PORT", Integer.toString(ADMIN))
                        .set("IM_WS_BIND", "127.0.0.1:" + WS_FRONT)
                        .set("IM_TCP_BIND", "127.0.0.1:" + TCP_FRONT)
                        .set("IM_STATS_BIND", "127.0.0.1:" + STATS),
                configuration);
        for (int i = 0; i < HOSTS.length; i++) {
            SERVERS[i] = ServerProcess.start(spec(i));
        }
        balancer.start();
    }

    /** All with one key, so that whoever has a token may be sent to either. */
    private static ServerSpec spec(int number) throws IOException {
        Path folder = Files.createDirectories(FOLDER.resolve("server-" + number));
        Files.writeString(folder.resolve("token.key"), "0123456789abcdef0123456789abcdef");
        return ServerSpec.in(folder)
                .set("node", "node-" + number)
                .set("listen.host", HOSTS[number])
                .set("listen.admin-host", HOSTS[number])
                .set("listen.http-port", Integer.toString(HTTP))
                .set("listen.tcp-port", Integer.toString(TCP))
                .set("listen.admin-port", Integer.toString(ADMIN))
                .set("listen.proxy-protocol-from", "127.0.0.1");
    }

    /** Whatever the test before has done to one of them. */
    @BeforeEach
    void bothAreUp() {
        for (String listener : List.of("ws", "tcp")) {
            for (int i = 0; i < HOSTS.length; i++) {
                int number = i;
                await().until(() -> standing(listener, number).startsWith("UP"));
            }
        }
    }

    @AfterAll
    static void stop() {
        for (ServerProcess server : SERVERS) {
            if (server != null) {
                server.close();
            }
        }
        if (balancer != null) {
            balancer.close();
        }
        Servers.delete(FOLDER);
    }

    private static URI front(Transport transport) {
        return transport.webSocket
                ? URI.create("ws://127.0.0.1:" + WS_FRONT + "/v1/ws")
                : URI.create("tcp://127.0.0.1:" + TCP_FRONT);
    }

    private static RawClient welcomed(Transport transport) throws IOException {
        String uid = "ann-" + UUID.randomUUID();
        return RawClient.welcomed(front(transport), SERVERS[0].tokens().of(uid), "phone");
    }

    /** The nodes that so many connections, all open at once, came to. */
    private static Set<String> nodes(Transport transport, int connections) throws IOException {
        Set<String> nodes = new HashSet<>();
        RawClient[] clients = new RawClient[connections];
        try {
            for (int i = 0; i < connections; i++) {
                clients[i] = welcomed(transport);
                nodes.add(clients[i].welcome().getNode());
            }
            return nodes;
        } finally {
            for (RawClient client : clients) {
                if (client != null) {
                    client.close();
                }
            }
        }
    }

    /** A server that answers a check too late is left out for a moment. */
    private static void awaitNodes(Transport transport, String... expected) {
        await().ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(nodes(transport, 4)).as("%s", transport).containsExactlyInAnyOrder(expected));
    }

    @Test
    void connectionsOfBothKindsAreSpreadOverBothServers() {
        awaitNodes(Transport.WS, "node-0", "node-1");
        awaitNodes(Transport.TCP, "node-0", "node-1");
    }

    @Test
    void aServerThatIsGoneIsLeftOutAndComesBackByItself() {
        SERVERS[0].kill9();
        awaitNodes(Transport.TCP, "node-1");
        SERVERS[0].start();
        awaitNodes(Transport.TCP, "node-0", "node-1");
    }

    @Test
    void aServerThatIsNotReadyKeepsItsConnectionsAndGetsNoNewOnes() throws Exception {
        try (RawClient client = welcomed(Transport.TCP)) {
            int its = client.welcome().getNode().equals("node-0") ? 0 : 1;
            SERVERS[its].pause();
            AtomicInteger looks = new AtomicInteger();
            await().pollInterval(Duration.ofSeconds(1)).until(() -> {
                // What it says arrives at once when the server wakes: no more than pings may.
                if (looks.getAndIncrement() % 3 == 0) {
                    client.send(Frame.newBuilder()
                            .setPing(Ping.getDefaultInstance())
                            .build());
                }
                return standing("tcp", its).startsWith("DOWN");
            });
            awaitNodes(Transport.TCP, "node-" + (1 - its));
            SERVERS[its].resume();
            assertThat(client.sendAndAwait(client.text(TestServer.messageId(), "bob", "still here"))
                            .getCode())
                    .isEqualTo(Code.OK);
            await().until(() -> standing("tcp", its).startsWith("UP"));
        }
    }

    @Test
    void eachPollComesToTheServerOfItsSessionOnWhicheverConnection() {
        Set<String> nodes = new HashSet<>();
        AtomicInteger sessions = new AtomicInteger();
        await().until(() -> {
            PolledSession session =
                    PolledSession.begin(URI.create("http://127.0.0.1:" + WS_FRONT + "/v1/poll"), token());
            nodes.add(session.node());
            for (int message = 0; message < 6; message++) {
                assertThat(session.send("m" + message)).isEqualTo(Code.OK);
            }
            return sessions.incrementAndGet() >= 4 && nodes.equals(Set.of("node-0", "node-1"));
        });
    }

    @Test
    void aPollSessionStaysAtAServerThatIsNotReady() throws Exception {
        PolledSession session = PolledSession.begin(URI.create("http://127.0.0.1:" + WS_FRONT + "/v1/poll"), token());
        int its = session.node().equals("node-0") ? 0 : 1;
        SERVERS[its].pause();
        await().until(() -> standing("ws", its).startsWith("DOWN"));
        SERVERS[its].resume();

        assertThat(session.send("still here")).isEqualTo(Code.OK);

        await().until(() -> standing("ws", its).startsWith("UP"));
    }

    private static String token() {
        return SERVERS[0].tokens().of("ann-" + UUID.randomUUID());
    }

    /** What HAProxy thinks of a server. */
    private static String standing(String listener, int number) throws IOException, InterruptedException {
        HttpRequest page = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + STATS + "/;csv"))
                .timeout(PATIENCE)
                .build();
        String[] lines = HttpClient.newHttpClient()
                .send(page, HttpResponse.BodyHandlers.ofString())
                .body()
                .split("\n");
        int status = List.of(lines[0].split(",")).indexOf("status");
        for (String line : lines) {
            if (line.startsWith(listener + ",gateway-" + (number + 1) + ",")) {
                return line.split(",")[status];
            }
        }
        return "unknown";
    }
}
