package im.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.gateway.connection.Connection;
import im.protocol.v1.Frame;
import im.protocol.v1.Ping;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** What tests of poll sessions do again and again. */
final class PollSteps {
    static final byte[] EMPTY = {};

    private PollSteps() {}

    static Frame ping(long time) {
        return Frame.newBuilder()
                .setPing(Ping.newBuilder().setClientTimeMs(time))
                .build();
    }

    static Poller.Answer welcomed(Poller poller, PollFormat format) {
        Poller.Answer answer = poller.ask(format, Map.of("Im-Request", 1), Poller.body(format, Peer.HELLO));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.frames()).singleElement().matches(Frame::hasWelcome);
        return answer;
    }

    static Map<String, Object> headers(String session, long request, long answer, long wait) {
        Map<String, Object> headers = new HashMap<>();
        headers.put("Im-Session", session);
        headers.put("Im-Request", request);
        headers.put("Im-Answer", answer);
        headers.put("Im-Wait", wait);
        return headers;
    }

    static <T> T onLoop(Connection connection, Supplier<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        connection.loop().execute(() -> result.complete(call.get()));
        return result.join();
    }

    /** Until its request has come in: then the session was heard of later than it was made. */
    static void awaitWaiting(Connection connection) {
        long before = onLoop(connection, connection::lastReadMillis);
        await().until(() -> onLoop(connection, () -> connection.loop().nowMillis()) > before + 100);
    }
}
