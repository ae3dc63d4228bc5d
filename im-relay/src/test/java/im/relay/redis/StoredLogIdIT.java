package im.relay.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.relay.ConversationView;
import im.servers.Servers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class StoredLogIdIT {
    private final HandRelay relay = HandRelay.started(Servers.redis(), HandRelay.UNLIMITED);

    @AfterEach
    void close() {
        relay.close();
    }

    private ConversationView viewOf(String logId) {
        return new RedisConversationView(relay.redis, HandRelay.UNLIMITED, logId);
    }

    @Test
    void viewsOfOneLogAreRefusedToAnotherUntilTheyAreGone() {
        assertThat(HandRelay.await(viewOf("log").state(1)).applied()).isZero();
        assertThat(HandRelay.await(viewOf("log").state(1)).applied()).isZero();
        HandRelay.await(new StoredLogId(relay.redis, "log").check(HandRelay.PARTITIONS));

        assertThatThrownBy(() -> HandRelay.await(viewOf("other").state(1)))
                .hasMessageContaining("views of log log, Kafka has log other");
        assertThatThrownBy(() -> HandRelay.await(new StoredLogId(relay.redis, "other").check(HandRelay.PARTITIONS)))
                .hasMessageContaining("redis.prefix");

        relay.lose("{p1}");
        assertThat(HandRelay.await(viewOf("other").state(1)).applied()).isEqualTo(ConversationView.ABSENT);
        HandRelay.await(new StoredLogId(relay.redis, "other").check(HandRelay.PARTITIONS));
    }
}
