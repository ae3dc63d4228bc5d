package im.relay.apply;

import static im.relay.PatientAwaits.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.ConversationKey;
import im.relay.Answers;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import im.relay.ConversationStore;
import im.relay.ConversationView;
import im.relay.ConversationView.Move;
import im.relay.GroupEffect;
import im.relay.LoggedMessage;
import im.relay.PlacedMessage;
import im.relay.Requests;
import im.relay.kafka.Brokers;
import im.relay.kafka.KafkaConfig;
import im.servers.Address;
import im.servers.RedisServer;
import im.servers.ServerOptions;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Relays over a real Kafka and a real Redis, under traffic, while something breaks. */
@EnabledIf("im.servers.Requirement#cluster")
class RelayIT extends RelaysOverServers {
    private static final int CHATS = 8;

    @TempDir
    static Path folder;

    private static RedisServer server;

    private final List<AppendRequest> accepted = new ArrayList<>();
    private int sent;

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

    private static ConversationKey chat(int number) {
        return ConversationKey.direct("a" + number, "b" + number);
    }

    /** Messages round the chats, each accepted. */
    private void send(int count) {
        List<CompletableFuture<?>> answers = new ArrayList<>();
        for (int i = 0; i < count; i++, sent++) {
            int chat = sent % CHATS;
            AppendRequest request = Requests.message("a" + chat, "b" + chat, sent, "m" + sent);
            accepted.add(request);
            CompletableFuture<Void> answer = new CompletableFuture<>();
            log.append(List.of(request), Runnable::run, outcomes -> {
                assertThat(outcomes).allMatch(outcome -> outcome instanceof AppendOutcome.Accepted);
                answer.complete(null);
            });
            answers.add(answer);
        }
        CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private Map<ConversationKey, List<PlacedMessage>> all() {
        Map<ConversationKey, List<PlacedMessage>> all = new HashMap<>();
        for (int chat = 0; chat < CHATS; chat++) {
            List<PlacedMessage> messages = new ArrayList<>();
            long after = 0;
            while (true) {
                ConversationStore.Page page = Answers.page(store, chat(chat), after);
                messages.addAll(page.messages());
                if (!page.more()) {
                    break;
                }
                after = page.messages().get(page.messages().size() - 1).position();
            }
            all.put(chat(chat), messages);
        }
        return all;
    }

    /** Every accepted message is in the store once, in its sender's order, chained, and at the head of both indexes. */
    private void settles() {
        await().pollInterval(Duration.ofMillis(100)).ignoreExceptions().untilAsserted(() -> {
            assertThat(all().values().stream().mapToInt(List::size).sum()).isEqualTo(accepted.size());
            for (int chat = 0; chat < CHATS; chat++) {
                assertThat(Answers.behind(store, "b" + chat, "d")).hasSize(1);
            }
        });
        Map<ConversationKey, List<PlacedMessage>> all = all();
        Map<ConversationKey, List<String>> wanted = new HashMap<>();
        accepted.forEach(request -> wanted.computeIfAbsent(request.conversation(), key -> new ArrayList<>())
                .add("m" + request.messageId().low()));
        all.forEach((conversation, messages) -> {
            assertThat(messages.stream().map(Requests::text)).containsExactlyElementsOf(wanted.get(conversation));
            long prev = 0;
            for (PlacedMessage message : messages) {
                assertThat(message.prev()).isEqualTo(prev);
                prev = message.position();
            }
            long head = prev;
            for (String uid : conversation.uids()) {
                assertThat(Answers.behind(store, uid, "d"))
                        .singleElement()
                        .satisfies(behind -> assertThat(behind.head()).isEqualTo(head));
            }
        });
    }

    private static void flush() throws IOException {
        try (Socket socket =
                new Socket(server.address().host(), server.address().port())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write("FLUSHALL\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            assertThat(socket.getInputStream().read()).isEqualTo('+');
        }
    }

    @Test
    void twoRelaysShareThePartitionsAndEveryMessageIsAppliedOnce() throws Exception {
        LiveRelay one = relay();
        LiveRelay two = relay();
        // A batch that is under way while its partition moves may be counted by neither of them.
        await().until(() -> one.partitions() == PARTITIONS / 2 && two.partitions() == PARTITIONS / 2);
        send(400);
        settles();
        await().untilAsserted(() -> assertThat(one.count("im.relay.applied") + two.count("im.relay.applied"))
                .isEqualTo(400));
        send(100);
        settles();
    }

    @Test
    void d2d3ARelayGoneBetweenEffectAndCommitLosesAndDoublesNothing() throws Exception {
        CountDownLatch applied = new CountDownLatch(3);
        LiveRelay one = relay(view -> new Deaf(view, applied));
        send(200);
        assertThat(applied.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        one.vanish();

        relay();
        send(200);

        settles();
    }

    @Test
    void d1d6AFlushUnderTrafficIsRebuiltWithTheSamePositionsAndNothingIsPushedAgain() throws Exception {
        LiveRelay relay = relay();
        send(300);
        settles();
        await().until(() -> relay.count("im.relay.pushes") >= 600);
        Map<ConversationKey, List<PlacedMessage>> before = all();

        send(50);
        flush();
        send(50);

        settles();
        Map<ConversationKey, List<PlacedMessage>> after = all();
        before.forEach((conversation, messages) -> assertThat(after.get(conversation))
                .extracting(PlacedMessage::position)
                .startsWith(messages.stream().map(PlacedMessage::position).toArray(Long[]::new)));
        assertThat(relay.registry
                        .get("im.relay.pushes")
                        .tag("outcome", "sent")
                        .counter()
                        .count())
                .isLessThanOrEqualTo(2 * accepted.size());
    }

    @Test
    void aRedisThatIsKilledAndComesBackEmptyIsFilledAgain() throws Exception {
        relay();
        send(200);
        settles();

        server.kill();
        send(100);
        server.start();

        send(50);
        settles();
    }

    @Test
    void aRedisThatHangsIsWaitedFor() throws Exception {
        LiveRelay relay = hastyRelay();
        send(100);
        settles();

        server.pause();
        send(200);
        await().until(() -> relay.relay.failure() != null);
        server.resume();

        settles();
        await().until(() -> relay.relay.failure() == null);
    }

    @Test
    void d4AnIdleViewThatIsFlushedIsBackWithoutAnyNewMessage() throws Exception {
        relay();
        send(100);
        settles();

        flush();

        settles();
    }

    @Test
    void relaysThatComeAndGoUnderTrafficLoseAndDoubleNothing() throws Exception {
        relay();
        send(100);
        for (int i = 0; i < 3; i++) {
            LiveRelay other = relay();
            send(150);
            close(other);
            send(50);
        }
        settles();
    }

    /** Does what it is told, and after a few times says nothing of it. */
    private static final class Deaf implements ConversationView {
        private final ConversationView view;
        private final CountDownLatch applied;
        private final AtomicInteger calls = new AtomicInteger();

        Deaf(ConversationView view, CountDownLatch applied) {
            this.view = view;
            this.applied = applied;
        }

        @Override
        public CompletionStage<State> state(int partition) {
            return view.state(partition);
        }

        @Override
        public CompletionStage<Move> apply(
                int partition,
                long expected,
                long to,
                int term,
                List<LoggedMessage> messages,
                List<GroupEffect> effects) {
            CompletionStage<Move> move = view.apply(partition, expected, to, term, messages, effects);
            move.thenRun(applied::countDown);
            return calls.incrementAndGet() > 1 ? new CompletableFuture<>() : move;
        }

        @Override
        public CompletionStage<Move> skip(int partition, long expected, long applied, String attempt) {
            return view.skip(partition, expected, applied, attempt);
        }

        @Override
        public CompletionStage<Move> reached(int partition, long expected, long timeMs) {
            return view.reached(partition, expected, timeMs);
        }
    }
}
