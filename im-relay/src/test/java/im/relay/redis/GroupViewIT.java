package im.relay.redis;

import static im.relay.Answers.value;
import static im.relay.Requests.message;
import static im.relay.redis.HandRelay.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.protocol.ConversationKey;
import im.protocol.Limits;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.MembershipChange.Role;
import im.relay.Answers;
import im.relay.ConversationStore.Behind;
import im.relay.ConversationView;
import im.relay.ConversationView.Move;
import im.relay.GroupEffect;
import im.relay.GroupStore.Members;
import im.relay.GroupStore.Standing;
import im.relay.GroupView.Groups;
import im.relay.LogPosition;
import im.relay.LoggedMessage;
import im.relay.ReadResult;
import im.relay.group.GroupState;
import im.relay.group.Interval;
import im.relay.group.Membership;
import im.servers.Servers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** {@code apply.lua} with groups, {@code groups.lua} and {@code restore.lua}. */
@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class GroupViewIT {
    private final HandRelay relay = HandRelay.started(Servers.redis(), HandRelay.UNLIMITED);
    private final HandGroupChat g = new HandGroupChat(relay, "g");
    private final int p = g.partition;

    @AfterEach
    void close() {
        relay.close();
    }

    private Groups groups(String group, String... uids) {
        return await(relay.groupView.groups(p, Map.of(group, Set.of(uids))));
    }

    private Standing standing(String uid) {
        return value(done -> relay.groups.standing("g", uid, Runnable::run, done));
    }

    /** D15: members and messages move together, and from the expected place only. */
    @Test
    void aZombieThatIsBehindChangesNoGroup_D1_D15() {
        long created = g.does("a", Kind.CREATED, "b");
        List<LoggedMessage> next = relay.record(List.of(g.change("a", Kind.REMOVED, List.of("b"))));
        List<GroupEffect> effects = relay.effects(next);

        Move zombie = await(relay.view.apply(p, 0, relay.end(next), 0, next, effects));

        assertThat(zombie).isEqualTo(new Move.Mismatch(relay.applied(p)));
        assertThat(standing("b").isMember()).isTrue();
        assertThat(g.state().changedAt()).isEqualTo(created);

        relay.applied(next);
        assertThat(standing("b").isMember()).isFalse();
        assertThat(g.membership("b").closed())
                .containsExactly(new Interval(created, next.get(0).position()));
    }

    /** D3, D15: a slot that fell back has the members of that time, and gets the later ones with what is applied again. */
    @Test
    void aRolledBackSlotHasItsOldMembersAndIsFilledAgain_D3_D15() {
        g.does("a", Kind.CREATED, "b");
        long before = relay.applied(p);
        RolledBack slot = new RolledBack(relay, "{p" + p + "}");
        List<LoggedMessage> removal = relay.record(List.of(g.change("a", Kind.REMOVED, List.of("b"))));
        List<GroupEffect> effects = relay.effects(removal);
        relay.applied(removal);
        slot.restore();
        assertThat(standing("b").isMember()).isTrue();
        assertThat(groups("g").applied()).isEqualTo(before);

        relay.seek(p, before);
        assertThat(relay.effects(removal)).isEqualTo(effects);
        relay.applied(removal);

        assertThat(standing("b").isMember()).isFalse();
        assertThat(HandGroupChat.words(g.page("b", 0))).containsExactly("CREATED", "REMOVED");
    }

    /** D17: each message is told with the last change up to and with it. */
    @Test
    void eachMessageIsToldWithWhereItsGroupWasLastChanged_D17() {
        long created = g.does("a", Kind.CREATED);
        List<LoggedMessage> batch = new ArrayList<>();
        batch.addAll(relay.record(List.of(g.message("a", "one"))));
        batch.addAll(relay.record(List.of(
                g.message("a", "two"),
                g.change("a", Kind.ADDED, List.of("b")),
                g.change("a", Kind.ADDED, List.of("b")),
                g.message("a", "three"))));
        batch.addAll(relay.record(List.of(message(samePartition(), samePartition(), 9, "direct"))));
        long added = batch.get(2).position();

        Move.Moved moved = relay.moved(batch);

        assertThat(moved.changedAt()).containsExactly(created, created, added, added, added, 0);
        assertThat(moved.prevs()[1]).isEqualTo(batch.get(0).position());
    }

    /** Whose notes to oneself lie in the partition of the group. */
    private String samePartition() {
        for (int i = 0; ; i++) {
            String uid = "n" + i;
            if (relay.partitions.of(ConversationKey.direct(uid, uid)) == p) {
                return uid;
            }
        }
    }

    @Test
    void manyAreReadAsOfOnePlace() {
        List<String> uids = uids(Limits.MEMBERSHIP_UIDS);
        g.does("a", Kind.CREATED, uids.toArray(String[]::new));
        List<String> others = new ArrayList<>();
        for (int i = 0; i < 3 * GroupsScript.MAX; i++) {
            others.add("nobody-" + i);
        }
        Set<String> asked = new TreeSet<>(uids);
        asked.addAll(others);

        Groups read = await(relay.groupView.groups(p, Map.of("g", asked, "none", Set.of("a"), "bare", Set.of())));

        assertThat(read.applied()).isEqualTo(relay.applied(p));
        assertThat(read.states().get("none")).isEqualTo(GroupState.NONE);
        assertThat(read.states().get("bare")).isEqualTo(GroupState.NONE);
        assertThat(g.state().title()).isEqualTo("A group – ein Grüppchen");
        Map<String, Membership> members = read.members().getOrDefault("g", Map.of());
        assertThat(members).hasSize(asked.size());
        assertThat(uids)
                .allMatch(uid -> members.getOrDefault(uid, Membership.NEVER).isMember());
        assertThat(others).allMatch(uid -> Membership.NEVER.equals(members.get(uid)));
        assertThat(await(relay.groupView.groups(p, Map.of())).applied()).isEqualTo(relay.applied(p));
    }

    /** A member that changes weighs like a message when a batch is cut. */
    @Test
    void aBatchOfLargeChangesIsCutBetweenRecordsAndMovesPieceByPiece() {
        g.does("a", Kind.CREATED);
        List<String> uids = uids(4 * Limits.MEMBERSHIP_UIDS);
        List<LoggedMessage> batch = new ArrayList<>();
        for (int from = 0; from < uids.size(); from += Limits.MEMBERSHIP_UIDS) {
            batch.addAll(relay.record(
                    List.of(g.change("a", Kind.ADDED, uids.subList(from, from + Limits.MEMBERSHIP_UIDS)))));
            batch.addAll(relay.record(List.of(g.message("a", "between"))));
        }
        List<GroupEffect> effects = relay.effects(batch);
        assertThat(effects).hasSize(4);
        assertThat(RedisConversationView.pieceEnd(batch, effects, 0, 0)).isEqualTo(1);
        assertThat(RedisConversationView.pieceEnd(batch, effects, 1, 1)).isEqualTo(2);

        Move.Moved moved = relay.moved(batch);

        for (int i = 0; i < 8; i++) {
            assertThat(moved.changedAt()[i]).isEqualTo(batch.get(i - i % 2).position());
        }
        assertThat(standing("a").members()).isEqualTo(uids.size() + 1);
        assertThat(members("", 1_000).members()).hasSize(1_000);
        assertThat(members("", 1_000).more()).isTrue();
        assertThat(members(uids.get(uids.size() - 4), 3)).satisfies(last -> {
            assertThat(last.members()).hasSize(3);
            assertThat(last.more()).isFalse();
        });
    }

    private Members members(String after, int limit) {
        return value(done -> relay.groups.members("g", after, limit, Runnable::run, done));
    }

    private static List<String> uids(int count) {
        List<String> uids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            uids.add(String.format("u-%05d", i));
        }
        return uids;
    }

    /** An id that begins like another is another. */
    @Test
    void uidsThatBeginAlikeAreKeptApart() {
        g.does("a", Kind.CREATED, "b", "b.", "b+", "b=1", "bb", "B", "b-2", "1");
        g.does("b+", Kind.LEFT);

        assertThat(members("", 99).members())
                .extracting(im.relay.GroupStore.Member::uid)
                .containsExactly("1", "B", "a", "b", "b-2", "b.", "b=1", "bb");
        assertThat(members("b", 2).members())
                .extracting(im.relay.GroupStore.Member::uid)
                .containsExactly("b-2", "b.");
        assertThat(standing("b+").isMember()).isFalse();
        assertThat(standing("b").isMember()).isTrue();
    }

    /** D7: positions pass through Lua without losing a digit. */
    @Test
    void theLargestPositionIsKeptToTheLastDigit_D7() {
        long at = LogPosition.of(31, (1L << 42) - 1, 62);
        LoggedMessage created = new LoggedMessage(
                g.conversation,
                "a",
                at,
                relay.timeMs,
                g.change("a", Kind.CREATED, List.of()).envelope());
        GroupState.Effect effect = GroupState.NONE.apply(
                "a", Objects.requireNonNull(EnvelopeCodec.membership(created.envelope())), at, uid -> Membership.NEVER);
        GroupEffect told = new GroupEffect("g", at, relay.timeMs, effect.state(), effect.members());

        Move move = await(relay.view.apply(p, 0, at + 1, 0, List.of(created), List.of(told)));

        assertThat(((Move.Moved) move).changedAt()).containsExactly(at);
        assertThat(g.membership("a").joined()).isEqualTo(at);
        assertThat(g.state()).isEqualTo(effect.state());
        assertThat(g.page("a", 0).messages()).hasSize(1);
        assertThat(g.page("a", at).completeUpTo()).isEqualTo(at);
    }

    @Test
    void anEffectOfNoMessageAndAnIdThatIsNoneAreRefusedAtTheCall() {
        List<LoggedMessage> record = relay.record(List.of(g.message("a", "one")));
        long at = record.get(0).position();
        GroupEffect elsewhere = new GroupEffect("g", at + 1, 1, GroupState.NONE, Map.of());
        GroupEffect another = new GroupEffect("h", at, 1, GroupState.NONE, Map.of());
        GroupEffect noUid = new GroupEffect("g", at, 1, GroupState.NONE, Map.of("a b", Membership.NEVER));

        for (GroupEffect effect : List.of(elsewhere, another, noUid)) {
            assertThatThrownBy(() -> relay.view.apply(p, 0, relay.end(record), 0, record, List.of(effect)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> relay.groupView.groups(p, Map.of("g", Set.of("a b"))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> relay.groups.page("g:h", "a", 0, 1, 1, Runnable::run, done -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** D6: everything of the partition is lost; its groups come back before the view moves, and are not read before that. */
    @Test
    void lostGroupsComeBackBeforeTheViewMoves_D6() {
        g.does("a", Kind.CREATED, uids(Limits.MEMBERSHIP_UIDS).toArray(String[]::new));
        g.does(
                "a",
                Kind.ADDED,
                uids(2 * Limits.MEMBERSHIP_UIDS).subList(500, 1_000).toArray(String[]::new));
        g.does("a", Kind.REMOVED, "u-00007");
        long at = g.say("a", "a message");
        GroupEffect all = asItIs(uids(1_000));
        long applied = relay.applied(p);
        relay.lose("{p" + p + "}");
        failed();

        assertThat(await(relay.groupView.restore(p, ConversationView.ABSENT, "one", true, List.of(all))))
                .isTrue();
        failed();
        assertThat(await(relay.view.skip(p, ConversationView.ABSENT, applied, "")))
                .isInstanceOf(Move.Moved.class);

        assertThat(asItIs(uids(1_000))).isEqualTo(all);
        assertThat(standing("u-00007").isMember()).isFalse();
        assertThat(members("u-00006", 1).members())
                .containsExactly(new im.relay.GroupStore.Member(
                        "u-00008", Role.MEMBER, g.membership("u-00008").joined()));
        assertThat(g.page("a", 0).floor()).isEqualTo(applied);
        assertThat(g.page("a", at).messages()).isEmpty();
        relay.seek(p, applied);
        g.say("a", "after the loss");
        assertThat(HandGroupChat.words(g.page("a", applied))).containsExactly("after the loss");
        assertThat(g.page("a", applied).messages().get(0).prev()).isEqualTo(applied);
    }

    /** D6: of a view that fell behind the log's beginning some groups are those of the place it is moved to. */
    @Test
    void aViewThatGetsItsGroupsBackIsNotThereForWhoJudgesByIt_D6() {
        long here = g.does("a", Kind.CREATED, "b") | (LogPosition.MAX_MESSAGES - 1);
        RedisGroupView judged = RedisGroupView.whole(relay.redis);
        Map<String, Set<String>> asked = Map.of("g", Set.of("b"));
        assertThat(await(judged.groups(p, asked))).isEqualTo(await(relay.groupView.groups(p, asked)));
        assertThat(relay.applied(p)).isEqualTo(here);

        await(relay.groupView.restore(p, here, "one", true, List.of()));

        assertThat(await(judged.groups(p, asked)).applied()).isEqualTo(ConversationView.ABSENT);
        assertThat(await(relay.groupView.groups(p, asked)).applied()).isEqualTo(here);
        long target = LogPosition.endOf(1, 99);
        await(relay.view.skip(p, here, target, ""));
        assertThat(await(judged.groups(p, asked)).applied()).isEqualTo(target);
    }

    private void failed() {
        ReadResult<Standing> standing = Answers.await(done -> relay.groups.standing("g", "a", Runnable::run, done));
        ReadResult<im.relay.ConversationStore.Page> page =
                Answers.await(done -> relay.groups.page("g", "a", 0, 1, 1, Runnable::run, done));
        ReadResult<im.relay.ConversationStore.Page> before =
                Answers.await(done -> relay.groups.pageBefore("g", "a", 9, 1, 1, Runnable::run, done));
        ReadResult<Members> members = Answers.await(done -> relay.groups.members("g", "", 1, Runnable::run, done));
        ReadResult<List<im.relay.GroupStore.Mark>> marks =
                Answers.await(done -> relay.groups.marks(List.of("g"), Runnable::run, done));
        ReadResult<List<Standing>> groupsOf = Answers.await(done -> relay.groups.groupsOf("a", Runnable::run, done));
        assertThat(List.<ReadResult<?>>of(standing, page, before, members, marks, groupsOf))
                .allMatch(result -> result instanceof ReadResult.Failed);
    }

    private GroupEffect asItIs(List<String> uids) {
        Set<String> asked = new TreeSet<>(uids);
        asked.add("a");
        Groups read = await(relay.groupView.groups(p, Map.of("g", asked)));
        GroupState state = read.states().getOrDefault("g", GroupState.NONE);
        return new GroupEffect(
                "g",
                state.changedAt(),
                relay.timeMs,
                state,
                new HashMap<>(read.members().getOrDefault("g", Map.of())));
    }

    /** D6: of two that restore only the last that began goes on, and what the first has put is replaced. */
    @Test
    void aSecondAttemptVoidsTheFirstAndReplacesWhatItPut_D6() {
        Membership member = new Membership(Role.MEMBER, 100, List.of());
        GroupState state =
                new GroupState(GroupState.NONE.posting(), GroupState.NONE.joining(), "", "x", 1, 100, 100, 0);
        long here = relay.applied(p);
        GroupEffect wrong = new GroupEffect("g", 100, 1, state, Map.of("x", member, "y", member));
        GroupEffect right = new GroupEffect("g", 100, 1, state, Map.of("x", member));

        assertThat(await(relay.groupView.restore(p, here, "one", true, List.of(wrong))))
                .isTrue();
        assertThat(await(relay.groupView.restore(p, here, "two", true, List.of())))
                .isTrue();
        assertThat(await(relay.groupView.restore(p, here, "one", false, List.of(wrong))))
                .isFalse();
        assertThat(await(relay.groupView.restore(p, here, "two", false, List.of(right))))
                .isTrue();
        assertThat(await(relay.groupView.restore(p, here + 1, "two", false, List.of(wrong))))
                .isFalse();
        assertThat(await(relay.view.skip(p, here, 6_400, "two"))).isInstanceOf(Move.Moved.class);

        assertThat(members("", 9).members())
                .extracting(im.relay.GroupStore.Member::uid)
                .containsExactly("x");
        assertThat(await(relay.groupView.restore(p, 6_400, "two", false, List.of(wrong))))
                .as("it is over")
                .isFalse();
    }

    /** D3, D6: whoever was paused within its attempt begins it late; then the other's move is refused, and made again. */
    @Test
    void theViewMovesWithNobodysGroupsButTheLastAttempts_D6() {
        Membership member = new Membership(Role.MEMBER, 100, List.of());
        GroupState state =
                new GroupState(GroupState.NONE.posting(), GroupState.NONE.joining(), "", "x", 2, 100, 100, 0);
        long here = relay.applied(p);
        GroupEffect part = new GroupEffect("g", 100, 1, state, Map.of("x", member));
        GroupEffect all = new GroupEffect("g", 100, 1, state, Map.of("x", member, "y", member));

        assertThat(await(relay.groupView.restore(p, here, "two", true, List.of(all))))
                .isTrue();
        assertThat(await(relay.groupView.restore(p, here, "one", true, List.of(part))))
                .isTrue();

        assertThat(await(relay.view.skip(p, here, 6_400, "two"))).isEqualTo(new Move.Mismatch(here));
        assertThat(await(relay.view.state(p)).applied()).isEqualTo(here);
        assertThat(await(relay.groupView.restore(p, here, "three", true, List.of(all))))
                .isTrue();
        assertThat(await(relay.view.skip(p, here, 6_400, "three"))).isInstanceOf(Move.Moved.class);
        assertThat(members("", 9).members()).hasSize(2);
    }

    /** D6, D10: of a group that nobody has written to since, the last change is what is known; its members see it all the same. */
    @Test
    void aGroupThatCameBackWithoutMessagesIsListedAndToldTruncated_D6_D10() {
        long changed = g.does("a", Kind.CREATED, "b");
        long time = relay.timeMs;
        long last = g.say("a", "a message");
        GroupEffect all = asItIs(List.of("b"));
        long applied = relay.applied(p);
        relay.lose("{p" + p + "}");
        await(relay.groupView.restore(p, ConversationView.ABSENT, "one", true, List.of(all)));
        await(relay.view.skip(p, ConversationView.ABSENT, applied, "one"));

        assertThat(standing("b").head()).isEqualTo(changed);
        assertThat(Answers.<List<im.relay.GroupStore.Mark>>value(
                        done -> relay.groups.marks(List.of("g"), Runnable::run, done)))
                .containsExactly(new im.relay.GroupStore.Mark(changed, changed));
        var request = new im.relay.ConversationStore.HeadsRequest("b", "d", Long.MAX_VALUE, 9, true);
        assertThat(Answers.<im.relay.ConversationStore.HeadsRead>value(
                                done -> relay.store.heads(request, Runnable::run, done))
                        .heads())
                .singleElement()
                .satisfies(listed -> {
                    assertThat(listed.head()).isEqualTo(changed);
                    assertThat(listed.last()).isNull();
                    assertThat(listed.order()).isEqualTo(IndexEntries.order(g.conversation, time));
                });
        assertThat(g.page("b", 0).head()).isEqualTo(changed);
        assertThat(g.page("b", 0).isTruncatedAfter(0)).isTrue();
        assertThat(g.pageBefore("b", Long.MAX_VALUE, 9, 1_000).head()).isEqualTo(changed);
        assertThat(behind(1)).containsExactly(new Behind(g.conversation, changed, 1, applied));
        assertThat(behind(changed)).isEmpty();
        assertThat(behind(last)).isEmpty();
    }

    private List<Behind> behind(long known) {
        var request = new im.relay.ConversationStore.CompareRequest(
                "b", "d", Map.of(g.conversation, known), true, List.of(), true);
        return Answers.<im.relay.ConversationStore.Comparison>value(
                        done -> relay.store.compare(request, Runnable::run, done))
                .behind();
    }
}
