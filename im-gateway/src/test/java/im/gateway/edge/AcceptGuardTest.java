package im.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AcceptGuardTest {

    @Test
    void aFailedAcceptPausesAndGoesOn() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        EmbeddedChannel listener =
                new EmbeddedChannel(new AcceptGuard(new EdgeMeters(meters, List.of(), new SocketRoom(100))));
        listener.freezeTime();

        listener.pipeline().fireExceptionCaught(new IOException("Too many open files"));

        assertThat(listener.config().isAutoRead()).isFalse();
        assertThat(meters.get("im_gateway_accept_failures_total").counter().count())
                .isEqualTo(1);
        listener.advanceTimeBy(1, TimeUnit.SECONDS);
        listener.runScheduledPendingTasks();
        assertThat(listener.config().isAutoRead()).isTrue();
        listener.checkException();
    }
}
