package im.it;

import static im.it.GroupMember.accepted;
import static im.it.GroupMember.rejected;
import static im.it.TestServer.uid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.client.Content;
import im.client.Conversation;
import im.client.ErrorCode;
import im.client.ImClientResources;
import im.client.MembershipChange;
import im.client.MembershipChange.Joining;
import im.client.MembershipChange.Kind;
import im.client.MembershipChange.Posting;
import im.client.MembershipChange.Role;
import im.client.OutgoingMessage;
import im.client.ReceivedMessage;
import im.client.SendOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Groups as members on the SDK see them. */
@Tag(TestServer.CONFORMANCE)
class GroupIT {

    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm(spec -> TestServer.losesPushes(spec)
            .set("session.heartbeat", "3s")
            .set("groups.max-members", Integer.toString(TestServer.MAX_MEMBERS))
            .set("groups.max-groups-per-uid", Integer.toString(TestServer.MAX_GROUPS)));

    private static ImClientResources resources;
    private final List<GroupMember> members = new ArrayList<>();

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

    private GroupMember member(String name) {
        String uid = uid(name);
        GroupMember member = new GroupMember(uid, SERVER.url(Transport.TCP), SERVER.token(uid), resources);
        members.add(member);
        return member;
    }

    @Test
    void everyMemberGetsEveryMessageInTheSameOrder() {
        List<GroupMember> all = IntStream.range(0, 8)
                .mapToObj(i -> member("all" + i).connected())
                .toList();
        String group = uid("group");
        List<String> others = all.stream().skip(1).map(one -> one.uid).toList();
        accepted(all.get(0).client.groups().create(group, others, "Ünïcode"));
        List<CompletableFuture<SendOutcome>> sends = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            for (GroupMember one : all) {
                sends.add(one.client.send(OutgoingMessage.text(Conversation.group(group), one.uid + " " + i)));
            }
        }
        sends.forEach(GroupMember::accepted);

        for (GroupMember one : all) {
            await().untilAsserted(() -> assertThat(one.in(group)).hasSize(401));
        }
        List<Long> positions =
                all.get(0).in(group).stream().map(ReceivedMessage::position).toList();
        assertThat(positions).isSorted().doesNotHaveDuplicates();
        for (GroupMember one : all) {
            assertThat(one.in(group)).extracting(ReceivedMessage::position).isEqualTo(positions);
            MembershipChange first = ((Content.Membership) one.in(group).get(0).content()).change();
            assertThat(first.kind()).isEqualTo(Kind.CREATED);
            assertThat(first.title()).isEqualTo("Ünïcode");
            assertThat(first.uids()).isEqualTo(others);
        }
    }

    @Test
    void d15WhoIsRemovedWhileOfflineStillGetsWhatWasAcceptedBeforeAndNothingSince() {
        GroupMember ann = member("ann").connected();
        GroupMember bob = member("bob").connected();
        String group = uid("group");
        accepted(ann.client.groups().create(group, List.of(bob.uid), ""));
        bob.sees(group, "CREATED");
        bob.client.disconnect().join();

        accepted(ann.say(group, "while a member"));
        accepted(ann.client.groups().remove(group, bob.uid));
        accepted(ann.say(group, "behind his back"));
        bob.connected();

        bob.sees(group, "CREATED", "while a member", "REMOVED");
        accepted(ann.say(group, "later"));
        ann.sees(group, "CREATED", "while a member", "REMOVED", "behind his back", "later");
        assertThat(bob.client
                        .history(Conversation.group(group), Long.MAX_VALUE, 100)
                        .join()
                        .messages())
                .hasSize(3);
        bob.client.dropConnection();
        accepted(bob.client.send(bob.uid, "to himself").join());
        await().until(() -> bob.seen.stream().anyMatch(one -> one.text().equals("to himself")));
        bob.sees(group, "CREATED", "while a member", "REMOVED");
    }

    @Test
    void d17WhoIsRemovedWhileConnectedGetsTheRemovalAndNothingSince() {
        GroupMember ann = member("ann").connected();
        GroupMember bob = member("bob").connected();
        String group = uid("group");
        accepted(ann.client.groups().create(group, List.of(bob.uid), ""));
        bob.sees(group, "CREATED");

        CompletableFuture<SendOutcome> removal = ann.client.groups().remove(group, bob.uid);
        for (int i = 0; i < 20; i++) {
            accepted(ann.say(group, "later " + i));
        }
        accepted(removal);

        bob.sees(group, "CREATED", "REMOVED");
        rejected(bob.say(group, "let me in"), ErrorCode.FORBIDDEN);
        await().until(() -> ann.in(group).size() == 22);
        bob.sees(group, "CREATED", "REMOVED");
    }

    @Test
    void d17WhoIsAddedWhileConnectedGetsWhatFollowsAndNothingBefore() {
        GroupMember ann = member("ann").connected();
        GroupMember bob = member("bob").connected();
        String group = uid("group");
        accepted(ann.client.groups().create(group, List.of(), ""));
        accepted(ann.say(group, "before"));

        accepted(ann.client.groups().add(group, bob.uid));
        accepted(ann.say(group, "one"));
        accepted(ann.say(group, "two"));

        bob.sees(group, "ADDED", "one", "two");
        accepted(bob.say(group, "three"));
        ann.sees(group, "CREATED", "before", "ADDED", "one", "two", "three");
        bob.client.dropConnection();
        accepted(ann.say(group, "four"));
        bob.sees(group, "ADDED", "one", "two", "three", "four");
    }

    @Test
    void whoComesBackIntoTheGroupReadsBothStretchesAndNotWhatIsBetween() {
        GroupMember ann = member("ann").connected();
        GroupMember bob = member("bob").connected();
        String group = uid("group");
        accepted(ann.client.groups().create(group, List.of(bob.uid), ""));
        accepted(ann.say(group, "first"));
        accepted(ann.client.groups().remove(group, bob.uid));
        accepted(ann.say(group, "between"));
        accepted(ann.client.groups().add(group, bob.uid));
        accepted(ann.say(group, "second"));

        bob.sees(group, "CREATED", "first", "REMOVED", "ADDED", "second");
        assertThat(bob.client
                        .history(Conversation.group(group), Long.MAX_VALUE, 100)
                        .join()
                        .messages())
                .hasSize(5);
    }

    @Test
    void d14WhoIsRemovedWhileSendingIsRefusedFromThenOnAndWhatWasAcceptedStands() {
        GroupMember ann = member("ann").connected();
        GroupMember bob = member("bob").connected();
        String group = uid("group");
        accepted(ann.client.groups().create(group, List.of(bob.uid), ""));
        bob.sees(group, "CREATED");
        List<CompletableFuture<SendOutcome>> sends = new ArrayList<>();
        List<CompletableFuture<SendOutcome>> removal = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            sends.add(bob.client.send(OutgoingMessage.text(Conversation.group(group), "m" + i)));
            if (i == 100) {
                removal.add(ann.client.groups().remove(group, bob.uid));
            }
        }
        removal.forEach(GroupMember::accepted);

        List<String> accepted = new ArrayList<>();
        for (int i = 0; i < sends.size(); i++) {
            SendOutcome outcome = sends.get(i).join();
            if (outcome instanceof SendOutcome.Accepted) {
                accepted.add("m" + i);
            } else {
                rejected(outcome, ErrorCode.FORBIDDEN);
            }
        }
        await().untilAsserted(() -> assertThat(ann.words(group)).hasSize(accepted.size() + 2));
        List<String> all = ann.words(group);
        int removed = all.indexOf("REMOVED");
        assertThat(all.stream().filter(word -> word.startsWith("m"))).containsExactlyElementsOf(accepted);
        if (!SERVER.isCluster()) {
            assertThat(removed).isEqualTo(all.size() - 1);
        }
        // What another gateway took before it knew of the removal stands behind it, for the others.
        bob.sees(group, all.subList(0, removed + 1).toArray(String[]::new));
        rejected(bob.say(group, "once more"), ErrorCode.FORBIDDEN);
    }

    @Test
    void whoMayNotIsRefusedWithTheReason() {
        GroupMember ann = member("ann").connected();
        GroupMember bob = member("bob").connected();
        String group = uid("group");
        rejected(ann.say(group, "nobody here"), ErrorCode.FORBIDDEN);
        rejected(ann.client.groups().join(group).join(), ErrorCode.FORBIDDEN);
        accepted(ann.client.groups().create(group, List.of(), ""));
        rejected(bob.client.groups().create(group, List.of(), "").join(), ErrorCode.CONFLICT);
        rejected(bob.say(group, "hello"), ErrorCode.FORBIDDEN);
        rejected(bob.client.groups().join(group).join(), ErrorCode.FORBIDDEN);
        accepted(ann.client.groups().settings(group, Posting.ADMINS, Joining.OPEN, ""));
        accepted(bob.client.groups().join(group));
        rejected(bob.say(group, "hello"), ErrorCode.FORBIDDEN);
        rejected(bob.client.groups().remove(group, ann.uid).join(), ErrorCode.FORBIDDEN);
        rejected(bob.client.groups().dissolve(group).join(), ErrorCode.FORBIDDEN);
        accepted(ann.client.groups().role(group, Role.ADMIN, bob.uid));
        accepted(bob.say(group, "an admin"));
        rejected(ann.client.groups().leave(group).join(), ErrorCode.FORBIDDEN);
        accepted(ann.client.groups().role(group, Role.OWNER, bob.uid));
        accepted(ann.client.groups().leave(group));
        accepted(bob.client.groups().dissolve(group));
        rejected(bob.say(group, "an echo"), ErrorCode.NOT_FOUND);
        bob.sees(group, "JOINED", "ROLE_CHANGED", "an admin", "ROLE_CHANGED", "LEFT", "DISSOLVED");
    }

    @Test
    void aFullGroupAndAUidInTooManyAreTooLarge() {
        GroupMember ann = member("ann").connected();
        String group = uid("group");
        List<String> others = IntStream.range(1, TestServer.MAX_MEMBERS)
                .mapToObj(i -> uid("full"))
                .toList();
        accepted(ann.client.groups().create(group, others, ""));
        rejected(ann.client.groups().add(group, uid("one more")).join(), ErrorCode.MALFORMED);
        rejected(ann.client.groups().add(group, uid("another")).join(), ErrorCode.TOO_LARGE);
        accepted(ann.client.groups().remove(group, others.get(0)));
        accepted(ann.client.groups().add(group, uid("another")));

        for (int i = 2; i < TestServer.MAX_GROUPS; i++) {
            accepted(ann.client.groups().create(uid("group"), List.of(), ""));
        }
        String last = uid("group");
        accepted(ann.client.groups().create(last, List.of(), ""));
        // Groups do not wait for one another in a cluster: what they count is known when it is seen.
        ann.sees(last, "CREATED");
        rejected(ann.client.groups().create(uid("group"), List.of(), "").join(), ErrorCode.TOO_LARGE);
        accepted(ann.client.groups().dissolve(last));
        ann.sees(last, "CREATED", "DISSOLVED");
        accepted(ann.client.groups().create(uid("group"), List.of(), ""));
    }

    @Test
    void d17WhatWasNeverPushedIsFoundByItsMembersAndByNobodyElse() {
        GroupMember ann = member("ann").connected();
        GroupMember bob = member("bob").connected();
        GroupMember cy = member("cy").connected();
        String group = uid(TestServer.DEAF);
        accepted(ann.client.groups().create(group, List.of(bob.uid, cy.uid), ""));
        ann.sees(group, "CREATED");
        cy.sees(group, "CREATED");

        accepted(ann.client.groups().remove(group, cy.uid));
        accepted(bob.say(group, "the last"));

        ann.sees(group, "CREATED", "REMOVED", "the last");
        bob.sees(group, "CREATED", "REMOVED", "the last");
        cy.sees(group, "CREATED", "REMOVED");
    }

    @Test
    void whoDidNotAskForGroupsIsGivenNothingOfThem() throws Exception {
        GroupMember ann = member("ann").connected();
        String bob = uid("bob");
        String group = uid("group");
        try (var raw = SERVER.raw(bob, "plain")) {
            accepted(ann.client.groups().create(group, List.of(bob), ""));
            accepted(ann.say(group, "unheard"));
            accepted(ann.client.send(bob, "heard").join());

            var deliver = raw.await(im.protocol.v1.Frame.BodyCase.DELIVER).getDeliver();
            assertThat(deliver.getConversation().getPeer()).isEqualTo(ann.uid);
            assertThat(deliver.getPlaced(0).getEnvelope().getText()).isEqualTo("heard");
        }
    }

    @Test
    void membersComeAndGoWhileOthersSend() {
        List<GroupMember> all = IntStream.range(0, 6)
                .mapToObj(i -> member("churn" + i).connected())
                .toList();
        String group = uid("group");
        accepted(all.get(0)
                .client
                .groups()
                .create(group, all.stream().skip(1).map(one -> one.uid).toList(), ""));
        List<CompletableFuture<SendOutcome>> sends = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            sends.add(all.get(i % 3).client.send(OutgoingMessage.text(Conversation.group(group), "m" + i)));
            if (i % 10 == 0) {
                all.get(3 + (i / 10) % 3).client.dropConnection();
            }
            if (i % 20 == 0) {
                sends.get(i).join();
            }
        }
        sends.forEach(GroupMember::accepted);

        for (GroupMember one : all) {
            await().untilAsserted(() -> assertThat(one.in(group)).hasSize(121));
            assertThat(one.in(group))
                    .extracting(ReceivedMessage::position)
                    .isEqualTo(all.get(0).in(group).stream()
                            .map(ReceivedMessage::position)
                            .toList());
        }
    }
}
