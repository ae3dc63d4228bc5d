package im.relay.redis;

import static im.relay.redis.HandRelay.await;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.v1.MembershipChange.Role;
import im.relay.ConversationView;
import im.relay.GroupEffect;
import im.relay.IndexView.Entry;
import im.relay.Retention;
import im.relay.group.GroupState;
import im.relay.group.Membership;
import im.router.redis.Redis.Call;
import im.servers.RedisServer;
import im.servers.ServerOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What docs/redis.md says of the memory that a member costs; prints the figures, and how long the calls take. */
@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class GroupBytesIT {
    private static final long JOINED = (1L << 48) | (1_000_000L << 6);

    private static final int MORE = 4;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"1,10000", "200,100", "2000,10"})
    void aMemberCostsWhatIsWrittenOfIt(int groups, int members) {
        try (RedisServer server = RedisServer.start(folder, ServerOptions.defaults());
                HandRelay relay = HandRelay.started(server.address(), Retention.DEFAULT)) {
            long empty = used(relay);
            long putNanos = restore(relay, groups, members);
            long view = used(relay);
            list(relay, "group-", groups, members);
            long all = used(relay);
            for (int more = 0; more < MORE; more++) {
                list(relay, "more-" + more + "-", groups, members);
            }
            double further = (double) (used(relay) - all) / groups / members / MORE;

            double ofView = (double) (view - empty) / groups / members;
            double ofList = (double) (all - view) / groups / members;
            System.out.printf(
                    Locale.ROOT,
                    "stored bytes of a member: %d groups of %d members, uids of %d characters: %.0f in the group, %.0f in"
                            + " the uid's list for its first group, %.0f for each of %d more, put in %.1f us a member%n",
                    groups,
                    members,
                    uid(0, 0).length(),
                    ofView,
                    ofList,
                    further,
                    MORE,
                    putNanos / 1_000.0 / groups / members);
            assertThat(ofView).isBetween(30.0, 300.0);
            // 375 to 404 were seen: a server has some tens of kB of its own that come and go.
            assertThat(ofList).isBetween(30.0, 450.0);
        }
    }

    private static String uid(int group, int member) {
        return String.format("user-%05d%06d", group, member);
    }

    private static Map<String, Membership> members(int group, int members) {
        Map<String, Membership> all = new HashMap<>();
        for (int i = 0; i < members; i++) {
            all.put(uid(group, i), new Membership(Role.MEMBER, JOINED, List.of()));
        }
        return all;
    }

    private static long restore(HandRelay relay, int groups, int members) {
        Map<Integer, List<GroupEffect>> partitions = new TreeMap<>();
        for (int i = 0; i < groups; i++) {
            String group = "group-" + i;
            GroupState state = new GroupState(
                    GroupState.NONE.posting(),
                    GroupState.NONE.joining(),
                    "Group " + i,
                    uid(i, 0),
                    members,
                    JOINED,
                    JOINED,
                    0);
            partitions
                    .computeIfAbsent(relay.partitions.of(ConversationKey.group(group)), p -> new ArrayList<>())
                    .add(new GroupEffect(group, JOINED, 1, state, members(i, members)));
        }
        long start = System.nanoTime();
        partitions.forEach((partition, effects) -> {
            assertThat(await(relay.groupView.restore(partition, 0, "attempt", true, effects)))
                    .isTrue();
            assertThat(await(relay.view.skip(partition, 0, JOINED, "")))
                    .isInstanceOf(ConversationView.Move.Moved.class);
        });
        return System.nanoTime() - start;
    }

    /** The same uids are members of groups of that name. */
    private static void list(HandRelay relay, String name, int groups, int members) {
        Map<Integer, Map<Integer, List<Entry>>> partitions = new TreeMap<>();
        for (int i = 0; i < groups; i++) {
            ConversationKey group = ConversationKey.group(name + i);
            Map<Integer, List<Entry>> buckets =
                    partitions.computeIfAbsent(relay.partitions.of(group), partition -> new TreeMap<>());
            for (String uid : members(i, members).keySet()) {
                buckets.computeIfAbsent(relay.index.bucketOf(uid), bucket -> new ArrayList<>())
                        .add(new Entry(uid, group, JOINED, relay.timeMs, true));
            }
        }
        partitions.forEach((partition, buckets) -> buckets.forEach(
                (bucket, entries) -> assertThat(await(relay.index.merge(bucket, partition, 0, 0, entries, false)))
                        .isZero()));
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
