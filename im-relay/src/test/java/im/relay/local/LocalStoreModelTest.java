package im.relay.local;

import static im.relay.Answers.after;
import static im.relay.Answers.append;
import static im.relay.Answers.compare;
import static im.relay.Answers.open;
import static im.relay.Answers.raise;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import im.relay.AppendOutcome.Accepted;
import im.relay.AppendOutcome.Refused;
import im.relay.AppendRequest;
import im.relay.ConversationStore.Behind;
import im.relay.Requests;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/** Random appends, retries, conflicts, acknowledgements, pauses and restarts against a model of a few maps. */
class LocalStoreModelTest {
    private static final List<String> UIDS = List.of("a", "b", "c");
    private static final int STEPS = 600;

    private record Sent(String from, String to, long id, String text) {}

    private record Identity(String from, ConversationKey conversation, long id) {}

    private static final class Known {
        final String text;
        final long acceptedMs;
        long seenNanos;

        Known(String text, long acceptedMs, long seenNanos) {
            this.text = text;
            this.acceptedMs = acceptedMs;
            this.seenNanos = seenNanos;
        }
    }

    @TempDir
    Path folder;

    private final Map<ConversationKey, List<String>> texts = new HashMap<>();
    private final Map<ConversationKey, List<Long>> positions = new HashMap<>();
    private final Map<Identity, Known> known = new HashMap<>();
    private final Map<String, Long> starts = new HashMap<>();
    private final Map<String, Map<ConversationKey, Long>> cursors = new HashMap<>();
    private final List<Sent> sent = new ArrayList<>();
    private long lastPosition;
    private long nextId = 1;

    @RepeatedTest(3)
    void theStoreDoesWhatTheModelDoes() {
        long seed = Long.getLong("im.test.seed", new Random().nextLong());
        System.out.println("LocalStoreModelTest -Dim.test.seed=" + seed);
        Random random = new Random(seed);
        try (TestStore store = TestStore.opened(folder)) {
            for (int step = 0; step < STEPS; step++) {
                step(store, random);
            }
            store.restart();
            checkAll(store);
        }
    }

    private void step(TestStore store, Random random) {
        switch (random.nextInt(20)) {
            case 0 -> store.pass(Duration.ofSeconds(random.nextInt(400)));
            case 1 -> restart(store, random);
            case 2 -> openDevice(store, random);
            case 3, 4, 5 -> acknowledge(store, random);
            case 6 -> checkAll(store);
            default -> send(store, random);
        }
    }

    /** The log's clock starts again where its last commit stood, or later; the message makes that now. */
    private void restart(TestStore store, Random random) {
        append(store.log(), message("x", "y", nextId++, "tick"));
        lastPosition++;
        if (random.nextInt(4) == 0) {
            store.wall = store.wall.minus(Duration.ofMinutes(random.nextInt(90)));
        }
        store.restart();
    }

    private void openDevice(TestStore store, Random random) {
        String uid = pick(random);
        boolean fromHeads = random.nextBoolean();
        boolean isNew = open(store.cursors(), uid, "d", fromHeads);

        assertThat(isNew).isEqualTo(!starts.containsKey(uid));
        if (isNew) {
            starts.put(uid, fromHeads ? lastPosition : 0);
            cursors.remove(uid);
        }
    }

    private void acknowledge(TestStore store, Random random) {
        String uid = pick(random);
        ConversationKey conversation = ConversationKey.direct(uid, pick(random));
        List<Long> list = positions.getOrDefault(conversation, List.of());
        if (list.isEmpty()) {
            return;
        }
        long position = list.get(random.nextInt(list.size()));
        raise(store.cursors(), uid, "d", conversation, position);
        cursors.computeIfAbsent(uid, u -> new HashMap<>()).merge(conversation, position, Math::max);
    }

    private void send(TestStore store, Random random) {
        List<Sent> batch = new ArrayList<>();
        Sent first = next(random);
        batch.add(first);
        int more = random.nextInt(4);
        for (int i = 0; i < more; i++) {
            batch.add(new Sent(first.from(), first.to(), nextId++, "m" + random.nextInt(1000)));
        }
        AppendRequest[] requests = batch.stream()
                .map(s -> message(s.from(), s.to(), s.id(), s.text()))
                .toArray(AppendRequest[]::new);

        List<AppendOutcome> outcomes = append(store.log(), requests);

        boolean stopped = false;
        for (int i = 0; i < requests.length; i++) {
            stopped = check(store, batch.get(i), requests[i], outcomes.get(i), stopped);
        }
        sent.addAll(batch);
    }

    /** A new message, a retry of an earlier one, or another body under its id. */
    private Sent next(Random random) {
        int kind = random.nextInt(4);
        if (kind < 2 || sent.isEmpty()) {
            return new Sent(pick(random), pick(random), nextId++, "m" + random.nextInt(1000));
        }
        Sent earlier = sent.get(Math.max(0, sent.size() - 1 - random.nextInt(40)));
        return kind == 2 ? earlier : new Sent(earlier.from(), earlier.to(), earlier.id(), earlier.text() + "!");
    }

    private boolean check(
            TestStore store, Sent message, AppendRequest request, AppendOutcome outcome, boolean stopped) {
        if (stopped) {
            assertThat(((Refused) outcome).code()).isEqualTo(Code.OUT_OF_ORDER);
            return true;
        }
        Identity identity = new Identity(message.from(), request.conversation(), message.id());
        Known before = known.get(identity);
        long window = store.config.dedupeWindow().toNanos();
        if (before != null && store.nanos - before.seenNanos <= window) {
            if (!before.text.equals(message.text())) {
                assertThat(((Refused) outcome).code()).isEqualTo(Code.CONFLICT);
                return true;
            }
            before.seenNanos = store.nanos;
            assertThat(outcome).isEqualTo(new Accepted(before.acceptedMs));
            return false;
        }
        assertThat(outcome).isEqualTo(new Accepted(request.acceptedMs()));
        known.put(identity, new Known(message.text(), request.acceptedMs(), store.nanos));
        texts.computeIfAbsent(request.conversation(), c -> new ArrayList<>()).add(message.text());
        positions
                .computeIfAbsent(request.conversation(), c -> new ArrayList<>())
                .add(++lastPosition);
        return false;
    }

    private void checkAll(TestStore store) {
        for (ConversationKey conversation : texts.keySet()) {
            var messages = after(store.conversations(), conversation, 0);
            assertThat(messages).extracting(Requests::text).isEqualTo(texts.get(conversation));
            assertThat(messages).extracting(m -> m.position()).isEqualTo(positions.get(conversation));
            long prev = 0;
            for (var message : messages) {
                assertThat(message.prev()).isEqualTo(prev);
                prev = message.position();
            }
        }
        for (String uid : UIDS) {
            assertThat(compare(store.conversations(), uid, "d", Map.of(), false, List.of())
                            .behind())
                    .isEqualTo(expectedBehind(uid));
        }
    }

    private List<Behind> expectedBehind(String uid) {
        List<Behind> behind = new ArrayList<>();
        long start = starts.getOrDefault(uid, 0L);
        positions.forEach((conversation, list) -> {
            long head = list.get(list.size() - 1);
            long cursor = cursors.getOrDefault(uid, Map.of()).getOrDefault(conversation, 0L);
            long base = Math.max(start, cursor);
            if (conversation.includes(uid) && head > base) {
                behind.add(new Behind(conversation, head, base, 0));
            }
        });
        behind.sort((x, y) -> Long.compare(y.head(), x.head()));
        return behind;
    }

    private static String pick(Random random) {
        return UIDS.get(random.nextInt(UIDS.size()));
    }
}
