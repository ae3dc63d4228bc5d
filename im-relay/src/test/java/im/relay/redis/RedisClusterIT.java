package im.relay.redis;

import static im.relay.Answers.behind;
import static im.relay.Answers.heads;
import static im.relay.Answers.open;
import static im.relay.Answers.page;
import static im.relay.Answers.pageBefore;
import static im.relay.Answers.raise;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.ConversationView.Move;
import im.relay.CursorStore;
import im.relay.Retention;
import im.router.redis.RedisConfig;
import im.servers.RedisServer;
import im.servers.ServerOptions;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A cluster refuses a script whose keys are of several slots, and each key that a script makes up besides. */
@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class RedisClusterIT {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");

    @TempDir
    Path folder;

    @Test
    void everyScriptTouchesOneSlotOnly() throws Exception {
        try (RedisServer server = RedisServer.start(
                folder,
                ServerOptions.defaults().set("cluster-enabled", "yes").set("cluster-announce-ip", "127.0.0.1"))) {
            say(server, "CLUSTER ADDSLOTSRANGE 0 16383");
            Awaitility.await().until(() -> say(server, "CLUSTER INFO").contains("cluster_state:ok"));
            RedisConfig cluster = RedisConfig.of(
                    RedisConfig.Kind.CLUSTER,
                    List.of(URI.create("redis://" + server.address().host() + ":"
                            + server.address().port())),
                    "");
            try (HandRelay relay = new HandRelay(cluster, new Retention(Duration.ofHours(1), 8, 1 << 20))) {
                Awaitility.await()
                        .ignoreExceptions()
                        .until(() -> HandRelay.await(relay.view.state(0)).applied() == -1);
                relay.start();
                useEverything(relay);
            }
        }
    }

    /** Before it is a cluster nobody else's connection may use it. */
    private static String say(RedisServer server, String command) throws IOException {
        try (Socket socket =
                new Socket(server.address().host(), server.address().port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            byte[] answer = new byte[256];
            int bytes = socket.getInputStream().read(answer);
            return new String(answer, 0, Math.max(bytes, 0), StandardCharsets.US_ASCII);
        }
    }

    private static void useEverything(HandRelay relay) {
        for (int i = 0; i < 20; i++) {
            relay.append(List.of(message("a", "b", i, "m" + i)), Runnable::run, done -> {});
            relay.append(List.of(message("a", "c" + i, i, "m" + i)), Runnable::run, done -> {});
        }
        for (int i = 0; i < CursorStore.MAX_DEVICES + 1; i++) {
            assertThat(open(relay.cursors, "a", "d" + i, CursorStore.Start.FIRST_HELD))
                    .isTrue();
        }
        raise(relay.cursors, "a", "d16", AB, page(relay.store, AB, 0).head());
        relay.cursors.touch("a", "d16");
        assertThat(behind(relay.store, "a", "d16")).hasSize(20);
        assertThat(heads(relay.store, "a", "d16", Long.MAX_VALUE, 50).heads()).hasSize(21);
        assertThat(pageBefore(relay.store, AB, Long.MAX_VALUE, 3).messages()).hasSize(3);
        relay.heartbeat(relay.timeMs);

        relay.timeMs += Duration.ofHours(3).toMillis();
        for (int i = 0; i < 20; i++) {
            relay.append(List.of(message("x", "y" + i, i, "later")), Runnable::run, done -> {});
        }
        int p = relay.partitions.of(AB);
        Awaitility.await().untilAsserted(() -> {
            HandRelay.await(relay.view.apply(p, relay.applied(p), relay.applied(p), 0, List.of()));
            assertThat(page(relay.store, AB, 0).messages()).isEmpty();
        });
        assertThat(HandRelay.await(relay.view.skip(p, relay.applied(p), relay.applied(p) + 64)))
                .isInstanceOf(Move.Moved.class);
    }
}
