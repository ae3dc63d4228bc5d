package im.it;

import static im.it.GroupMember.accepted;
import static im.it.GroupMember.rejected;
import static im.it.TestServer.uid;
import static org.assertj.core.api.Assertions.assertThat;

import im.client.ErrorCode;
import im.client.ImClientResources;
import im.client.ReceivedMessage;
import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Feature;
import im.protocol.v1.Frame;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.Send;
import im.protocol.v1.SendResult;
import im.servers.RedisConsole;
import im.testkit.client.RawClient;
import im.testkit.server.ClusterProcess;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What a cluster promises of groups while a part of it stands still or has forgotten. */
@Tag("once")
@EnabledIf("im.servers.Requirement#cluster")
class GroupClusterIT {
    private static ImClientResources resources;
    private final ClusterProcess cluster = ClusterProcess.shared();
    private final List<GroupMember> members = new ArrayList<>();

    @BeforeAll
    static void open() {
        resources = ImClientResources.create(2);
    }

    @AfterAll
    static void close() {
        resources.close();
    }

    /** A view that is not there yet allows nobody anything. */
    @BeforeEach
    void awaitWhole() {
        Whole.await(cluster);
    }

    @AfterEach
    void leave() {
        cluster.start();
        members.forEach(member -> member.client.shutdown().join());
    }

    private GroupMember member(String uid, int gateway) {
        return member(uid, "phone", gateway);
    }

    private GroupMember member(String uid, String device, int gateway) {
        URI tcp = cluster.entrances().get(gateway).tcp();
        GroupMember member =
                new GroupMember(uid, device, List.of(tcp), cluster.tokens().of(uid), resources);
        members.add(member);
        return member.connected();
    }

    private RawClient raw(String uid, int gateway) throws IOException {
        return RawClient.welcomed(
                cluster.entrances().get(gateway).tcp(),
                RawClient.hello(cluster.tokens().of(uid), "raw")
                        .addFeatures(Feature.GROUPS)
                        .build());
    }

    private static SendResult send(RawClient client, String group, Send.Builder send) throws IOException {
        return client.sendAndAwait(Frame.newBuilder()
                .setRef(client.nextRef())
                .setSend(send.setConversation(Conversation.newBuilder().setGroup(group))
                        .setFirst(true))
                .build());
    }

    private static Send.Builder text(String id) {
        return Send.newBuilder().setMessageId(id).setText("hello");
    }

    @Test
    void d14ARefusalIsUnavailableWhileRelaysStandStillAndCountsWhenTheyGoOn() throws IOException {
        String group = uid("group");
        String ann = uid("ann");
        String bob = uid("bob");
        try (RawClient anns = raw(ann, 0);
                RawClient bobs = raw(bob, 1)) {
            Stream.of(1, 2).forEach(number -> cluster.relay(number).pause());
            Send.Builder created = Send.newBuilder()
                    .setMessageId(TestServer.messageId())
                    .setMembership(MembershipChange.newBuilder().setKind(Kind.CREATED));
            String annsId = TestServer.messageId();
            String bobsId = TestServer.messageId();
            assertThat(send(anns, group, created).getCode()).isEqualTo(Code.OK);

            assertThat(List.of(send(anns, group, text(annsId)), send(bobs, group, text(bobsId))))
                    .allSatisfy(result -> {
                        assertThat(result.getCode()).isEqualTo(Code.UNAVAILABLE);
                        assertThat(result.getRetryAfterMs()).isPositive();
                    });

            Stream.of(1, 2).forEach(number -> cluster.relay(number).resume());
            List<Code> both = Settled.of(
                    () -> List.of(
                            send(anns, group, text(annsId)).getCode(),
                            send(bobs, group, text(bobsId)).getCode()),
                    codes -> codes.contains(Code.UNAVAILABLE));
            assertThat(both).containsExactly(Code.OK, Code.FORBIDDEN);
        }
    }

    /** What is said at last, of a sender that tries again while a relay lags. */
    private static Code settled(RawClient client, String group, Send.Builder send) {
        return Settled.of(() -> send(client, group, send).getCode(), code -> code == Code.UNAVAILABLE);
    }

    @Test
    void aChangeThatItsSenderRepeatsAtAnotherGatewayIsOneChange() throws IOException {
        String group = uid("group");
        String ann = uid("ann");
        String bob = uid("bob");
        Send.Builder created = Send.newBuilder()
                .setMessageId(TestServer.messageId())
                .setMembership(
                        MembershipChange.newBuilder().setKind(Kind.CREATED).addUids(bob));
        Send.Builder left = Send.newBuilder()
                .setMessageId(TestServer.messageId())
                .setMembership(MembershipChange.newBuilder().setKind(Kind.LEFT));
        try (RawClient anns = raw(ann, 0);
                RawClient bobs = raw(bob, 0)) {
            assertThat(settled(anns, group, created)).isEqualTo(Code.OK);
            assertThat(settled(bobs, group, left)).isEqualTo(Code.OK);
        }
        try (RawClient anns = raw(ann, 1);
                RawClient bobs = raw(bob, 1)) {
            assertThat(settled(anns, group, created)).isEqualTo(Code.OK);
            assertThat(settled(bobs, group, left)).isEqualTo(Code.OK);
            assertThat(settled(bobs, group, text(TestServer.messageId()))).isEqualTo(Code.FORBIDDEN);
        }
        member(ann, 0).sees(group, "CREATED", "LEFT");
    }

    @Test
    void d15d16WhoMayReadWhatIsTheSameAfterRedisHasForgottenEverything() throws IOException {
        String group = uid("group");
        GroupMember ann = member(uid("ann"), 0);
        GroupMember bob = member(uid("bob"), 1);
        accepted(ann.client.groups().create(group, List.of(bob.uid), ""));
        accepted(ann.say(group, "one"));
        accepted(ann.client.groups().remove(group, bob.uid));
        accepted(ann.say(group, "two"));
        accepted(ann.client.groups().add(group, bob.uid));
        accepted(ann.say(group, "three"));
        accepted(ann.client.groups().remove(group, bob.uid));
        String[] bobs = {"CREATED", "one", "REMOVED", "ADDED", "three", "REMOVED"};
        bob.sees(group, bobs);
        List<Long> positions = positions(bob, group);

        assertThat(RedisConsole.ask(cluster.process("redis").address(), "FLUSHALL"))
                .isEqualTo("OK");

        accepted(ann.say(group, "four"));
        GroupMember fresh = member(bob.uid, "tablet", 0);
        fresh.sees(group, bobs);
        assertThat(positions(fresh, group)).isEqualTo(positions);
        rejected(fresh.say(group, "let me in"), ErrorCode.FORBIDDEN);
        ann.sees(group, "CREATED", "one", "REMOVED", "two", "ADDED", "three", "REMOVED", "four");
        fresh.sees(group, bobs);
        Whole.await(cluster);
    }

    private static List<Long> positions(GroupMember member, String group) {
        return member.in(group).stream().map(ReceivedMessage::position).toList();
    }

    @Test
    void d17WhoIsAddedAtOneGatewayHearsAtAnotherThatHadNobodyOfTheGroup() {
        String group = uid("group");
        GroupMember ann = member(uid("ann"), 0);
        GroupMember bob = member(uid("bob"), 1);
        accepted(ann.client.groups().create(group, List.of(), ""));
        accepted(ann.say(group, "before"));
        for (int i = 0; i < 5; i++) {
            accepted(ann.client.groups().add(group, bob.uid));
            accepted(ann.say(group, "in " + i));
            accepted(ann.client.groups().remove(group, bob.uid));
            accepted(ann.say(group, "out " + i));
        }
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            expected.addAll(List.of("ADDED", "in " + i, "REMOVED"));
        }
        bob.sees(group, expected.toArray(String[]::new));
        rejected(bob.say(group, "let me in"), ErrorCode.FORBIDDEN);
        bob.sees(group, expected.toArray(String[]::new));
    }
}
