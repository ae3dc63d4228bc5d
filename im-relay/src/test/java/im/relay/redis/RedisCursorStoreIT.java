package im.relay.redis;

import im.relay.ConversationStore;
import im.relay.CursorStore;
import im.relay.CursorStoreContract;
import im.relay.MessageLog;
import im.servers.Servers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("im.servers.Requirement#redis")
class RedisCursorStoreIT extends CursorStoreContract {
    private HandRelay relay;

    @BeforeEach
    void open() {
        relay = HandRelay.started(Servers.redis(), HandRelay.UNLIMITED);
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @Override
    protected MessageLog log() {
        return relay;
    }

    @Override
    protected ConversationStore store() {
        return relay.store;
    }

    @Override
    protected CursorStore cursors() {
        return relay.cursors;
    }
}
