package im.relay.local;

import static im.relay.Answers.after;
import static im.relay.Answers.append;
import static im.relay.Answers.value;
import static im.relay.Requests.accepted;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.PlacedMessage;
import im.relay.Requests;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a crash leaves behind opens: everything synced before is there, and commits are there whole or not at all. */
class TornFolderTest {
    private static final List<String> PEERS = List.of("a", "b", "c");

    @TempDir
    Path folder;

    @TempDir
    Path copies;

    @Test
    void aCopyTakenWhileItIsWrittenHoldsWhatWasAcceptedBefore() throws Exception {
        TestStore store = TestStore.opened(folder);
        for (int i = 0; i < 50; i++) {
            append(store.log(), message("a", PEERS.get(i % 3), i, "m" + i));
        }
        for (int i = 50; i < 2_000; i++) {
            store.log().append(List.of(message("a", PEERS.get(i % 3), i, "m" + i)), Runnable::run, outcomes -> {});
        }
        Path copy = copy(folder, copies.resolve("copy"));
        store.close();

        assertThat(messagesOfAWholePrefix(copy)).isGreaterThanOrEqualTo(50);
        assertThat(messagesOfAWholePrefix(folder)).isEqualTo(2_000);
    }

    @RepeatedTest(5)
    void aLogCutOffAnywhereOpensWithAPrefix() throws Exception {
        long seed = Long.getLong("im.test.seed", new Random().nextLong());
        System.out.println("TornFolderTest -Dim.test.seed=" + seed);
        Random random = new Random(seed);
        TestStore store = TestStore.opened(folder);
        for (int i = 0; i < 60; i++) {
            append(store.log(), message("a", PEERS.get(i % 3), i, "m" + i));
        }
        Path copy = copy(folder, copies.resolve("copy"));
        store.close();
        Path log = newestLog(copy);
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            file.setLength(file.length() - 1 - random.nextInt(10_000));
        }

        assertThat(messagesOfAWholePrefix(copy)).isBetween(1, 60);
    }

    /** Opens the folder and returns how many messages it holds, having checked that they are the first ones. */
    private static int messagesOfAWholePrefix(Path folder) {
        try (TestStore store = TestStore.opened(folder)) {
            TreeSet<Long> positions = new TreeSet<>();
            List<String> texts = new ArrayList<>();
            for (String peer : PEERS) {
                ConversationKey conversation = ConversationKey.direct("a", peer);
                List<PlacedMessage> messages = after(store.conversations(), conversation, 0);
                long head = value(done -> store.conversations().head(conversation, Runnable::run, done));
                assertThat(head)
                        .isEqualTo(
                                messages.isEmpty()
                                        ? 0
                                        : messages.get(messages.size() - 1).position());
                messages.forEach(m -> positions.add(m.position()));
                messages.forEach(m -> texts.add(Requests.text(m)));
            }
            int count = positions.size();
            assertThat(positions.last()).isEqualTo(count);
            for (int i = 0; i < count; i++) {
                assertThat(texts).contains("m" + i);
            }
            assertRetriesAreKnownAndPositionsGoOn(store, count);
            return count;
        }
    }

    private static void assertRetriesAreKnownAndPositionsGoOn(TestStore store, int count) {
        int last = count - 1;
        assertThat(append(store.log(), message("a", PEERS.get(last % 3), last, "m" + last)))
                .containsExactly(accepted(last));
        append(store.log(), message("x", "y", 1, "new"));
        assertThat(after(store.conversations(), ConversationKey.direct("x", "y"), 0))
                .extracting(PlacedMessage::position)
                .containsExactly(count + 1L);
    }

    static Path newestLog(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("store"))) {
            return files.filter(p -> p.toString().endsWith(".log"))
                    .max(Comparator.comparing(p -> p.getFileName().toString()))
                    .orElseThrow();
        }
    }

    static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (!file.toString().endsWith(".so")) {
                    Files.copy(file, target);
                }
            }
        }
        return to;
    }
}
