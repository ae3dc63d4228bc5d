package im.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SocketRoomTest {
    private final SocketRoom room = new SocketRoom(20);
    private final List<EmbeddedChannel> sockets = new ArrayList<>();

    @AfterEach
    void close() {
        sockets.forEach(EmbeddedChannel::close);
    }

    @Test
    void theLastSocketThatHasRoomEntersAndTheNextDoesNot() {
        enter(19);
        assertThat(room.reason()).isNull();
        assertThat(room.enter(socket())).isTrue();
        assertThat(room.reason()).isEqualTo("20 sockets are open, as many as the process's file descriptors allow");

        assertThat(room.enter(socket())).isFalse();

        assertThat(room.open()).isEqualTo(20);
    }

    @Test
    void aSocketThatClosesLeavesRoomAndOneThatWasRefusedLeavesNone() {
        enter(20);
        EmbeddedChannel refused = socket();
        assertThat(room.enter(refused)).isFalse();
        refused.close();
        assertThat(room.enter(socket())).isFalse();

        sockets.get(0).close();

        assertThat(room.reason()).isNull();
        assertThat(room.enter(socket())).isTrue();
        assertThat(room.enter(socket())).isFalse();
    }

    @Test
    void aFewEnterHoweverLittleTheProcessMayOpen() {
        assertThat(new SocketRoom(-100).most()).isEqualTo(16);
    }

    private void enter(int count) {
        for (int i = 0; i < count; i++) {
            assertThat(room.enter(socket())).isTrue();
        }
    }

    private EmbeddedChannel socket() {
        EmbeddedChannel socket = new EmbeddedChannel();
        sockets.add(socket);
        return socket;
    }
}
