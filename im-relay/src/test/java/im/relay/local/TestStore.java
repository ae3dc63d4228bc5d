package im.relay.local;

import im.relay.Answers;
import im.relay.ConversationStore;
import im.relay.CursorStore;
import im.relay.MessageLog;
import im.relay.PlacedMessage;
import im.relay.Retention;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A local store on a folder, with a clock in the test's hand, that can be closed and opened again. */
final class TestStore implements AutoCloseable {
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final List<PlacedMessage> committed = Collections.synchronizedList(new ArrayList<>());
    final Path folder;
    /** Nothing is dropped, unless the test is about it. */
    static final Retention UNLIMITED = new Retention(Duration.ofDays(36_500), 1_000_000, 1L << 40);

    LocalLogConfig config = LocalLogConfig.defaults().withRetention(UNLIMITED);
    volatile Instant wall = Instant.parse("2026-01-01T00:00:00Z");
    volatile long nanos;

    /** Runs on the writer thread behind each commit that placed messages. */
    volatile Runnable onCommit = () -> {};

    /** Runs before the wall clock is read. */
    volatile Runnable onClock = () -> {};

    private Random random = new Random(1);
    private @Nullable LocalStore store;

    TestStore(Path folder) {
        this.folder = folder;
    }

    static TestStore opened(Path folder) {
        TestStore store = new TestStore(folder);
        store.open();
        return store;
    }

    void seed(long seed) {
        random = new Random(seed);
    }

    LocalStore store() {
        LocalStore open = store;
        if (open == null) {
            throw new IllegalStateException("not open");
        }
        return open;
    }

    void open() {
        InstantSource source = () -> {
            onClock.run();
            return wall;
        };
        Clock clock = source.withZone(ZoneOffset.UTC);
        Surroundings around = new Surroundings(clock, () -> nanos, random, meters);
        try {
            store = LocalStore.open(folder, config, around, (messages, wakeups) -> {
                committed.addAll(messages);
                onCommit.run();
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    MessageLog log() {
        return store().log();
    }

    ConversationStore conversations() {
        return store().conversations();
    }

    CursorStore cursors() {
        return store().cursors();
    }

    /** One slice of retention's work, done when this returns. */
    void sweep() {
        Answers.<Boolean>await(done -> store().sweep(() -> done.accept(true)));
    }

    /** The next commit that places messages stops the writer behind its write, until the result is opened. */
    WriterStop stopWriter() {
        WriterStop stop = new WriterStop();
        onCommit = stop;
        return stop;
    }

    /** Both clocks go on. */
    synchronized void pass(Duration time) {
        wall = wall.plus(time);
        nanos += time.toNanos();
    }

    void restart() {
        close();
        open();
    }

    @Override
    public void close() {
        LocalStore open = store;
        store = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
