package im.relay.redis;

import static im.relay.Requests.message;
import static im.relay.redis.HandRelay.await;
import static org.assertj.core.api.Assertions.assertThat;

import im.relay.Answers;
import im.relay.AppendRequest;
import im.relay.CursorStore;
import im.relay.IndexView;
import im.relay.LoggedMessage;
import im.relay.Retention;
import im.router.redis.Redis.Call;
import im.servers.RedisServer;
import im.servers.ServerOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What docs/redis.md says of memory; prints the figures. */
@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class StoredBytesIT {
    private static final int CONVERSATIONS = 1_000;
    private static final int MESSAGES = 20;
    private static final int ENVELOPE_BYTES = 100;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {4096, 1024, 512})
    void aMessageCostsLittleMoreThanItsEnvelope(int nodeBytes) {
        ServerOptions options = ServerOptions.defaults().set("stream-node-max-bytes", Integer.toString(nodeBytes));
        try (RedisServer server = RedisServer.start(folder, options);
                HandRelay relay = HandRelay.started(server.address(), Retention.DEFAULT)) {
            long empty = used(relay);
            indexAndApply(relay, 0);
            long one = used(relay);
            for (int i = 1; i < MESSAGES; i++) {
                indexAndApply(relay, i);
            }
            long all = used(relay);
            for (int i = 0; i < CONVERSATIONS; i++) {
                Answers.open(relay.cursors, "alice-" + i, "phone", CursorStore.Start.FIRST_HELD);
            }
            long devices = used(relay);

            double message = (double) (all - empty) / CONVERSATIONS / MESSAGES;
            System.out.printf(
                    Locale.ROOT,
                    "stored bytes with stream-node-max-bytes %d: envelope %d, per message %.0f (all keys, %d"
                            + " conversations of %d messages), a conversation of one message %.0f, a device %.0f with %d"
                            + " partitions%n",
                    nodeBytes,
                    ENVELOPE_BYTES,
                    message,
                    CONVERSATIONS,
                    MESSAGES,
                    (double) (one - empty) / CONVERSATIONS,
                    (double) (devices - all) / CONVERSATIONS,
                    HandRelay.PARTITIONS);
            assertThat(message).isBetween((double) ENVELOPE_BYTES, 3.0 * ENVELOPE_BYTES);
        }
    }

    private static void indexAndApply(HandRelay relay, int number) {
        Map<Integer, List<LoggedMessage>> partitions = new TreeMap<>();
        for (AppendRequest request : requests(number)) {
            partitions
                    .computeIfAbsent(relay.partitions.of(request.conversation()), p -> new ArrayList<>())
                    .addAll(relay.record(List.of(request)));
        }
        partitions.forEach((partition, messages) -> {
            index(relay, partition, messages);
            relay.applied(messages);
        });
    }

    private static void index(HandRelay relay, int partition, List<LoggedMessage> messages) {
        Map<Integer, List<IndexView.Entry>> buckets = new TreeMap<>();
        for (LoggedMessage message : messages) {
            for (String uid : message.conversation().uids()) {
                buckets.computeIfAbsent(relay.index.bucketOf(uid), bucket -> new ArrayList<>())
                        .add(new IndexView.Entry(
                                uid, message.conversation(), message.position(), message.acceptedMs()));
            }
        }
        buckets.forEach((bucket, entries) -> {
            long mark = relay.mark(partition, bucket);
            assertThat(await(relay.index.merge(bucket, partition, mark, relay.end(messages), entries, false)))
                    .isEqualTo(mark);
            relay.mark(partition, bucket, relay.end(messages));
        });
    }

    private static List<AppendRequest> requests(int number) {
        List<AppendRequest> requests = new ArrayList<>(CONVERSATIONS);
        for (int i = 0; i < CONVERSATIONS; i++) {
            int frame = message("alice-" + i, "bob-" + i, number, "").envelope().length;
            String text = "x".repeat(ENVELOPE_BYTES - frame);
            AppendRequest request = message("alice-" + i, "bob-" + i, number, text);
            assertThat(request.envelope()).hasSize(ENVELOPE_BYTES);
            requests.add(request);
        }
        return requests;
    }

    private static long used(HandRelay relay) {
        String info = await(relay.redis.call(Call.of("INFO", StoreKeys.bytes("memory"))))
                .text();
        return info.lines()
                .filter(line -> line.startsWith("used_memory:"))
                .mapToLong(line ->
                        Long.parseLong(line.substring(line.indexOf(':') + 1).trim()))
                .findFirst()
                .orElseThrow();
    }
}
