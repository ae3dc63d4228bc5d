package im.relay.redis;

import static org.assertj.core.api.Assertions.assertThat;

import im.relay.Answers;
import im.relay.CursorStore;
import im.router.redis.Redis.Call;
import im.servers.Servers;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class TouchScriptIT {
    private final HandRelay relay = HandRelay.started(Servers.redis(), HandRelay.UNLIMITED);
    private final OpenScript open = new OpenScript(relay.keys, HandRelay.PARTITIONS);
    private final TouchScript touch = new TouchScript(relay.keys);

    @AfterEach
    void close() {
        relay.close();
    }

    private String entry(String device) {
        return HandRelay.await(relay.redis.call(Call.of("HGET", relay.keys.devices("a"), StoreKeys.bytes(device))))
                .text();
    }

    @Test
    void aLastUseMovesOnOnceInAMinuteAndNothingElseDoes() {
        HandRelay.await(relay.redis.call(open.call("a", "d", CursorStore.Start.HEADS, 1_000_000)));
        String before = entry("d");
        List<TouchScript.Device> both =
                List.of(new TouchScript.Device("a", "d"), new TouchScript.Device("a", "unknown"));

        assertThat(HandRelay.await(relay.redis.call(touch.call(both, 1_059_999)))
                        .number())
                .isZero();
        assertThat(entry("d")).isEqualTo(before);
        assertThat(HandRelay.await(relay.redis.call(touch.call(both, 1_060_000)))
                        .number())
                .isEqualTo(1);
        assertThat(entry("d"))
                .isEqualTo(before.replaceFirst("1000000", "1060000"))
                .startsWith("1060000 1000000 h ");
    }

    @Test
    void aTouchedDeviceOutlivesOneThatWasNot() {
        for (int i = 0; i < CursorStore.MAX_DEVICES; i++) {
            HandRelay.await(relay.redis.call(open.call("a", "d" + i, CursorStore.Start.FIRST_HELD, 1_000 + i)));
        }
        relay.cursors.touch("a", "d0");
        Awaitility.await().until(() -> !entry("d0").startsWith("1000 "));

        assertThat(Answers.open(relay.cursors, "a", "one-more", CursorStore.Start.FIRST_HELD))
                .isTrue();

        assertThat(Answers.open(relay.cursors, "a", "d0", CursorStore.Start.FIRST_HELD))
                .isFalse();
    }
}
