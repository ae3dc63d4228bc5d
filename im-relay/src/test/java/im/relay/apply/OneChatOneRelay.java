package im.relay.apply;

import im.protocol.ConversationKey;
import im.relay.LogPosition;
import java.time.Duration;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;

/** One relay with one partition, in which ann and bob chat. */
abstract class OneChatOneRelay {
    static final ConversationKey CHAT = ConversationKey.direct("ann", "bob");
    static final Duration BEAT = RelaySim.CONFIG.heartbeat();

    final RelaySim sim = new RelaySim(7, 1, null);
    RelaySim.Process relay = sim.process();

    @BeforeEach
    void own() {
        sim.give(0, relay);
    }

    void send(int... ids) {
        for (int id : ids) {
            sim.send("ann", "bob", id, 0);
        }
    }

    TreeMap<Long, ModelView.Held> chat() {
        return sim.view.slot(0).conversations.getOrDefault(CHAT, new TreeMap<>());
    }

    void settle() {
        sim.settle();
        sim.check();
    }

    void replace() {
        sim.crash(relay);
        another();
    }

    /** The one before is gone. */
    void another() {
        relay = sim.process();
        own();
    }

    static long position(int offset) {
        return LogPosition.of(1, offset, 0);
    }
}
