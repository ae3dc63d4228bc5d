package im.client.internal.order;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Envelope;
import im.protocol.v1.Send;
import im.protocol.v1.SendResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * An outbox against a model of the gateway that keeps D13 and D38 to the letter, under random failures, lost answers,
 * lost connections and own copies that come early or late: whatever happens, what is accepted stands in the log in the
 * order of the calls, once, and no outcome is a lie.
 */
class OutboxRandomTest {
    private static final int RUNS = 3_000;
    private static final String[] PEERS = {"ann", "bob"};

    @Test
    void whatIsAcceptedStandsInTheOrderOfTheCallsAndOutcomesAreTrue() {
        long seed = Long.getLong("im.test.outbox.seed", System.nanoTime());
        System.out.println("OutboxRandomTest: -Dim.test.outbox.seed=" + seed);
        for (int run = 0; run < RUNS; run++) {
            new Run(seed + run).play();
        }
    }

    /** One schedule; all of it follows from the seed. */
    private static final class Run implements Outbox.Exits {
        private final long seed;
        private final SplittableRandom random;
        private final Outbox outbox;
        private final double failureRate;
        private long now = 1;
        private long ref;
        private int made;

        private final Map<String, List<String>> called = new HashMap<>();
        private final Map<String, String> outcomes = new HashMap<>();
        private final Deque<Runnable> timers = new ArrayDeque<>();
        private final Deque<Runnable> headReads = new ArrayDeque<>();

        /** The log of each conversation: each id once. */
        private final Map<String, LinkedHashSet<String>> log = new HashMap<>();

        private final Map<String, Integer> copiesSeen = new HashMap<>();

        // The connection's end at the gateway.
        private boolean connected;
        private final Deque<Runnable> toGateway = new ArrayDeque<>();
        private final Deque<Runnable> toClient = new ArrayDeque<>();
        private final Map<String, String> blockedBy = new HashMap<>();
        private final Map<String, Deque<Pending>> appends = new HashMap<>();

        private record Pending(long ref, String id) {}

        Run(long seed) {
            this.seed = seed;
            this.random = new SplittableRandom(seed);
            this.outbox = new Outbox(this, () -> now, random);
            this.failureRate = random.nextDouble(0.5);
        }

        void play() {
            for (int step = 0; step < 150; step++) {
                step();
            }
            if (!connected) {
                connect();
            }
            for (int step = 0; step < 5_000 && outcomes.size() < made; step++) {
                settleStep();
            }
            check();
        }

        private void step() {
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> call();
                case 3 -> {
                    if (random.nextInt(6) == 0) {
                        reconnect();
                    }
                }
                case 4 -> now += random.nextInt(20) == 0 ? 1_000_000_000L : 1_000_000L;
                default -> settleStep();
            }
        }

        private void settleStep() {
            switch (random.nextInt(7)) {
                case 0, 1 -> run(toGateway);
                case 2, 3 -> run(toClient);
                case 4 -> decideAppend();
                case 5 -> run(random.nextBoolean() ? timers : headReads);
                default -> ownCopy();
            }
        }

        private static void run(Deque<Runnable> queue) {
            Runnable next = queue.pollFirst();
            if (next != null) {
                next.run();
            }
        }

        private void call() {
            String peer = PEERS[random.nextInt(PEERS.length)];
            String id = peer + made++;
            called.computeIfAbsent(peer, p -> new ArrayList<>()).add(id);
            Send send = Send.newBuilder()
                    .setMessageId(id)
                    .setConversation(Conversation.newBuilder().setPeer(peer))
                    .build();
            outbox.add(new PendingSend(send, new Settlement() {
                @Override
                public void accepted(long acceptedMillis) {
                    settled(id, "accepted");
                }

                @Override
                public void rejected(Code code, String text) {
                    settled(id, "rejected");
                }

                @Override
                public void unknown(String why) {
                    settled(id, "unknown");
                }

                @Override
                public void left(String why) {
                    throw new AssertionError("nobody ends this run");
                }
            }));
            outbox.pump();
        }

        private void settled(String id, String outcome) {
            assertThat(outcomes.put(id, outcome))
                    .as("seed %d: second outcome of %s", seed, id)
                    .isNull();
        }

        // The gateway

        private void connect() {
            connected = true;
            outbox.connected(1 + random.nextInt(8), 4_000);
        }

        /** What was on its way is lost; appends that were begun are decided without anybody to tell. */
        private void reconnect() {
            if (connected) {
                connected = false;
                while (appends.values().stream().anyMatch(queue -> !queue.isEmpty())) {
                    decideAppend();
                }
                toGateway.clear();
                toClient.clear();
                headReads.clear();
                blockedBy.clear();
                outbox.disconnected();
            } else {
                connect();
            }
        }

        @Override
        public long write(Send send) {
            long asked = ++ref;
            toGateway.add(() -> arrived(asked, send));
            return asked;
        }

        private void arrived(long asked, Send send) {
            String peer = send.getConversation().getPeer();
            String blocker = blockedBy.get(peer);
            if (blocker != null) {
                if (!send.getFirst() && !blocker.equals(send.getMessageId())) {
                    answer(asked, Code.OUT_OF_ORDER);
                    return;
                }
                blockedBy.remove(peer);
            }
            if (random.nextDouble() < failureRate / 4) {
                blockedBy.put(peer, send.getMessageId());
                answer(asked, random.nextBoolean() ? Code.OVERLOADED : Code.FORBIDDEN);
                return;
            }
            appends.computeIfAbsent(peer, p -> new ArrayDeque<>()).add(new Pending(asked, send.getMessageId()));
        }

        /** The oldest append of a conversation succeeds, or fails and takes what waits behind it along. */
        private void decideAppend() {
            String peer = PEERS[random.nextInt(PEERS.length)];
            Deque<Pending> queue = appends.getOrDefault(peer, new ArrayDeque<>());
            Pending oldest = queue.pollFirst();
            if (oldest == null) {
                return;
            }
            if (random.nextDouble() >= failureRate) {
                append(peer, oldest.id);
                answer(oldest.ref, Code.OK);
                return;
            }
            boolean unknown = random.nextBoolean();
            if (unknown && random.nextBoolean()) {
                append(peer, oldest.id);
            }
            blockedBy.put(peer, oldest.id);
            answer(oldest.ref, unknown ? Code.UNKNOWN_OUTCOME : Code.UNAVAILABLE);
            queue.forEach(behind -> answer(behind.ref, Code.OUT_OF_ORDER));
            queue.clear();
        }

        private void append(String peer, String id) {
            log.computeIfAbsent(peer, p -> new LinkedHashSet<>()).add(id);
        }

        private void answer(long asked, Code code) {
            if (connected) {
                SendResult result = SendResult.newBuilder().setCode(code).build();
                toClient.add(() -> outbox.answered(asked, result));
            }
        }

        private Envelope copy(String id) {
            return Envelope.newBuilder().setMessageId(id).setAcceptedMs(now).build();
        }

        private void ownCopy() {
            String peer = PEERS[random.nextInt(PEERS.length)];
            int seen = copiesSeen.getOrDefault(peer, 0);
            List<String> all = List.copyOf(log.getOrDefault(peer, new LinkedHashSet<>()));
            if (connected && seen < all.size()) {
                copiesSeen.put(peer, seen + 1);
                outbox.ownCopy(peer, copy(all.get(seen)));
            }
        }

        // The rest of the client

        @Override
        public boolean isWritable() {
            return connected;
        }

        @Override
        public void giveUp(String peer) {
            toGateway.add(() -> blockedBy.remove(peer));
        }

        @Override
        public void readToHead(String peer) {
            headReads.add(() -> {
                List<String> all = List.copyOf(log.getOrDefault(peer, new LinkedHashSet<>()));
                int seen = copiesSeen.getOrDefault(peer, 0);
                copiesSeen.put(peer, all.size());
                all.subList(seen, all.size()).forEach(id -> outbox.ownCopy(peer, copy(id)));
                outbox.atHead(peer);
            });
        }

        @Override
        public void after(long millis, Runnable task) {
            timers.add(task);
        }

        // The verdict

        private void check() {
            assertThat(outcomes).as("seed %d: every send has an outcome", seed).hasSize(made);
            for (String peer : PEERS) {
                List<String> calls = called.getOrDefault(peer, List.of());
                List<String> placed = List.copyOf(log.getOrDefault(peer, new LinkedHashSet<>()));
                Set<String> standing = new HashSet<>(placed);
                assertThat(placed)
                        .as("seed %d: order in the log", seed)
                        .isEqualTo(calls.stream().filter(standing::contains).toList());
                for (String id : calls) {
                    String outcome = outcomes.get(id);
                    if (!"unknown".equals(outcome)) {
                        assertThat(standing.contains(id))
                                .as("seed %d: %s is %s", seed, id, outcome)
                                .isEqualTo("accepted".equals(outcome));
                    }
                }
            }
        }
    }
}
