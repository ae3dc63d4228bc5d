package im.it;

import static im.it.GroupMember.accepted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.client.Conversation;
import im.client.ImClientResources;
import im.client.MembershipChange;
import im.client.MembershipChange.Joining;
import im.client.OutgoingMessage;
import im.client.ReceivedMessage;
import im.client.SendOutcome;
import im.testkit.load.Repeated;
import im.testkit.server.ClusterProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/**
 * A group that some come into and go out of all the while, by themselves and by its owner. The log as the owner reads it
 * at last says who had to see what; this says whether they did. Changes are made on a thread of its own, all else by one.
 */
final class GroupChurn implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(40);
    /** Fewer than a group holds by default. */
    private static final int MAX_SENDS = 900;
    /** Stretches that are over; of a uid that came and went more often the oldest are not held. */
    private static final int MAX_CLOSED = 8;

    private final String group = TestServer.uid("churn");
    private final ClusterProcess cluster;
    private final Random random;
    private final ImClientResources resources = ImClientResources.create(1);
    private final GroupMember owner;
    private final GroupMember witness;
    private final List<GroupMember> comers;
    private final List<GroupMember> late = new ArrayList<>();
    private final Queue<CompletableFuture<SendOutcome>> outcomes = new ConcurrentLinkedQueue<>();
    private final Repeated changing;
    private long next;

    GroupChurn(ClusterProcess cluster, long seed) {
        this.cluster = cluster;
        this.random = new Random(seed);
        this.owner = member(TestServer.uid("owner"), "phone");
        this.witness = member(TestServer.uid("witness"), "phone");
        this.comers = Stream.of("cora", "cleo", "curt")
                .map(name -> member(TestServer.uid(name), "phone"))
                .toList();
        accepted(owner.client.groups().create(group, List.of(witness.uid), ""));
        accepted(owner.client.groups().settings(group, null, Joining.OPEN, ""));
        this.next = System.nanoTime();
        this.changing = Repeated.begin("churn", this::turn);
    }

    private GroupMember member(String uid, String device) {
        return new GroupMember(
                        uid, device, cluster.endpoints(), cluster.tokens().of(uid), resources)
                .connected();
    }

    private long turn() {
        if (outcomes.size() < MAX_SENDS) {
            outcomes.add(one(comers.get(random.nextInt(comers.size()))));
        }
        next = Math.max(next + PERIOD.toNanos(), System.nanoTime());
        return next - System.nanoTime();
    }

    private CompletableFuture<SendOutcome> one(GroupMember comer) {
        // Seldom enough that nobody is away for more stretches than are held.
        return switch (random.nextInt(40)) {
            case 0 -> owner.client.groups().add(group, comer.uid);
            case 1 -> owner.client.groups().remove(group, comer.uid);
            case 2 -> comer.client.groups().join(group);
            case 3 -> comer.client.groups().leave(group);
            case 4, 5, 6, 7, 8, 9, 10 -> say(comer);
            default -> say(random.nextBoolean() ? owner : witness);
        };
    }

    private CompletableFuture<SendOutcome> say(GroupMember member) {
        return member.client.send(OutgoingMessage.text(Conversation.group(group), "word"));
    }

    /** Messages and changes accepted up to now. */
    long taken() {
        return outcomes.stream()
                .filter(one -> one.getNow(null) instanceof SendOutcome.Accepted)
                .count();
    }

    /** Ends the coming and going; everybody has what it had to see, and nothing else, in the order of the log. */
    void judge() {
        changing.stop();
        await().until(() -> outcomes.stream().allMatch(CompletableFuture::isDone));
        accepted(owner.say(group, "the end"));
        GroupMember reader = again(owner);
        await().until(() -> reader.words(group).contains("the end"));
        List<ReceivedMessage> log = reader.in(group);
        settledOnce(log);

        Map<String, List<List<Long>>> stretches = stretches(log);
        List<Long> all = log.stream().map(ReceivedMessage::position).toList();
        assertThat(all).isSorted().doesNotHaveDuplicates();
        sees(owner, all);
        sees(witness, all);
        for (GroupMember comer : comers) {
            List<List<Long>> own = stretches.getOrDefault(comer.uid, List.of());
            sees(comer, flat(own));
            sees(again(comer), flat(held(own, all.get(all.size() - 1))));
        }
        System.out.printf(
                "%d messages and changes, stretches of those who came and went: %s%n",
                log.size(), stretches.values().stream().map(List::size).toList());
    }

    private GroupMember again(GroupMember who) {
        GroupMember device = member(who.uid, "late");
        late.add(device);
        return device;
    }

    /** @param end the last position of the group, which whoever is inside has */
    private static List<List<Long>> held(List<List<Long>> own, long end) {
        boolean isInside = !own.isEmpty() && own.get(own.size() - 1).contains(end);
        int most = MAX_CLOSED + (isInside ? 1 : 0);
        return own.subList(Math.max(0, own.size() - most), own.size());
    }

    private static List<Long> flat(List<List<Long>> stretches) {
        return stretches.stream().flatMap(List::stream).toList();
    }

    private void sees(GroupMember who, List<Long> positions) {
        await().untilAsserted(() -> assertThat(who.in(group).stream().map(ReceivedMessage::position))
                .as("what %s was given", who.uid)
                .containsExactlyElementsOf(positions));
    }

    /** What was accepted stands in the log once, what was refused nowhere. */
    private void settledOnce(List<ReceivedMessage> log) {
        List<String> ids = log.stream().map(ReceivedMessage::messageId).toList();
        assertThat(ids).doesNotHaveDuplicates();
        Set<String> placed = new HashSet<>(ids);
        for (CompletableFuture<SendOutcome> one : outcomes) {
            SendOutcome outcome = one.join();
            if (outcome instanceof SendOutcome.Unknown) {
                continue;
            }
            assertThat(placed.contains(outcome.messageId()))
                    .as("in the log: %s", outcome)
                    .isEqualTo(outcome instanceof SendOutcome.Accepted);
        }
    }

    /** For each who came and went the positions of its stretches, both ends included (D15). */
    private Map<String, List<List<Long>>> stretches(List<ReceivedMessage> log) {
        Map<String, List<List<Long>>> stretches = new HashMap<>();
        Set<String> inside = new TreeSet<>();
        for (ReceivedMessage message : log) {
            MembershipChange change = message.membership();
            Set<String> leaving = new HashSet<>();
            if (change != null) {
                for (String uid : named(change, message.sender())) {
                    switch (change.kind()) {
                        case ADDED, JOINED -> {
                            if (inside.add(uid)) {
                                stretches
                                        .computeIfAbsent(uid, none -> new ArrayList<>())
                                        .add(new ArrayList<>());
                            }
                        }
                        case REMOVED, LEFT -> leaving.add(uid);
                        default -> {}
                    }
                }
            }
            for (String uid : inside) {
                List<List<Long>> own = stretches.getOrDefault(uid, List.of());
                own.get(own.size() - 1).add(message.position());
            }
            inside.removeAll(leaving);
        }
        return stretches;
    }

    private static List<String> named(MembershipChange change, String sender) {
        return switch (change.kind()) {
            case ADDED, REMOVED -> change.uids();
            case JOINED, LEFT -> List.of(sender);
            default -> List.of();
        };
    }

    @Override
    public void close() {
        changing.close();
        Stream.of(List.of(owner, witness), comers, late)
                .flatMap(List::stream)
                .forEach(member -> member.client.shutdown().join());
        resources.close();
    }
}
