package im.relay.redis;

import static im.relay.Answers.behind;
import static im.relay.Answers.heads;
import static im.relay.Answers.open;
import static im.relay.Answers.page;
import static im.relay.Answers.pageBefore;
import static im.relay.Answers.raise;
import static im.relay.Answers.raiseRead;
import static im.relay.Answers.value;
import static im.relay.PatientAwaits.PATIENCE;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.v1.MembershipChange.Kind;
import im.relay.ConversationStore.CompareRequest;
import im.relay.ConversationStore.Comparison;
import im.relay.ConversationStore.ConversationHead;
import im.relay.ConversationStore.HeadsRead;
import im.relay.ConversationStore.HeadsRequest;
import im.relay.ConversationView.Move;
import im.relay.CursorStore;
import im.relay.GroupEffect;
import im.relay.GroupStore;
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
import java.util.Map;
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
            try (HandRelay relay = new HandRelay(
                    HandRelay.answering(Duration.ofSeconds(20), cluster),
                    new Retention(Duration.ofHours(1), 8, 1 << 20))) {
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
            socket.setSoTimeout((int) PATIENCE.toMillis());
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
        useGroups(relay);
        relay.heartbeat(relay.timeMs);

        relay.timeMs += Duration.ofHours(3).toMillis();
        for (int i = 0; i < 20; i++) {
            relay.append(List.of(message("x", "y" + i, i, "later")), Runnable::run, done -> {});
        }
        int p = relay.partitions.of(AB);
        Awaitility.await().untilAsserted(() -> {
            relay.sweepNext();
            HandRelay.await(relay.view.apply(p, relay.applied(p), relay.applied(p), 0, List.of()));
            assertThat(page(relay.store, AB, 0).messages()).isEmpty();
        });
        assertThat(HandRelay.await(relay.view.skip(p, relay.applied(p), relay.applied(p) + 64, "")))
                .isInstanceOf(Move.Moved.class);
    }

    private static void useGroups(HandRelay relay) {
        HandGroupChat g = new HandGroupChat(relay, "g");
        HandGroupChat h = new HandGroupChat(relay, "h");
        g.does("a", Kind.CREATED, "b", "c");
        h.does("a", Kind.CREATED, "b");
        g.say("b", "in the group");
        g.does("a", Kind.REMOVED, "b");
        h.does("a", Kind.DISSOLVED);
        raiseRead(relay.cursors, "c", g.conversation, g.page("c", 0).head());
        List<GroupStore.Standing> groups = value(done -> relay.groups.groupsOf("a", Runnable::run, done));
        assertThat(groups).extracting(GroupStore.Standing::group).containsExactly("g");
        int[] counts = value(done -> relay.groups.counts(List.of("a", "b"), Runnable::run, done));
        assertThat(counts).containsExactly(1, 1);
        List<GroupStore.Mark> marks = value(done -> relay.groups.marks(List.of("g", "h", "none"), Runnable::run, done));
        assertThat(marks).hasSize(3).endsWith(new GroupStore.Mark(0, 0));
        List<GroupStore.Reached> reached =
                value(done -> relay.groups.reached("g", List.of("a", "c"), Runnable::run, done));
        assertThat(reached).hasSize(2);
        GroupStore.Members members = value(done -> relay.groups.members("g", "", 9, Runnable::run, done));
        assertThat(members.members()).hasSize(2);
        assertThat(g.page("b", 0).messages()).hasSize(3);
        assertThat(g.pageBefore("b", Long.MAX_VALUE, 9, 1 << 20).messages()).hasSize(3);
        HeadsRead heads = value(
                done -> relay.store.heads(new HeadsRequest("b", "d", Long.MAX_VALUE, 50, true), Runnable::run, done));
        assertThat(heads.heads()).extracting(ConversationHead::conversation).contains(g.conversation, h.conversation);
        Comparison comparison = value(done -> relay.store.compare(
                new CompareRequest("b", "d", Map.of(), true, List.of(), true), Runnable::run, done));
        assertThat(comparison.behind()).hasSize(3);
        int bucket = relay.index.bucketOf("b");
        Retention none = new Retention(Duration.ZERO, 1, 1);
        HandRelay.await(relay.redis.call(new ForgetGroupsScript(relay.keys, none).call(bucket, relay.timeMs + 1)));
        HeadsRead rest = value(
                done -> relay.store.heads(new HeadsRequest("b", "d", Long.MAX_VALUE, 50, true), Runnable::run, done));
        assertThat(rest.heads()).extracting(ConversationHead::conversation).doesNotContain(g.conversation);
        long at = relay.applied(g.partition);
        GroupEffect effect = new GroupEffect("g", at, 1, im.relay.group.GroupState.NONE, Map.of());
        assertThat(HandRelay.await(relay.groupView.restore(g.partition, at, "attempt", true, List.of(effect))))
                .isTrue();
        HandRelay.await(relay.view.skip(g.partition, at, at, ""));
    }
}
