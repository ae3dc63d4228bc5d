package im.relay.apply;

import static im.relay.Answers.value;
import static im.relay.PatientAwaits.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.ConversationKey;
import im.protocol.MessageId;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.Conversation;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.Send;
import im.relay.Answers;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import im.relay.ConversationStore.Page;
import im.relay.GroupStore.Member;
import im.relay.GroupStore.Members;
import im.relay.GroupStore.Standing;
import im.relay.Requests;
import im.relay.kafka.Brokers;
import im.relay.kafka.KafkaConfig;
import im.servers.Address;
import im.servers.RedisConsole;
import im.servers.RedisServer;
import im.servers.ServerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Groups over a real Kafka and a real Redis, under traffic, while something breaks. */
@EnabledIf("im.servers.Requirement#cluster")
class RelayGroupsIT extends RelaysOverServers {
    private static final int GROUPS = 6;

    @TempDir
    static Path folder;

    private static RedisServer server;

    private final Map<String, Set<String>> members = new HashMap<>();
    private final Map<String, List<String>> said = new HashMap<>();
    private int ids;

    @BeforeAll
    static void startRedis() {
        server = RedisServer.start(folder, ServerOptions.defaults());
    }

    @AfterAll
    static void stopRedis() {
        server.close();
    }

    @Override
    KafkaConfig kafka() {
        return Brokers.config().withTimeouts(Brokers.STAYING);
    }

    @Override
    Address redis() {
        return server.address();
    }

    private void append(String group, String sender, Send.Builder body) {
        MessageId id = new MessageId(0x7000, ++ids);
        Send send = body.setMessageId(id.toString())
                .setConversation(Conversation.newBuilder().setGroup(group))
                .build();
        CompletableFuture<Void> answer = new CompletableFuture<>();
        AppendRequest request = new AppendRequest(
                ConversationKey.group(group),
                sender,
                id,
                EnvelopeCodec.requestHash(send),
                ids,
                EnvelopeCodec.encode(send, sender, "d", ids));
        log.append(List.of(request), Runnable::run, outcomes -> {
            assertThat(outcomes).allMatch(outcome -> outcome instanceof AppendOutcome.Accepted);
            answer.complete(null);
        });
        answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        said.computeIfAbsent(group, name -> new ArrayList<>())
                .add(send.hasMembership() ? send.getMembership().getKind().name() : send.getText());
    }

    private void change(String group, Kind kind, String... uids) {
        append(
                group,
                "ann",
                Send.newBuilder()
                        .setMembership(
                                MembershipChange.newBuilder().setKind(kind).addAllUids(List.of(uids))));
        Set<String> now = members.computeIfAbsent(group, name -> new TreeSet<>(Set.of("ann")));
        if (kind == Kind.REMOVED) {
            now.removeAll(List.of(uids));
        } else {
            now.addAll(List.of(uids));
        }
    }

    /** In every group a few come and go, and something is said. */
    private void traffic(int rounds) {
        for (int round = 0; round < rounds; round++) {
            for (int g = 0; g < GROUPS; g++) {
                String group = "g" + g;
                if (!members.containsKey(group)) {
                    change(group, Kind.CREATED, "bob");
                }
                String uid = "u" + (ids * 7) % 20;
                change(
                        group,
                        Set.copyOf(members.getOrDefault(group, Set.of())).contains(uid) ? Kind.REMOVED : Kind.ADDED,
                        uid);
                append(group, "ann", Send.newBuilder().setText("m" + ids));
            }
        }
    }

    private List<String> page(String group) {
        List<String> words = new ArrayList<>();
        long after = 0;
        while (true) {
            long from = after;
            Page page = value(done -> groups.page(group, "ann", from, 1_000, 1 << 20, Runnable::run, done));
            page.messages().stream()
                    .map(Requests::placed)
                    .map(placed -> placed.getEnvelope().hasMembership()
                            ? placed.getEnvelope().getMembership().getKind().name()
                            : placed.getEnvelope().getText())
                    .forEach(words::add);
            if (!page.more()) {
                return words;
            }
            after = page.messages().get(page.messages().size() - 1).position();
        }
    }

    private Set<String> membersOf(String group) {
        Set<String> uids = new TreeSet<>();
        Answers.<Members>value(done -> groups.members(group, "", 1_000, Runnable::run, done)).members().stream()
                .map(Member::uid)
                .forEach(uids::add);
        return uids;
    }

    private Set<String> groupsOf(String uid) {
        Set<String> names = new TreeSet<>();
        Answers.<List<Standing>>value(done -> groups.groupsOf(uid, Runnable::run, done)).stream()
                .map(Standing::group)
                .forEach(names::add);
        return names;
    }

    /** View and indexes have all that was accepted. */
    private void settles() {
        await().pollInterval(Duration.ofMillis(200)).ignoreExceptions().untilAsserted(() -> {
            said.forEach((group, words) -> assertThat(page(group)).isEqualTo(words));
            members.forEach((group, uids) -> assertThat(membersOf(group)).isEqualTo(uids));
            for (int u = 0; u < 20; u++) {
                String uid = "u" + u;
                Set<String> mine = new TreeSet<>();
                members.forEach((group, uids) -> {
                    if (uids.contains(uid)) {
                        mine.add(group);
                    }
                });
                assertThat(groupsOf(uid)).as(uid).isEqualTo(mine);
            }
        });
    }

    @Test
    void groupsAreInViewAndIndexesWhoeverHasThePartition() throws Exception {
        relay();
        LiveRelay two = relay();
        traffic(10);
        settles();
        close(two);
        traffic(5);
        settles();
    }

    @Test
    void d6AFlushUnderTrafficIsRebuilt() throws Exception {
        relay();
        traffic(10);
        settles();

        traffic(2);
        RedisConsole.ask(server.address(), "FLUSHALL");
        traffic(2);

        settles();
    }

    /** D5, D6: what Kafka's retention has taken of the log is in the log of groups. */
    @Test
    void d6GroupsOfALogThatWasTrimmedAreRestoredFromTheLogOfGroups() throws Exception {
        LiveRelay relay = relay();
        traffic(10);
        settles();
        await().until(() -> relay.count("im.relay.group.changes") >= 10 * GROUPS);
        Map<String, List<String>> before = new HashMap<>(said);
        Brokers.trim(config);
        said.clear();

        RedisConsole.ask(server.address(), "FLUSHALL");
        traffic(2);

        settles();
        assertThat(before).hasSize(GROUPS);
    }

    @Test
    void aRelayThatIsGoneInTheMiddleIsFollowedByOneThatGoesOn() throws Exception {
        LiveRelay one = relay();
        traffic(5);
        one.vanish();
        relay();
        traffic(5);
        settles();
    }
}
