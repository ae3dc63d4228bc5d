package im.relay.local;

import im.relay.ConversationStore;
import im.relay.ConversationStoreContract;
import im.relay.CursorStore;
import im.relay.MessageLog;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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
