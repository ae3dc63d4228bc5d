package im.relay;

import static im.relay.Answers.append;
import static im.relay.Answers.behind;
import static im.relay.Answers.open;
import static im.relay.Answers.value;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.MessageId;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.MembershipChange.Role;
import im.protocol.v1.Send;
import im.relay.ConversationStore.Behind;
import im.relay.ConversationStore.Comparison;
import im.relay.ConversationStore.ConversationHead;
import im.relay.ConversationStore.HeadsRead;
import im.relay.ConversationStore.HeadsRequest;
import im.relay.ConversationStore.Page;
import im.relay.GroupStore.Mark;
import im.relay.GroupStore.Member;
import im.relay.GroupStore.Members;
import im.relay.GroupStore.Reached;
import im.relay.GroupStore.Standing;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every {@link GroupStore} keeps, of a log whose groups it shows. */
public abstract class GroupStoreContract {
    private static final ConversationKey G = ConversationKey.group("g");
    private static final int ALL = 1_000;

    private long ids;

    protected abstract MessageLog log();

    protected abstract ConversationStore store();

    protected abstract CursorStore cursors();

    protected abstract GroupStore groups();

    private AppendOutcome send(String group, String sender, Send.Builder body) {
        MessageId id = new MessageId(0x7000, ++ids);
        Send send = body.setMessageId(id.toString())
                .setConversation(Conversation.newBuilder().setGroup(group))
                .build();
        return append(
                        log(),
                        new AppendRequest(
                                ConversationKey.group(group),
                                sender,
                                id,
                                EnvelopeCodec.requestHash(send),
                                ids,
                                EnvelopeCodec.encode(send, sender, "d", ids)))
                .get(0);
    }

    private AppendOutcome say(String sender, String text) {
        return send("g", sender, Send.newBuilder().setText(text));
    }

    private AppendOutcome change(String group, String sender, Kind kind, String... uids) {
        MembershipChange change = MembershipChange.newBuilder()
                .setKind(kind)
                .addAllUids(List.of(uids))
                .build();
        return send(group, sender, Send.newBuilder().setMembership(change));
    }

    private void said(AppendOutcome outcome) {
        assertThat(outcome).isInstanceOf(AppendOutcome.Accepted.class);
    }

    private static void refused(AppendOutcome outcome, Code code) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        AppendOutcome.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    private Page page(String uid, long after) {
        return page(uid, after, ALL);
    }

    private Page page(String uid, long after, int messages) {
        return value(done -> groups().page("g", uid, after, messages, 1 << 20, Runnable::run, done));
    }

    private Page pageBefore(String uid, long before, int messages) {
        return value(done -> groups().pageBefore("g", uid, before, messages, 1 << 20, Runnable::run, done));
    }

    private static List<String> words(Page page) {
        return page.messages().stream()
                .map(Requests::placed)
                .map(placed -> placed.getEnvelope().hasMembership()
                        ? placed.getEnvelope().getMembership().getKind().name()
                        : placed.getEnvelope().getText())
                .toList();
    }

    private Standing standing(String uid) {
        return value(done -> groups().standing("g", uid, Runnable::run, done));
    }

    private Comparison compare(String uid, Map<ConversationKey, Long> known) {
        return value(done -> store().compare(
                        new ConversationStore.CompareRequest(uid, "d", known, false, List.of(), true),
                        Runnable::run,
                        done));
    }

    /** a owns it; b was in it, out of it, and in it again. */
    private void twoStretches() {
        said(change("g", "a", Kind.CREATED, "b"));
        said(say("a", "one"));
        said(change("g", "a", Kind.REMOVED, "b"));
        said(say("a", "secret"));
        said(change("g", "a", Kind.ADDED, "b"));
        said(say("a", "two"));
    }

    @Test
    void aUidReadsItsStretchesAndNothingElse_D15() {
        twoStretches();

        assertThat(words(page("a", 0))).containsExactly("CREATED", "one", "REMOVED", "secret", "ADDED", "two");
        assertThat(words(page("b", 0))).containsExactly("CREATED", "one", "REMOVED", "ADDED", "two");
        assertThat(words(page("c", 0))).isEmpty();
    }

    @Test
    void toItsReaderAStretchFollowsTheOneBefore() {
        twoStretches();
        List<PlacedMessage> messages = page("b", 0).messages();

        for (int i = 1; i < messages.size(); i++) {
            assertThat(messages.get(i).prev()).isEqualTo(messages.get(i - 1).position());
            assertThat(Requests.placed(messages.get(i)).getPrev())
                    .isEqualTo(messages.get(i - 1).position());
        }
        said(change("g", "a", Kind.ADDED, "c"));
        assertThat(page("c", 0).messages().get(0).prev()).isZero();
    }

    @Test
    void pagesOfAUidJoinOnAcrossItsStretches() {
        twoStretches();
        long last = page("b", 0).head();

        Page first = page("b", 0, 2);
        Page second = page("b", first.completeUpTo(), 2);
        Page third = page("b", second.completeUpTo(), 2);

        assertThat(words(first)).containsExactly("CREATED", "one");
        assertThat(words(second)).containsExactly("REMOVED", "ADDED");
        assertThat(words(third)).containsExactly("two");
        assertThat(List.of(first.more(), second.more(), third.more())).containsExactly(true, true, false);
        assertThat(third.completeUpTo()).isEqualTo(last);
        assertThat(words(pageBefore("b", Long.MAX_VALUE, 3))).containsExactly("REMOVED", "ADDED", "two");
        assertThat(pageBefore("b", Long.MAX_VALUE, 3).more()).isTrue();
        assertThat(pageBefore("b", Long.MAX_VALUE, 5).more()).isFalse();
        assertThat(words(pageBefore("b", second.completeUpTo(), 9))).containsExactly("CREATED", "one", "REMOVED");
    }

    @Test
    void whoWasRemovedWhileAwayIsBehindUpToTheRemovalAndNoFurther_D15() {
        open(cursors(), "b", "d", false);
        said(change("g", "a", Kind.CREATED, "b"));
        said(say("a", "for b too"));
        said(change("g", "a", Kind.REMOVED, "b"));
        said(say("a", "not for b"));

        List<Behind> behind = compare("b", Map.of()).behind();

        long removal = page("b", 0).head();
        assertThat(words(page("b", 0))).containsExactly("CREATED", "for b too", "REMOVED");
        assertThat(behind).containsExactly(new Behind(G, removal, 0, 0));
        assertThat(compare("b", Map.of(G, removal)).behind()).isEmpty();
        assertThat(page("b", removal))
                .isEqualTo(new Page(
                        List.of(), false, removal, removal, 0, page("b", 0).firstHeld()));
    }

    @Test
    void whoCameAndWentTooOftenIsToldThatSomethingCannotBeRead() {
        open(cursors(), "b", "d", false);
        said(change("g", "a", Kind.CREATED));
        for (int i = 0; i < 9; i++) {
            said(change("g", "a", Kind.ADDED, "b"));
            said(change("g", "a", Kind.REMOVED, "b"));
        }
        List<PlacedMessage> all = page("a", 0).messages();
        long end = all.get(2).position();

        Page page = page("b", 0);

        assertThat(page.messages()).hasSize(16);
        assertThat(page.messages().get(0).prev()).isEqualTo(end);
        assertThat(page.floor()).isEqualTo(end);
        assertThat(page.firstHeld()).isEqualTo(all.get(3).position());
        assertThat(page.isTruncatedAfter(all.get(1).position())).isTrue();
        assertThat(page("b", end).messages()).hasSize(16);
        assertThat(pageBefore("b", Long.MAX_VALUE, 99).messages()).hasSize(16);
        assertThat(compare("b", Map.of(G, all.get(1).position())).behind())
                .extracting(Behind::floor)
                .containsExactly(end);
    }

    @Test
    void comparisonsHaveGroupsOnlyForWhoAsksAndBehindDirectConversations() {
        open(cursors(), "a", "d", false);
        append(log(), Requests.message("a", "b", 900, "direct"));
        said(change("g", "a", Kind.CREATED));

        assertThat(behind(store(), "a", "d")).extracting(Behind::conversation).doesNotContain(G);
        assertThat(compare("a", Map.of()).behind())
                .extracting(Behind::conversation)
                .containsExactly(ConversationKey.direct("a", "b"), G);
    }

    @Test
    void theVersionMovesWithOnesMembershipsAndNotWithTheGroupsMessages() {
        said(change("g", "a", Kind.CREATED, "b"));
        long created = Answers.versions(store(), "b")[0];
        said(say("a", "a message"));
        said(change("g", "a", Kind.ADDED, "c"));
        long later = Answers.versions(store(), "b")[0];
        said(change("g", "a", Kind.REMOVED, "b"));
        long removed = Answers.versions(store(), "b")[0];

        assertThat(later).isEqualTo(created);
        assertThat(removed).isNotEqualTo(created);
    }

    @Test
    void standingsTellWhoIsWhatAndSinceWhen_D17() {
        said(change("g", "a", Kind.CREATED, "b"));
        said(say("a", "a message"));
        Standing owner = standing("a");
        Standing member = standing("b");
        said(change("g", "b", Kind.LEFT));

        assertThat(owner.role()).isEqualTo(Role.OWNER);
        assertThat(member.role()).isEqualTo(Role.MEMBER);
        assertThat(member.joined()).isEqualTo(page("a", 0).messages().get(0).position());
        assertThat(member.changedAt()).isEqualTo(member.joined());
        assertThat(member.head()).isGreaterThan(member.joined());
        assertThat(member.members()).isEqualTo(2);
        assertThat(standing("b").isMember()).isFalse();
        assertThat(standing("b").exists()).isTrue();
        assertThat(standing("b").changedAt()).isEqualTo(page("b", 0).head());
        List<Standing> both = value(done -> groups().standings("g", List.of("b", "a"), Runnable::run, done));
        assertThat(both).extracting(Standing::isMember).containsExactly(false, true);
        List<Mark> marks = value(done -> groups().marks(List.of("g", "none"), Runnable::run, done));
        assertThat(marks)
                .containsExactly(new Mark(standing("a").head(), standing("a").changedAt()), new Mark(0, 0));
    }

    private long version(String uid) {
        return value(done -> groups().version(uid, Runnable::run, done));
    }

    @Test
    void theVersionOfAUidsGroupsMovesWhenItComesAndGoes() {
        long none = version("b");
        said(change("g", "a", Kind.CREATED, "b"));
        long added = version("b");
        said(say("a", "a message"));
        said(change("g", "a", Kind.ADDED, "c"));
        long same = version("b");
        said(change("g", "b", Kind.LEFT));
        long left = version("b");
        said(change("g", "a", Kind.ADDED, "b"));

        assertThat(same).isEqualTo(added);
        assertThat(List.of(none, added, left, version("b"))).doesNotHaveDuplicates();
    }

    @Test
    void theVersionOfAUidsGroupsDoesNotMoveWithDirectMessages() {
        said(change("g", "a", Kind.CREATED, "b"));
        long created = version("b");

        append(log(), Requests.message("a", "b", 900, "direct"));

        assertThat(version("b")).isEqualTo(created).isNotZero();
        said(change("h", "a", Kind.CREATED, "b"));
        assertThat(version("b")).isNotEqualTo(created);
    }

    @Test
    void aUidsGroupsAreThoseItIsIn() {
        said(change("g", "a", Kind.CREATED, "b"));
        said(change("h", "a", Kind.CREATED, "b"));
        said(change("i", "a", Kind.CREATED, "b"));
        said(change("h", "b", Kind.LEFT));
        said(change("i", "a", Kind.DISSOLVED));

        List<Standing> groups = value(done -> groups().groupsOf("b", Runnable::run, done));

        assertThat(groups).extracting(Standing::group).containsExactly("g");
        List<Standing> none = value(done -> groups().groupsOf("nobody", Runnable::run, done));
        assertThat(none).isEmpty();
    }

    @Test
    void itIsKnownOfHowManyGroupsSomebodyIs() {
        said(change("g", "a", Kind.CREATED, "b"));
        said(change("h", "a", Kind.CREATED, "b"));
        said(change("g", "a", Kind.REMOVED, "b"));
        said(change("g", "a", Kind.ADDED, "c"));
        said(change("h", "a", Kind.DISSOLVED));
        List<Standing> read = value(done -> groups().groupsOf("b", Runnable::run, done));
        assertThat(read).isEmpty();

        int[] counts = value(done -> groups().counts(List.of("c", "nobody", "b"), Runnable::run, done));

        assertThat(counts).containsExactly(1, 0, 0);
    }

    @Test
    void membersComeInPages() {
        said(change("g", "a", Kind.CREATED, "b", "c", "d", "e"));
        said(change("g", "a", Kind.REMOVED, "c"));

        Members first = value(done -> groups().members("g", "", 2, Runnable::run, done));
        Members rest = value(done -> groups().members("g", "b", 2, Runnable::run, done));

        assertThat(first.members()).extracting(Member::uid).containsExactly("a", "b");
        assertThat(first.more()).isTrue();
        assertThat(rest.members()).extracting(Member::uid).containsExactly("d", "e");
        assertThat(rest.more()).isFalse();
    }

    @Test
    void aDissolvedGroupIsReadUpToItsEnd() {
        said(change("g", "a", Kind.CREATED, "b"));
        said(change("g", "a", Kind.DISSOLVED));

        refused(say("a", "an echo"), Code.NOT_FOUND);
        assertThat(words(page("b", 0))).containsExactly("CREATED", "DISSOLVED");
        Members members = value(done -> groups().members("g", "", 9, Runnable::run, done));
        assertThat(members.members()).isEmpty();
    }

    @Test
    void whatMayNotStandThereIsRefusedBeforeItIsAppended_D14() {
        refused(say("a", "nobody here"), Code.FORBIDDEN);
        said(change("g", "a", Kind.CREATED));
        refused(say("b", "a stranger"), Code.FORBIDDEN);
        refused(change("g", "b", Kind.CREATED), Code.CONFLICT);

        assertThat(words(page("a", 0))).containsExactly("CREATED");
    }

    @Test
    void aRetryIsTheSameChangeAlsoWhenItsSenderMayNotAnyMore() {
        said(change("g", "a", Kind.CREATED, "b"));
        long first = ids;
        ids = first - 1;
        said(change("g", "a", Kind.CREATED, "b"));
        said(say("b", "hello"));
        long hello = ids;
        said(change("g", "a", Kind.REMOVED, "b"));
        ids = hello - 1;
        said(say("b", "hello"));

        assertThat(words(page("a", 0))).containsExactly("CREATED", "hello", "REMOVED");
    }

    private HeadsRead heads(String uid, long below, int limit) {
        return value(done -> store().heads(new HeadsRequest(uid, "d", below, limit, true), Runnable::run, done));
    }

    private static List<ConversationKey> conversations(HeadsRead read) {
        return read.heads().stream().map(ConversationHead::conversation).toList();
    }

    private void read(String uid, long position) {
        Answers.raiseRead(cursors(), uid, G, position);
    }

    @Test
    void aListHasTheGroupsOfWhoAsksForThemByTheirLastMessage() {
        said(change("g", "a", Kind.CREATED, "b"));
        append(log(), Requests.message("a", "b", 900, "direct"));
        said(change("h", "a", Kind.CREATED, "c"));
        ConversationKey direct = ConversationKey.direct("a", "b");
        ConversationKey h = ConversationKey.group("h");

        assertThat(conversations(heads("a", Long.MAX_VALUE, 9))).containsExactly(h, direct, G);
        assertThat(conversations(heads("b", Long.MAX_VALUE, 9))).containsExactly(direct, G);
        HeadsRead first = heads("a", Long.MAX_VALUE, 2);
        assertThat(first.more()).isTrue();
        assertThat(conversations(heads("a", first.heads().get(1).order(), 2))).containsExactly(G);
        HeadsRead without =
                value(done -> store().heads(new HeadsRequest("a", "d", Long.MAX_VALUE, 9, false), Runnable::run, done));
        assertThat(conversations(without)).containsExactly(direct);
    }

    @Test
    void aGroupInTheListShowsWhatItsReaderMayKnow_D15() {
        twoStretches();
        long last = page("b", 0).head();

        ConversationHead member = heads("b", Long.MAX_VALUE, 9).heads().get(0);

        assertThat(member.head()).isEqualTo(last);
        assertThat(member.firstHeld()).isEqualTo(page("b", 0).firstHeld());
        assertThat(member.last())
                .usingRecursiveComparison()
                .isEqualTo(page("b", last - 1).messages().get(0));
        assertThat(member.standing()).isEqualTo(standing("b"));
        assertThat(member.unread()).isEqualTo(5);
        said(change("g", "a", Kind.REMOVED, "b"));
        said(say("a", "behind the back"));
        ConversationHead removed = heads("b", Long.MAX_VALUE, 9).heads().get(0);
        assertThat(removed.head()).isEqualTo(page("b", 0).head());
        assertThat(removed.last()).isNotNull();
        assertThat(removed.unread()).isEqualTo(6);
        assertThat(removed.standing()).isEqualTo(standing("b"));
        assertThat(conversations(heads("stranger", Long.MAX_VALUE, 9))).isEmpty();
    }

    @Test
    void unreadAreTheMessagesOfOthersAboveWhatWasReadUpToABound() {
        open(cursors(), "b", "d", false);
        said(change("g", "a", Kind.CREATED, "b"));
        said(say("b", "my own"));
        said(say("a", "one"));
        long one = page("b", 0).head();
        said(say("a", "two"));

        assertThat(heads("b", Long.MAX_VALUE, 9).heads().get(0).unread()).isEqualTo(3);
        read("b", one);
        assertThat(heads("b", Long.MAX_VALUE, 9).heads().get(0))
                .satisfies(head -> assertThat(head.unread()).isEqualTo(1))
                .satisfies(head -> assertThat(head.read()).isEqualTo(one));
        assertThat(heads("a", Long.MAX_VALUE, 9).heads().get(0).unread()).isEqualTo(1);
        for (int i = 2; i <= GroupStore.MAX_UNREAD; i++) {
            said(say("a", "more"));
        }
        assertThat(heads("b", Long.MAX_VALUE, 9).heads().get(0).unread()).isEqualTo(GroupStore.MAX_UNREAD);
        said(say("a", "one above the bound"));
        assertThat(heads("b", Long.MAX_VALUE, 9).heads().get(0).unread()).isEqualTo(GroupStore.MAX_UNREAD);
    }

    @Test
    void ofALongStretchOfOnesOwnTheFirstAreLookedAt() {
        said(change("g", "a", Kind.CREATED, "b"));
        for (int i = 1; i < GroupStore.MAX_UNREAD_SEEN; i++) {
            said(say("b", "my own"));
        }
        assertThat(heads("b", Long.MAX_VALUE, 9).heads().get(0).unread()).isEqualTo(1);
        said(say("a", "not looked at"));

        assertThat(heads("b", Long.MAX_VALUE, 9).heads().get(0).unread()).isEqualTo(1);
    }

    @Test
    void howFarUidsHaveAGroupIsToldInTheOrderAsked() {
        open(cursors(), "b", "d", false);
        open(cursors(), "b", "e", false);
        open(cursors(), "c", "d", false);
        said(change("g", "a", Kind.CREATED, "b", "c"));
        long created = page("a", 0).head();
        said(say("a", "one"));
        long one = page("a", 0).head();
        Answers.raise(cursors(), "b", "d", G, created);
        Answers.raise(cursors(), "b", "e", G, one);
        read("c", created);

        List<Reached> reached = value(done -> groups().reached("g", List.of("c", "b", "nobody"), Runnable::run, done));

        assertThat(reached)
                .containsExactly(new Reached("c", 0, created), new Reached("b", one, 0), new Reached("nobody", 0, 0));
    }
}
