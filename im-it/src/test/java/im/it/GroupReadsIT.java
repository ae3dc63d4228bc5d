package im.it;

import static im.it.TestServer.uid;
import static im.testkit.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import im.client.Conversation;
import im.client.ConversationSummary;
import im.client.ErrorCode;
import im.client.GroupInfo;
import im.client.GroupMember;
import im.client.GroupMembers;
import im.client.ImClient;
import im.client.ImClientException;
import im.client.ImClientResources;
import im.client.MembershipChange.Joining;
import im.client.MembershipChange.Role;
import im.client.OutgoingMessage;
import im.client.Receipt;
import im.client.ReceivedMessage;
import im.client.SendOutcome;
import im.protocol.v1.Code;
import im.protocol.v1.Cursor;
import im.protocol.v1.Feature;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.GroupQuery;
import im.protocol.v1.Read;
import im.testkit.client.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What members see of a group besides its messages: who is in it, who has read what, what is unread. */
@Tag(TestServer.CONFORMANCE)
class GroupReadsIT {

    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm(
            spec -> spec.set("groups.receipt-members", Integer.toString(TestServer.RECEIPT_MEMBERS)));

    private static ImClientResources resources;
    private final List<Member> members = new ArrayList<>();
    private final String group = uid("group");
    private final Conversation conversation = Conversation.group(group);

    /** One device of one uid, what its listeners were given. */
    private final class Member {
        final String uid;
        final ImClient client;
        final List<ReceivedMessage> seen = Collections.synchronizedList(new ArrayList<>());
        final List<Receipt> receipts = Collections.synchronizedList(new ArrayList<>());

        Member(String uid, String device) {
            this.uid = uid;
            this.client = ImClient.builder()
                    .endpoint(SERVER.url(Transport.TCP))
                    .token(SERVER.token(uid))
                    .device(device)
                    .resources(resources)
                    .groups()
                    .messageListener(seen::add)
                    .receiptListener(receipts::add)
                    .build();
            client.connect().toCompletableFuture().join();
            members.add(this);
        }

        long says(String text) {
            SendOutcome outcome =
                    client.send(OutgoingMessage.text(conversation, text)).join();
            assertThat(outcome).isInstanceOf(SendOutcome.Accepted.class);
            return sees(text);
        }

        long sees(String text) {
            await().until(() -> seen.stream().anyMatch(one -> one.text().equals(text)));
            return seen.stream()
                    .filter(one -> one.text().equals(text))
                    .findFirst()
                    .orElseThrow()
                    .position();
        }

        void hears(Receipt receipt) {
            await().untilAsserted(() -> assertThat(receipts).contains(receipt));
        }

        List<Receipt> ofGroup() {
            return receipts.stream()
                    .filter(one -> one.conversation().equals(conversation))
                    .toList();
        }

        ConversationSummary listed() {
            return client.conversations(0, "").join().conversations().stream()
                    .filter(one -> one.conversation().equals(conversation))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @BeforeAll
    static void open() {
        resources = ImClientResources.create(2);
    }

    @AfterAll
    static void close() {
        resources.close();
    }

    @AfterEach
    void leave() {
        members.forEach(member -> member.client.shutdown().join());
    }

    private Member member(String name) {
        return new Member(uid(name), "phone");
    }

    private void created(Member owner, String... others) {
        SendOutcome outcome =
                owner.client.groups().create(group, List.of(others), "Title").join();
        assertThat(outcome).isInstanceOf(SendOutcome.Accepted.class);
    }

    private Receipt read(Member by, long position) {
        return new Receipt(conversation, by.uid, Receipt.Kind.READ, position);
    }

    private static void refused(CompletableFuture<?> asked, ErrorCode code) {
        assertThatThrownBy(asked::join)
                .cause()
                .isInstanceOfSatisfying(
                        ImClientException.class,
                        refusal -> assertThat(refusal.refusal()).isEqualTo(code));
    }

    @Test
    void whatIsReadIsToldToItsSenderAndTheReadersDevicesAndToNobodyElse() {
        Member ann = member("ann");
        Member bob = member("bob");
        Member desk = new Member(bob.uid, "desk");
        Member cid = member("cid");
        created(ann, bob.uid, cid.uid);
        long position = ann.says("hello");
        bob.sees("hello");

        bob.client.markRead(conversation, position);

        ann.hears(read(bob, position));
        desk.hears(read(bob, position));
        assertThat(cid.listed().unread()).isEqualTo(2);
        assertThat(cid.ofGroup()).isEmpty();
        assertThat(ann.ofGroup()).containsExactly(read(bob, position));
    }

    @Test
    void onlySendersOfWhatWasReadSinceTheLastTimeAreToldAgain() {
        Member ann = member("ann");
        Member bob = member("bob");
        Member cid = member("cid");
        created(ann, bob.uid, cid.uid);
        long first = ann.says("from ann");
        bob.sees("from ann");
        bob.client.markRead(conversation, first);
        ann.hears(read(bob, first));
        long second = cid.says("from cid");
        bob.sees("from cid");

        bob.client.markRead(conversation, second);

        cid.hears(read(bob, second));
        assertThat(ann.listed().unread()).isEqualTo(1);
        assertThat(ann.ofGroup()).containsExactly(read(bob, first));
    }

    @Test
    void inALargeGroupWhatIsReadIsTheReadersOwnBusiness() {
        Member ann = member("ann");
        Member bob = member("bob");
        Member desk = new Member(bob.uid, "desk");
        created(ann, bob.uid, "a", "b", "c");
        long position = ann.says("hello all");
        bob.sees("hello all");

        bob.client.markRead(conversation, position);

        desk.hears(read(bob, position));
        refused(ann.client.groups().readers(group, "", 10), ErrorCode.TOO_LARGE);
        assertThat(ann.client.groups().members(group, "", 10).join().members()).hasSize(5);
        assertThat(ann.ofGroup()).isEmpty();
    }

    @Test
    void theListTellsWhatIsUnreadAndWhatTheGroupIs() {
        Member ann = member("ann");
        Member bob = member("bob");
        created(ann, bob.uid);
        ann.says("one");
        long two = ann.says("two");
        long three = ann.says("three");
        bob.sees("three");
        bob.client.markRead(conversation, two);

        await().untilAsserted(() -> assertThat(bob.listed().unread()).isEqualTo(1));
        ConversationSummary listed = bob.listed();
        assertThat(listed.read()).isEqualTo(two);
        assertThat(listed.head()).isEqualTo(three);
        assertThat(listed.last()).isNotNull().returns("three", ReceivedMessage::text);
        assertThat(listed.group())
                .isEqualTo(bob.client.groups().info(group).join())
                .returns(Role.MEMBER, GroupInfo::role)
                .returns("Title", GroupInfo::title)
                .returns(2, GroupInfo::members);
        assertThat(ann.listed().unread()).isZero();

        ann.client.groups().dissolve(group).join();

        await().untilAsserted(() -> assertThat(bob.listed().group())
                .isNotNull()
                .returns(true, GroupInfo::dissolved)
                .returns(false, GroupInfo::isMember));
        refused(bob.client.groups().info(group), ErrorCode.FORBIDDEN);
    }

    @Test
    void membersComeInPagesWithHowFarTheyAre() {
        Member ann = member("ann");
        Member bob = member("bob");
        created(ann, bob.uid, "zoe");
        long position = ann.says("hello");
        bob.sees("hello");
        bob.client.markRead(conversation, position);
        ann.hears(read(bob, position));

        await().untilAsserted(() -> {
            GroupMembers both = ann.client.groups().readers(group, "", 2).join();
            assertThat(both.more()).isTrue();
            assertThat(both.members())
                    .extracting(GroupMember::uid, GroupMember::role, GroupMember::delivered, GroupMember::read)
                    .containsExactly(
                            tuple(ann.uid, Role.OWNER, position, 0L), tuple(bob.uid, Role.MEMBER, position, position));
        });
        GroupMembers rest = ann.client.groups().members(group, bob.uid, 2).join();
        assertThat(rest.more()).isFalse();
        assertThat(rest.members()).extracting(GroupMember::uid).containsExactly("zoe");
        assertThat(rest.info().members()).isEqualTo(3);
    }

    @Test
    void aStrangerIsToldOfOpenGroupsOnlyAndOfNobodyInThem() {
        Member ann = member("ann");
        Member eve = member("eve");
        created(ann);

        refused(eve.client.groups().info(group), ErrorCode.FORBIDDEN);
        refused(eve.client.groups().info(uid("none")), ErrorCode.FORBIDDEN);
        ann.client.groups().settings(group, null, Joining.OPEN, "").join();

        await().untilAsserted(() -> assertThat(eve.client.groups().info(group))
                .succeedsWithin(PATIENCE)
                .returns(false, GroupInfo::isMember)
                .returns("Title", GroupInfo::title));
        refused(eve.client.groups().members(group, "", 10), ErrorCode.FORBIDDEN);
        refused(eve.client.groups().readers(group, "", 1), ErrorCode.FORBIDDEN);
    }

    @Test
    void nothingTransientGoesIntoAGroup() {
        Member ann = member("ann");
        created(ann);

        assertThat(ann.client
                        .sendTransient(OutgoingMessage.text(conversation, "typing"))
                        .join())
                .isInstanceOfSatisfying(
                        SendOutcome.Rejected.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNSUPPORTED));
    }

    @Test
    void badQuestionsAreRefusedAndTheConnectionGoesOn() throws IOException {
        Member ann = member("ann");
        created(ann);
        long position = ann.says("hello");
        try (RawClient eve = SERVER.connect(Transport.TCP)) {
            eve.handshake(RawClient.hello(SERVER.token(uid("eve")), "phone")
                    .addFeatures(Feature.GROUPS)
                    .addFeatures(Feature.RECEIPTS)
                    .build());

            assertThat(asked(eve, group, 501, "")).isEqualTo(Code.BAD_RANGE);
            assertThat(asked(eve, group, -1, "")).isEqualTo(Code.BAD_RANGE);
            assertThat(asked(eve, "no id", 1, "")).isEqualTo(Code.MALFORMED);
            assertThat(asked(eve, group, 1, "no id")).isEqualTo(Code.MALFORMED);
            assertThat(asked(eve, group, 500, "")).isEqualTo(Code.FORBIDDEN);
            eve.send(Frame.newBuilder()
                    .setRef(eve.nextRef())
                    .setRead(Read.newBuilder()
                            .setUpTo(Cursor.newBuilder()
                                    .setConversation(im.protocol.v1.Conversation.newBuilder()
                                            .setGroup(group))
                                    .setPosition(position)))
                    .build());
            assertThat(eve.await(BodyCase.ERROR).getError().getCode()).isEqualTo(Code.BAD_RANGE);
        }
        try (RawClient plain = SERVER.connect(Transport.TCP)) {
            plain.handshake(RawClient.hello(SERVER.token(ann.uid), "plain").build());

            assertThat(asked(plain, group, 0, "")).isEqualTo(Code.UNSUPPORTED);
        }
    }

    private static Code asked(RawClient client, String group, int members, String after) throws IOException {
        client.send(Frame.newBuilder()
                .setRef(client.nextRef())
                .setGroupQuery(GroupQuery.newBuilder()
                        .setGroup(group)
                        .setMembers(members)
                        .setAfter(after))
                .build());
        return client.await(BodyCase.ERROR).getError().getCode();
    }
}
