package im.client;

import static org.assertj.core.api.Assertions.assertThat;

import im.client.store.ClientStore;
import im.client.store.StoreUpdate;
import im.client.store.StoredState;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is brought to a store, when, and who is told. */
class KeptTest {
    private final EventLoop loop = new DefaultEventLoop();
    private final Recording store = new Recording();
    private final Kept kept = new Kept(loop, Runnable::run, store, StoredState.EMPTY);
    private final List<String> told = new CopyOnWriteArrayList<>();

    private static final class Recording implements ClientStore {
        final List<StoreUpdate> saved = new CopyOnWriteArrayList<>();
        volatile boolean failing;
        volatile boolean closed;

        @Override
        public StoredState load() {
            return StoredState.EMPTY;
        }

        @Override
        public void save(StoreUpdate update) throws IOException {
            if (failing) {
                throw new IOException("full");
            }
            saved.add(update);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @AfterEach
    void end() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    /** In one turn of the loop; waits until what it noted is saved, or is known not to be. */
    private void turn(Runnable notes) throws Exception {
        CompletableFuture<Void> over = new CompletableFuture<>();
        loop.execute(() -> {
            notes.run();
            kept.whenSaved(() -> over.complete(null), () -> over.complete(null));
        });
        ClientFixture.get(over);
    }

    @Test
    void whatOneTurnNotesIsOneSave() throws Exception {
        turn(() -> {
            kept.cursor("bob", 1);
            kept.cursor("bob", 2);
            kept.shown("cid", 3);
            kept.whenSaved(() -> told.add("saved " + store.saved.size()), () -> told.add("failed"));
        });

        assertThat(store.saved).hasSize(1);
        assertThat(store.saved.get(0).cursors()).containsExactly(Map.entry("bob", 2L));
        assertThat(told).containsExactly("saved 1");
    }

    @Test
    void cursorsOfTheOldLogThatWereNotSavedYetAreNeverSaved() throws Exception {
        turn(() -> {
            kept.cursor("bob", 50);
            kept.shown("bob", 60);
            kept.voidCursors();
            kept.cursor("cid", 1);
        });

        assertThat(store.saved.get(0).cursorsVoid()).isTrue();
        assertThat(store.saved.get(0).cursors()).containsExactly(Map.entry("cid", 1L));
        assertThat(store.saved.get(0).shown()).isEmpty();
    }

    @Test
    void afterASaveThatFailedNobodyIsToldThatAnythingIsSavedAndTheOwnerHearsOfItOnce() throws Exception {
        loop.execute(() -> kept.onFailure(() -> told.add("owner")));
        store.failing = true;
        turn(() -> {
            kept.cursor("bob", 1);
            kept.whenSaved(() -> told.add("saved"), () -> told.add("failed"));
        });
        store.failing = false;
        turn(() -> {
            kept.cursor("bob", 2);
            kept.whenSaved(() -> told.add("saved"), () -> told.add("failed"));
        });

        assertThat(told).containsExactly("owner", "failed", "failed");
        assertThat(kept.failure()).contains("full");
        assertThat(store.saved).isEmpty();
    }

    @Test
    void closingSavesWhatWasNotedFirstAndNothingAfterIt() throws Exception {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        loop.execute(() -> {
            kept.cursor("bob", 1);
            kept.close(() -> closed.complete(null));
        });
        ClientFixture.get(closed);
        loop.submit(() -> kept.cursor("bob", 2)).get(FakeGateway.WAIT_SECONDS, TimeUnit.SECONDS);
        loop.submit(() -> {}).get(FakeGateway.WAIT_SECONDS, TimeUnit.SECONDS);

        assertThat(store.closed).isTrue();
        assertThat(store.saved).hasSize(1);
    }
}
