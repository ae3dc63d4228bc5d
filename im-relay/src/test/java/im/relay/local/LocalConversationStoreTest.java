package im.relay.local;

import static im.relay.Answers.append;
import static im.relay.Answers.compare;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.relay.ConversationStore;
import im.relay.ConversationStore.Comparison;
import im.relay.ConversationStoreContract;
import im.relay.CursorStore;
import im.relay.MessageLog;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalConversationStoreTest extends ConversationStoreContract {
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

    /** A device that was told "complete as of t" is not told of what was accepted before t and is held no more (D20). */
    @Test
    void aComparisonHoldsEverythingThatWasAcceptedBeforeItsTime_D20() {
        AtomicBoolean appended = new AtomicBoolean();
        store.onClock = () -> {
            boolean reading = Thread.currentThread().getName().startsWith("im-store-read");
            if (reading && appended.compareAndSet(false, true)) {
                append(log(), message("a", "b", 1, "while the clock is read"));
            }
        };

        Comparison comparison = compare(store(), "b", "d", Map.of(), false, List.of());

        assertThat(appended).isTrue();
        assertThat(comparison.behind()).hasSize(1);
    }

    @Override
    protected MessageLog log() {
        return store.store().log();
    }

    @Override
    protected ConversationStore store() {
        return store.store().conversations();
    }

    @Override
    protected CursorStore cursors() {
        return store.store().cursors();
    }
}
