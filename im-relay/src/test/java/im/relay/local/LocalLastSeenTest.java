package im.relay.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When uids were last connected, over commits and restarts. */
class LocalLastSeenTest {
    @TempDir
    Path folder;

    private TestStore store;

    @BeforeEach
    void open() {
        store = TestStore.opened(folder);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aUidThatNeverLeftHasNoTime() {
        assertThat(times("a", "b")).containsExactly(0, 0);
    }

    @Test
    void whatWasToldIsThereWithTheNextCommitWhateverThatIsFor() {
        store.store().lastSeen().left("a", 5);
        store.store().lastSeen().left("b", 9);
        store.store().lastSeen().left("a", 7);

        store.sweep();

        assertThat(times("b", "a", "c")).containsExactly(9, 7, 0);
    }

    @Test
    void whatWasToldBeforeTheStoreIsClosedOutlivesIt() {
        store.store().lastSeen().left("a", 5);

        store.restart();

        assertThat(times("a")).containsExactly(5);
    }

    @Test
    void whatIsNoUidIsRefused() {
        assertThatThrownBy(() -> store.store().lastSeen().left("a\0b", 5)).isInstanceOf(IllegalArgumentException.class);
    }

    private long[] times(String... uids) {
        return store.store()
                .lastSeen()
                .of(List.of(uids))
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }
}
