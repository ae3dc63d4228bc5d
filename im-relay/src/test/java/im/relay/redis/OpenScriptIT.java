package im.relay.redis;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.Answers;
import im.relay.CursorStore;
import im.router.redis.Redis.Call;
import im.servers.Servers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class OpenScriptIT {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");

    private final HandRelay relay = HandRelay.started(Servers.redis(), HandRelay.UNLIMITED);
    private final OpenScript script = new OpenScript(relay.keys, HandRelay.PARTITIONS);

    @AfterEach
    void close() {
        relay.close();
    }

    private boolean open(String device, long nowMs) {
        return HandRelay.await(relay.redis.call(script.call("a", device, CursorStore.Start.FIRST_HELD, nowMs)))
                        .number()
                == 1;
    }

    @Test
    void theLongestUnusedIsForgottenWithItsCursors() {
        for (int i = 0; i < CursorStore.MAX_DEVICES; i++) {
            assertThat(open("d" + i, 1_000 + i)).isTrue();
        }
        assertThat(open("d0", 5_000)).as("known, and in use again").isFalse();
        Answers.raise(relay.cursors, "a", "d1", AB, 0);
        HandRelay.await(relay.redis.call(
                Call.of("HSET", relay.keys.cursors("a", "d1"), StoreKeys.field("a", AB), StoreKeys.bytes("7"))));

        assertThat(open("one-more", 6_000)).isTrue();

        assertThat(device("d1")).isFalse();
        assertThat(device("d0")).isTrue();
        assertThat(HandRelay.await(relay.redis.call(Call.of("EXISTS", relay.keys.cursors("a", "d1"))))
                        .number())
                .isZero();
        assertThat(HandRelay.await(relay.redis.call(Call.of("HLEN", relay.keys.devices("a"))))
                        .number())
                .isEqualTo(CursorStore.MAX_DEVICES);
        assertThat(open("d1", 7_000)).isTrue();
    }

    private boolean device(String device) {
        return HandRelay.await(relay.redis.call(Call.of("HEXISTS", relay.keys.devices("a"), StoreKeys.bytes(device))))
                        .number()
                == 1;
    }
}
