package im.relay.redis;

import static im.relay.Answers.open;
import static im.relay.Answers.raise;
import static im.relay.Answers.raiseRead;
import static im.relay.Answers.value;
import static im.relay.Answers.versions;
import static im.relay.redis.HandRelay.await;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.v1.MembershipChange.Kind;
import im.relay.Answers;
import im.relay.ConversationView;
import im.relay.GroupEffect;
import im.relay.GroupStore.Standing;
import im.relay.IndexView.Entry;
import im.relay.LoggedMessage;
import im.relay.ReadResult;
import im.relay.Retention;
import im.relay.group.GroupState;
import im.relay.redis.GroupsScript.Group;
import im.router.redis.Redis.Call;
import im.servers.Servers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** A uid's groups: {@code merge.lua}, {@code end_groups.lua}, {@code forget_groups.lua}; and {@code sweep.lua} of groups. */
@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class GroupListsIT {
    private static final Duration HOUR = Duration.ofHours(1);

    private final Retention retention = new Retention(HOUR, 1_000, 1 << 20);
    private final HandRelay relay = HandRelay.started(Servers.redis(), retention);
    private final HandGroupChat g = new HandGroupChat(relay, "g");
    private final int bucket = relay.index.bucketOf("b");

    @AfterEach
    void close() {
        relay.close();
    }

    private static Entry entry(String group, long head, long timeMs, boolean member) {
        return new Entry("b", ConversationKey.group(group), head, timeMs, member);
    }

    private void merge(boolean replay, Entry... entries) {
        long there = await(relay.index.marks(g.partition))[bucket];
        assertThat(await(relay.index.merge(bucket, g.partition, there, there, List.of(entries), replay)))
                .isEqualTo(there);
    }

    private int count() {
        return im.relay.Answers.<int[]>value(done -> relay.groups.counts(List.of("b"), Runnable::run, done))[0];
    }

    private Map<String, String> stored(String uid) {
        var fields = await(relay.redis.call(Call.of("HGETALL", relay.keys.groupsOf(uid))));
        Map<String, String> all = new java.util.TreeMap<>();
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            all.put(fields.text(i), fields.text(i + 1));
        }
        return all;
    }

    /** D5: by the larger position; repeats and zombies change neither list nor count. */
    @Test
    void aZombieNeverPutsAnOlderMembership_D5() {
        merge(false, entry("g", 64, 1, true), entry("h", 70, 2, true));
        merge(false, entry("g", 128, 3, false));
        merge(false, entry("g", 64, 1, true), entry("h", 70, 2, true));
        assertThat(stored("b"))
                .containsOnlyKeys("#", "#v", "g", "h")
                .containsEntry("#", "1")
                .containsEntry("g", "128 0 3")
                .containsEntry("h", "70 1 2");

        merge(true, entry("g", 64, 1, true), entry("g", 128, 3, false), entry("g", 192, 4, true));
        assertThat(count()).isEqualTo(2);
        merge(false, entry("g", 256, 5, true));
        assertThat(count()).isEqualTo(2);
        merge(false, entry("i", 10, 5, false));
        assertThat(count()).isEqualTo(2);
    }

    /** G6, D26: the version moves with what the uid is in its groups, and a replay gives another. */
    @Test
    void theVersionMovesWithMembershipsAndAReplayGivesAnother_D26() {
        merge(false, entry("g", 64, 1, true));
        long first = versions(relay.store, "b")[0];
        merge(false, entry("g", 64, 1, true));
        assertThat(versions(relay.store, "b")[0]).isEqualTo(first);
        merge(false, entry("g", 128, 1, false));
        assertThat(versions(relay.store, "b")[0]).isEqualTo(first + 1);
        merge(true, entry("g", 128, 1, false));
        assertThat(versions(relay.store, "b")[0]).isNotIn(0L, first, first + 1, first + 2);
    }

    /** D26: what rolled back with the slot does not count on from a number that somebody knows. */
    @Test
    void aReplayGivesTheListAnotherVersionToo_D26() {
        merge(false, entry("g", 64, 1, true));
        long first = listVersion();
        merge(false, new Entry("b", ConversationKey.direct("a", "b"), 100, 1));
        merge(true, new Entry("b", ConversationKey.direct("a", "b"), 100, 1));
        assertThat(listVersion()).isEqualTo(first).isPositive();
        merge(false, entry("g", 64, 1, true));
        assertThat(listVersion()).isEqualTo(first);
        merge(false, entry("g", 128, 1, false));
        assertThat(listVersion()).isEqualTo(first + 1);
        merge(true, entry("g", 128, 1, false));
        assertThat(listVersion()).isNotIn(0L, first, first + 1, first + 2);
    }

    /** D2: the list is written before the view, and a view that is built again is behind it for long. */
    @Test
    void aListThatIsAheadOfTheViewIsNotReadWithoutWhatTheViewLacks_D2() {
        g.does("a", Kind.CREATED);
        List<LoggedMessage> next = relay.record(List.of(g.change("a", Kind.ADDED, List.of("b"))));
        merge(false, entry("g", next.get(0).position(), 1, true));
        long version = listVersion();

        ReadResult<List<Standing>> early = Answers.await(done -> relay.groups.groupsOf("b", Runnable::run, done));
        relay.applied(next);

        assertThat(early).isInstanceOf(ReadResult.Failed.class);
        List<Standing> groups = value(done -> relay.groups.groupsOf("b", Runnable::run, done));
        assertThat(groups).extracting(Standing::group).containsExactly("g");
        assertThat(listVersion()).as("nothing else tells").isEqualTo(version);
    }

    private long listVersion() {
        return value(done -> relay.groups.version("b", Runnable::run, done));
    }

    /** D5: the bucket is lost, and comes back with a replay; who reads it meanwhile is told of nothing that is not so. */
    @Test
    void aLostListComesBackWithAReplay_D5() {
        long created = g.does("a", Kind.CREATED, "b");
        relay.lose("{u" + bucket + "}");
        notCounted();

        await(relay.index.merge(bucket, g.partition, -1, created, List.of(entry("g", created, 1, true)), true));
        notCounted();
        for (int partition = 0; partition < HandRelay.PARTITIONS; partition++) {
            if (partition != g.partition) {
                await(relay.index.merge(bucket, partition, -1, 0, List.of(), true));
            }
        }

        List<Standing> groups = value(done -> relay.groups.groupsOf("b", Runnable::run, done));
        assertThat(groups).extracting(Standing::group).containsExactly("g");
        assertThat(count()).isEqualTo(1);
    }

    private void notCounted() {
        im.relay.ReadResult<int[]> counts =
                im.relay.Answers.await(done -> relay.groups.counts(List.of("b"), Runnable::run, done));
        assertThat(counts).isInstanceOf(im.relay.ReadResult.Failed.class);
    }

    @Test
    void aDissolvedGroupCountsUntilTheUidsGroupsAreRead() {
        g.does("a", Kind.CREATED, "b");
        g.does("a", Kind.DISSOLVED);
        assertThat(count()).isEqualTo(1);

        List<Standing> groups = value(done -> relay.groups.groupsOf("b", Runnable::run, done));

        assertThat(groups).isEmpty();
        assertThat(count()).isZero();
        merge(true, entry("g", g.page("b", 0).messages().get(0).position(), 1, true));
        assertThat(count()).as("a replay does not bring it back").isZero();
    }

    /** D16: R after it was left, a group goes out of the list, with cursors and read mark; not earlier. */
    @Test
    void aGroupLeavesTheListARetentionAfterItWasLeft_D16() {
        open(relay.cursors, "b", "d", false);
        long created = g.does("a", Kind.CREATED, "b", "c");
        raise(relay.cursors, "b", "d", g.conversation, created);
        raiseRead(relay.cursors, "b", g.conversation, created);
        g.does("b", Kind.LEFT);
        g.does("a", Kind.REMOVED, "c");
        long leftAt = relay.timeMs;
        relay.timeMs += HOUR.toMillis() / 2;
        g.does("a", Kind.ADDED, "c");

        forget(leftAt + HOUR.toMillis() - 1);
        assertThat(stored("b")).containsKey("g");
        forget(leftAt + HOUR.toMillis());
        assertThat(stored("b")).isEmpty();
        assertThat(stored("c")).containsKey("g").containsEntry("#", "1");
        assertThat(left()).isZero();
        assertThat(await(relay.redis.call(
                                Call.of("HEXISTS", relay.keys.cursors("b", "d"), StoreKeys.field("b", g.conversation))))
                        .number())
                .isZero();
        assertThat(await(relay.redis.call(
                                Call.of("HEXISTS", relay.keys.reads("b"), StoreKeys.field("b", g.conversation))))
                        .number())
                .isZero();
    }

    private void forget(long nowMs) {
        for (String uid : List.of("b", "c")) {
            await(relay.redis.call(
                    new ForgetGroupsScript(relay.keys, retention).call(relay.index.bucketOf(uid), nowMs)));
        }
    }

    private long left() {
        return await(relay.redis.call(Call.of("ZCARD", relay.keys.leftOf(bucket))))
                .number();
    }

    @Test
    void whatWasLeftIsForgottenBehindTheMerges_D16() {
        g.does("a", Kind.CREATED, "b");
        g.does("b", Kind.LEFT);
        relay.timeMs += 2 * HOUR.toMillis();
        g.does("a", Kind.ADDED, "x");

        // One that has not swept of late.
        RedisIndexView next = new RedisIndexView(relay.redis, retention);
        long there = await(next.marks(g.partition))[bucket];
        Entry young = entry("h", there, relay.timeMs, true);
        await(next.merge(bucket, g.partition, there, there, List.of(young), false));

        org.awaitility.Awaitility.await()
                .untilAsserted(
                        () -> assertThat(stored("b")).doesNotContainKey("g").containsKey("h"));
    }

    /** D15: within R a past member reads on; then what is known of its stretches goes, and the present ones stay. */
    @Test
    void stretchesThatEndedARetentionAgoAreDropped_D15() {
        g.does("a", Kind.CREATED, "b", "c");
        g.does("b", Kind.LEFT);
        g.does("c", Kind.LEFT);
        relay.timeMs += HOUR.toMillis() / 2;
        g.does("a", Kind.ADDED, "c");
        long second = g.does("c", Kind.LEFT);
        relay.timeMs += HOUR.toMillis() / 4;
        long third = g.does("a", Kind.ADDED, "c");
        sweep();
        assertThat(g.membership("b").closed()).hasSize(1);
        assertThat(g.membership("c").closed()).hasSize(2);

        relay.timeMs += HOUR.toMillis() / 2;
        g.say("a", "time passes");
        sweep();

        assertThat(g.membership("b").closed()).isEmpty();
        assertThat(g.membership("c").closed())
                .singleElement()
                .satisfies(one -> assertThat(one.left()).isEqualTo(second));
        assertThat(g.membership("c").joined()).isEqualTo(third);
        assertThat(HandGroupChat.words(g.page("b", 0))).isEmpty();
        relay.timeMs += HOUR.toMillis();
        g.say("a", "time passes");
        sweep();
        assertThat(g.membership("c").closed()).isEmpty();
        assertThat(g.membership("c").isMember()).isTrue();
        assertThat(await(relay.redis.call(Call.of("ZCARD", relay.keys.left(g.partition))))
                        .number())
                .isZero();
    }

    /** D16: after a loss nothing that is held is a retention old for a retention; what came back of groups may be. */
    @Test
    void whatCameBackFromBelowTheFloorIsSweptAtOnce_D16() {
        g.does("a", Kind.CREATED, "b", "c");
        g.does("b", Kind.LEFT);
        long floor = relay.applied(g.partition);
        g.does("c", Kind.LEFT);
        GroupState state = g.state();
        var members = Map.of("a", g.membership("a"), "b", g.membership("b"), "c", g.membership("c"));
        relay.lose("{p" + g.partition + "}");
        GroupEffect all = new GroupEffect("g", state.changedAt(), relay.timeMs, state, members);
        await(relay.groupView.restore(g.partition, ConversationView.ABSENT, "one", true, List.of(all)));
        await(relay.view.skip(g.partition, ConversationView.ABSENT, floor, "one"));
        sweep();

        assertThat(g.membership("b").closed()).isEmpty();
        assertThat(g.membership("c").closed()).hasSize(1);
        assertThat(g.membership("a").isMember()).isTrue();
    }

    @Test
    void moreGroupsThanOneCallTakesEndInSeveral() {
        List<Group> ended = new java.util.ArrayList<>();
        for (int i = 0; i < EndGroupsScript.MAX + 1; i++) {
            ended.add(new Group("ended-" + i, GroupState.NONE, 0, 0, 1, Map.of()));
        }
        EndGroupsScript script = new EndGroupsScript(relay.keys);
        assertThat(script.calls("b", ended)).hasSize(2);
        assertThat(script.calls("b", ended.subList(0, EndGroupsScript.MAX))).hasSize(1);
    }

    private void sweep() {
        await(relay.redis.call(new SweepScript(relay.keys, retention).sweep(g.partition)));
    }

    /** The id of a group that was dissolved is never free again; its members go. */
    @Test
    void aDissolvedGroupsMembersAreDroppedAndItsStateStays() {
        g.does("a", Kind.CREATED, "b");
        g.does("a", Kind.DISSOLVED);
        relay.timeMs += 2 * HOUR.toMillis();
        HandGroupChat other = samePartition();
        other.does("a", Kind.CREATED);

        sweep();

        assertThat(g.membership("b").isMember()).isFalse();
        assertThat(g.state())
                .satisfies(state -> assertThat(state.exists()).isTrue())
                .satisfies(state -> assertThat(state.isOpen()).isFalse());
        for (byte[] key : List.of(relay.keys.members(g.partition, "g"), relay.keys.stretches(g.partition, "g"))) {
            assertThat(await(relay.redis.call(Call.of("EXISTS", key))).number()).isZero();
        }
    }

    private HandGroupChat samePartition() {
        for (int i = 0; ; i++) {
            HandGroupChat other = new HandGroupChat(relay, "other-" + i);
            if (other.partition == g.partition) {
                return other;
            }
        }
    }

    @Test
    void oneSweepDropsABoundedNumberAndTheNextTheRest() {
        g.does("a", Kind.CREATED);
        int past = SweepScript.STRETCHES + 5;
        String[] uids =
                java.util.stream.IntStream.range(0, past).mapToObj(i -> "u" + i).toArray(String[]::new);
        g.does("a", Kind.ADDED, uids);
        g.does("a", Kind.REMOVED, uids);
        relay.timeMs += 2 * HOUR.toMillis();
        g.say("a", "time passes");
        byte[] left = relay.keys.left(g.partition);
        long before = await(relay.redis.call(Call.of("ZCARD", left))).number();

        sweep();
        long between = await(relay.redis.call(Call.of("ZCARD", left))).number();
        sweep();

        assertThat(between).isLessThanOrEqualTo(Math.max(0, before - SweepScript.STRETCHES));
        assertThat(await(relay.redis.call(Call.of("ZCARD", left))).number()).isZero();
        assertThat(await(relay.redis.call(Call.of("HLEN", relay.keys.stretches(g.partition, "g"))))
                        .number())
                .isZero();
    }
}
