package im.relay.local;

import static im.relay.Answers.append;
import static im.relay.Answers.open;
import static im.relay.Answers.raise;
import static im.relay.Answers.value;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.MessageId;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.Conversation;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.Send;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import im.relay.ConversationStore.Behind;
import im.relay.ConversationStore.CompareRequest;
import im.relay.ConversationStore.Comparison;
import im.relay.ConversationStore.Page;
import im.relay.Retention;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is forgotten of groups a retention after they were left, and not earlier (D15, D16). */
class GroupSweepTest {
    private static final Duration RETENTION = Duration.ofDays(7);
    private static final ConversationKey G = ConversationKey.group("g");

    @TempDir
    Path folder;

    private TestStore store = new TestStore(Path.of("not set"));
    private long ids;

    @BeforeEach
    void start() {
        store = new TestStore(folder);
        store.config = store.config.withRetention(new Retention(RETENTION, 4, 1 << 20));
        store.open();
    }

    @AfterEach
    void closeAndCheck() throws IOException {
        store.close();
        assertThat(FolderCheck.run(folder).wrong()).isEmpty();
    }

    private void does(String group, String sender, Kind kind, String... uids) {
        send(
                group,
                sender,
                Send.newBuilder()
                        .setMembership(MembershipChange.newBuilder()
                                .setKind(kind)
                                .addAllUids(List.of(uids))
                                .build()));
    }

    private void say(String group) {
        send(group, "a", Send.newBuilder().setText("a message"));
    }

    private void send(String group, String sender, Send.Builder body) {
        MessageId id = new MessageId(0x7000, ++ids);
        long nowMs = store.wall.toEpochMilli();
        Send send = body.setMessageId(id.toString())
                .setConversation(Conversation.newBuilder().setGroup(group))
                .build();
        AppendRequest request = new AppendRequest(
                ConversationKey.group(group),
                sender,
                id,
                EnvelopeCodec.requestHash(send),
                nowMs,
                EnvelopeCodec.encode(send, sender, "d", nowMs));
        assertThat(append(store.log(), request).get(0)).isInstanceOf(AppendOutcome.Accepted.class);
    }

    private Page page(String uid) {
        return value(done -> store.store().groups().page("g", uid, 0, 100, 1 << 20, Runnable::run, done));
    }

    private List<Behind> behind(String uid) {
        CompareRequest request = new CompareRequest(uid, "d", Map.of(), false, List.of(), true);
        Comparison comparison = value(done -> store.conversations().compare(request, Runnable::run, done));
        return comparison.behind();
    }

    private int count(String uid) {
        return im.relay.Answers.<int[]>value(done -> store.store().groups().counts(List.of(uid), Runnable::run, done))[
                0];
    }

    @Test
    void whoLeftIsToldOfWhatItMissedForARetentionAndThenOfNothing_D16() {
        open(store.cursors(), "b", "d", false);
        does("g", "a", Kind.CREATED, "b");
        raise(store.cursors(), "b", "d", G, page("b").head());
        does("g", "b", Kind.LEFT);
        for (int i = 0; i < 8; i++) {
            say("g");
        }
        store.pass(RETENTION);
        store.sweep();
        assertThat(behind("b")).as("nothing of it is held, and that is told").hasSize(1);
        assertThat(page("b").floor()).isPositive();

        store.pass(Duration.ofMillis(1));
        store.sweep();

        assertThat(behind("b")).isEmpty();
        assertThat(page("b").floor()).isZero();
        does("g", "a", Kind.ADDED, "b");
        say("g");
        assertThat(page("b").messages()).hasSize(2);
        assertThat(page("b").messages().get(0).prev()).isZero();
        assertThat(behind("b"))
                .singleElement()
                .satisfies(behind ->
                        assertThat(behind.base()).as("the old cursor is gone").isZero());
    }

    @Test
    void whoCameBackKeepsThePresentStretchAndLosesTheOld_D15() {
        does("g", "a", Kind.CREATED, "b");
        does("g", "b", Kind.LEFT);
        does("g", "a", Kind.ADDED, "b");
        long joined = page("b").head();
        store.pass(RETENTION.plusMillis(1));
        say("g");
        store.sweep();

        assertThat(page("b").messages()).hasSize(1);
        assertThat(page("b").floor()).isGreaterThanOrEqualTo(joined);
        assertThat(count("b")).isEqualTo(1);
    }

    /** Nobody was told of the end; it is over for all when its last message is. */
    @Test
    void aDissolvedGroupLeavesItsMembersLists_D16() {
        does("g", "a", Kind.CREATED, "b");
        does("h", "a", Kind.CREATED, "b");
        does("g", "a", Kind.DISSOLVED);
        store.pass(RETENTION);
        store.sweep();
        assertThat(behind("b")).hasSize(2);

        store.pass(Duration.ofMillis(1));
        store.sweep();
        store.sweep();

        assertThat(behind("b")).extracting(Behind::conversation).containsExactly(ConversationKey.group("h"));
        assertThat(count("b")).isEqualTo(1);
        assertThat(append(store.log(), created("g")).get(0))
                .as("its id is never free again")
                .isInstanceOf(AppendOutcome.Refused.class);
    }

    private AppendRequest created(String group) {
        MessageId id = new MessageId(0x7000, ++ids);
        Send send = Send.newBuilder()
                .setMessageId(id.toString())
                .setConversation(Conversation.newBuilder().setGroup(group))
                .setMembership(MembershipChange.newBuilder().setKind(Kind.CREATED))
                .build();
        return new AppendRequest(
                ConversationKey.group(group),
                "z",
                id,
                EnvelopeCodec.requestHash(send),
                1,
                EnvelopeCodec.encode(send, "z", "d", 1));
    }

    /** More lists than one sweep looks at, of groups that stay and of groups that go. */
    @Test
    void everyListIsLookedAtInTurn() {
        does("g", "a", Kind.CREATED);
        String[] uids = new String[SweepJob.GROUPS];
        for (int i = 0; i < uids.length; i++) {
            uids[i] = "u" + i;
        }
        does("g", "a", Kind.ADDED, uids);
        does("h", "a", Kind.CREATED, uids);
        does("g", "a", Kind.REMOVED, uids);
        store.pass(RETENTION.plusMillis(1));
        for (int i = 0; i < 5; i++) {
            store.sweep();
        }

        for (String uid : List.of("u0", "u99", "u255")) {
            assertThat(behind(uid)).extracting(Behind::conversation).doesNotContain(G);
            assertThat(count(uid)).isEqualTo(1);
        }
    }
}
