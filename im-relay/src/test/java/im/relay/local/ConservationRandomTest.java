package im.relay.local;

import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.Answers;
import im.relay.Retention;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/**
 * Contract 18 under random schedules. What falls into one commit is the test's choice: it holds the writer, queues a
 * handful of appends, acknowledgements, sweeps and devices, and lets go. A kill is a copy of the folder taken meanwhile,
 * whose log is cut off anywhere.
 */
class ConservationRandomTest {
    private static final List<String> UIDS = List.of("a", "b", "c");
    private static final int STEPS = 120;
    /** More than a uid may have, so that some are forgotten. */
    private static final int DEVICES = 24;

    private static final int FOUNDING_BYTES = 4_096;

    @TempDir
    Path folder;

    @TempDir
    Path copies;

    private Random random = new Random();
    private TestStore store = new TestStore(Path.of("not set"));
    private long lastId;

    @RepeatedTest(6)
    void theEquationHoldsWhereverTheLogEnds() throws Exception {
        long seed = Long.getLong("im.test.seed", new Random().nextLong());
        System.out.println("ConservationRandomTest -Dim.test.seed=" + seed);
        random = new Random(seed);
        store = new TestStore(folder);
        store.config = store.config.withRetention(new Retention(Duration.ofDays(1), 6, 1 << 20));
        store.open();
        try {
            for (int step = 0; step < STEPS; step++) {
                step(step);
            }
        } finally {
            store.close();
        }
        CheckReport.Copies others = sound(folder).others();
        assertThat(others.acknowledged() + others.truncated() + others.writtenOff())
                .isPositive();
    }

    private void step(int step) throws Exception {
        switch (random.nextInt(24)) {
            case 0 -> store.restart();
            case 1 -> {
                store.close();
                sound(folder);
                store.open();
            }
            case 2 -> sound(killed(copies.resolve("copy-" + step)));
            case 3 -> store.pass(Duration.ofHours(random.nextInt(20)));
            default -> commit(1 + random.nextInt(14));
        }
    }

    /** One commit of so many things, behind that of the stop's own message. */
    private void commit(int things) throws Exception {
        WriterStop stop = store.stopWriter();
        stop.reach(store.log());
        store.onCommit = () -> {};
        CountDownLatch done = new CountDownLatch(things);
        for (int i = 0; i < things; i++) {
            queue(done::countDown);
        }
        stop.open();
        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
    }

    private void queue(Runnable done) {
        String uid = pick();
        String device = "d" + random.nextInt(DEVICES);
        switch (random.nextInt(16)) {
            case 0 -> store.store().sweep(done);
            case 1, 2 ->
                store.cursors()
                        .open(uid, device, Answers.start(random.nextBoolean()), Runnable::run, opened -> done.run());
            case 3 -> {
                store.cursors().touch(uid, device);
                done.run();
            }
            case 4, 5, 6, 7, 8 -> {
                ConversationKey conversation = ConversationKey.direct(uid, pick());
                store.cursors().raise(uid, device, conversation, position(), Runnable::run, done);
            }
            default -> {
                var request = message(uid, pick(), ++lastId, "m" + lastId);
                store.log().append(List.of(request), Runnable::run, outcomes -> done.run());
            }
        }
    }

    /** Of late, mostly; now and then above everything. */
    private long position() {
        long last = Math.max(1, store.committed.size());
        return random.nextInt(8) == 0 ? last + random.nextInt(40) : Math.max(0, last - random.nextInt(30));
    }

    private String pick() {
        return UIDS.get(random.nextInt(UIDS.size()));
    }

    private Path killed(Path to) throws IOException {
        CountDownLatch done = new CountDownLatch(20);
        for (int i = 0; i < 20; i++) {
            queue(done::countDown);
        }
        Path copy = copy(to);
        try {
            assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        try (RandomAccessFile log =
                new RandomAccessFile(TornFolderTest.newestLog(copy).toFile(), "rw")) {
            if (log.length() > FOUNDING_BYTES) {
                log.setLength(FOUNDING_BYTES + random.nextLong(log.length() - FOUNDING_BYTES));
            }
        }
        return copy;
    }

    /** Anew whenever the database has tidied up meanwhile: a killed process leaves files that belong together. */
    private Path copy(Path to) throws IOException {
        for (int attempt = 0; ; attempt++) {
            Set<Path> before = tables();
            try {
                Path copy = TornFolderTest.copy(folder, to.resolve("try-" + attempt));
                if (tables().equals(before)) {
                    return copy;
                }
            } catch (IOException | UncheckedIOException e) {
                assertThat(attempt).as("copies that failed: %s", e).isLessThan(100);
            }
        }
    }

    private Set<Path> tables() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("store"))) {
            return files.filter(file -> !file.toString().endsWith(".log")).collect(Collectors.toSet());
        }
    }

    private static CheckReport sound(Path data) throws IOException {
        CheckReport report = FolderCheck.run(data);
        assertThat(report.lines()).last().as(String.join("\n", report.lines())).isEqualTo("sound");
        return report;
    }
}
