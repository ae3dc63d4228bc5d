package im.relay.local;

import im.relay.ConversationStore;
import im.relay.CursorStore;
import im.relay.GroupStore;
import im.relay.GroupStoreContract;
import im.relay.MessageLog;
import java.io.IOException;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class LocalGroupStoreTest extends GroupStoreContract {
    @TempDir
    Path folder;

    private TestStore store;

    @BeforeEach
    void open() {
        store = TestStore.opened(folder);
    }

    /** Whatever a test did, the folder agrees with itself. */
    @AfterEach
    void closeAndCheck() throws IOException {
        store.close();
        Assertions.assertThat(FolderCheck.run(folder).wrong()).isEmpty();
    }

    @Override
    protected MessageLog log() {
        return store.log();
    }

    @Override
    protected ConversationStore store() {
        return store.conversations();
    }

    @Override
    protected CursorStore cursors() {
        return store.cursors();
    }

    @Override
    protected GroupStore groups() {
        return store.store().groups();
    }
}
