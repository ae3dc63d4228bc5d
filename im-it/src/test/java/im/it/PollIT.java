package im.it;

import static im.testkit.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.client.ConnectionState;
import im.client.ImClient;
import im.client.ReceivedMessage;
import im.it.UpgradeBlocker.Upgrades;
import im.protocol.codec.BinaryWire;
import im.protocol.codec.TcpCodec;
import im.protocol.v1.Frame;
import im.testkit.client.RawClient;
import im.testkit.load.Stage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Long polling between the SDK and a real server: when it is used, how it is left, and how it ends. */
class PollIT {
    @RegisterExtension
    static final TestServer SERVER = new TestServer(spec -> spec.holdingAll().set("session.heartbeat", "6s"));

    private static final String TIMED_OUT = "reason=\"timeout\"";

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");
    private final List<ReceivedMessage> got = new CopyOnWriteArrayList<>();

    private ImClient.Builder client(String uid, URI endpoint) {
        return ImClient.builder()
                .endpoint(endpoint)
                .token(SERVER.token(uid))
                .device("phone")
                .reconnectBackoff(Duration.ofMillis(10), Duration.ofMillis(100));
    }

    private static double metric(String name, String... labels) {
        return SERVER.process().adminPages().metric(name, labels);
    }

    private static void awaitConnected(CompletionStage<Void> connecting) throws Exception {
        connecting.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private void send(ImClient from, int first, int behind) {
        IntStream.range(first, behind)
                .mapToObj(i -> from.send(bob, "message " + i))
                .toList()
                .forEach(CompletableFuture::join);
        await().until(() -> got.size() >= behind);
    }

    @Test
    void anAppWhoseWebSocketIsRefusedPollsAndComesBackToItWithoutLosingAnything() throws Exception {
        try (UpgradeBlocker blocker = new UpgradeBlocker(SERVER.deployment().ws());
                ImClient anns = client(ann, SERVER.deployment().tcp()).build();
                ImClient bobs = client(bob, blocker.ws())
                        .pollingFallback(2, Duration.ofSeconds(1))
                        .messageListener(got::add)
                        .build()) {
            awaitConnected(anns.connect());
            awaitConnected(bobs.connect());
            int refused = blocker.refused();
            assertThat(refused).isGreaterThanOrEqualTo(2);
            assertThat(metric("im_gateway_poll_sessions")).isPositive();
            send(anns, 0, 50);
            await().until(() -> blocker.refused() > refused);
            assertThat(bobs.state()).isEqualTo(ConnectionState.LIVE);

            blocker.upgrades(Upgrades.PASS);
            AtomicInteger sent = new AtomicInteger(50);
            await().until(() -> {
                send(anns, sent.get(), sent.incrementAndGet());
                return blocker.passed() > 0;
            });
            send(anns, sent.get(), sent.addAndGet(50));
            await().until(() -> metric("im_gateway_poll_sessions") == 0);
            send(anns, sent.get(), sent.addAndGet(50));

            assertThat(bobs.state()).isEqualTo(ConnectionState.LIVE);
            assertThat(blocker.passed()).isEqualTo(1);
            assertThat(got.stream().map(ReceivedMessage::text))
                    .containsExactlyElementsOf(IntStream.range(0, sent.get())
                            .mapToObj(i -> "message " + i)
                            .toList());
        }
    }

    @Test
    void anAppThatMayNotPollGoesOnTryingWebSocket() throws Exception {
        try (UpgradeBlocker blocker = new UpgradeBlocker(SERVER.deployment().ws());
                ImClient bobs = client(bob, blocker.ws())
                        .pollingFallback(0, Duration.ofSeconds(1))
                        .build()) {
            CompletableFuture<Void> connected = bobs.connect().toCompletableFuture();
            await().until(() -> blocker.refused() >= 6);
            assertThat(connected).isNotDone();

            blocker.upgrades(Upgrades.PASS);
            awaitConnected(connected);
        }
    }

    @Test
    void aPollSessionThatNobodyAsksIsClosedLikeAnySilentConnection() throws Exception {
        URI url = Stage.polls(SERVER.deployment().ws());
        HttpClient http = HttpClient.newHttpClient();
        Frame hello = Frame.newBuilder()
                .setRef(1)
                .setHello(RawClient.hello(SERVER.token(ann), "phone"))
                .build();
        double before = metric("im_gateway_closes_total", TIMED_OUT);
        HttpResponse<byte[]> welcomed = http.send(
                request(url, "Im-Request", "1").POST(body(hello)).build(), HttpResponse.BodyHandlers.ofByteArray());
        String session = welcomed.headers().firstValue("Im-Session").orElseThrow();

        await().until(() -> metric("im_gateway_closes_total", TIMED_OUT) > before);
        HttpRequest late = request(url, "Im-Session", session, "Im-Answer", "1")
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        HttpResponse<byte[]> last = http.send(late, HttpResponse.BodyHandlers.ofByteArray());

        List<Frame> frames = new ArrayList<>();
        ByteBuf rest = Unpooled.wrappedBuffer(last.body());
        ByteBuf next;
        while ((next = TcpCodec.tryDecode(rest, 1 << 20)) != null) {
            frames.add(BinaryWire.TCP.parse(next));
        }
        assertThat(frames.get(frames.size() - 1).getClose().getCode()).isEqualTo(4408);
    }

    private static HttpRequest.Builder request(URI url, String... headers) {
        return HttpRequest.newBuilder(url)
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(PATIENCE)
                .header("Content-Type", "application/x-protobuf")
                .headers(headers);
    }

    private static HttpRequest.BodyPublisher body(Frame frame) {
        ByteBuf bytes = BinaryWire.TCP.encode(frame, UnpooledByteBufAllocator.DEFAULT);
        try {
            return HttpRequest.BodyPublishers.ofByteArray(ByteBufUtil.getBytes(bytes));
        } finally {
            bytes.release();
        }
    }
}
