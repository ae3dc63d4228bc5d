package im.relay.redis;

import im.relay.ConversationStore;
import im.relay.CursorStore;
import im.relay.GroupStore;
import im.relay.GroupStoreContract;
import im.relay.MessageLog;
import im.servers.Servers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("im.servers.Requirement#redis")
class RedisGroupStoreIT extends GroupStoreContract {
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
        relay.timeMs++;
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

    @Override
    protected GroupStore groups() {
        return relay.groups;
    }
}
