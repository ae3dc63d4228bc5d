package im.gateway.launch;

import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.config.ListenConfig;
import im.gateway.config.PollingConfig;
import im.gateway.launch.Endpoints.Ports;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortChoiceTest {
    private static final Random RANDOM = new Random(1);

    @Test
    void portsThatAreGivenStay() throws CannotStart {
        Ports ports = new PortChoice(new Ports(7, 8, 9), RANDOM).choose(listen(1, 2, 3));

        assertThat(ports).isEqualTo(new Ports(1, 2, 3));
    }

    @Test
    void zeroBecomesThePortThatWasUsedLast() throws CannotStart {
        Ports ports = new PortChoice(new Ports(11_001, 11_002, 11_003), RANDOM).choose(listen(0, 2, 0));

        assertThat(ports).isEqualTo(new Ports(11_001, 2, 11_003));
    }

    @Test
    void withoutALastOneZeroBecomesThreeDifferentPortsBelowThoseOfOutgoingConnections() throws CannotStart {
        Ports ports = new PortChoice(Ports.NONE, RANDOM).choose(listen(0, 0, 0));

        assertThat(Set.of(ports.http(), ports.tcp(), ports.admin()))
                .hasSize(3)
                .allMatch(port -> port >= 10_240 && port < 32_768);
    }

    @Test
    void aLastPortThatIsNowGivenToAnotherListenerIsNotUsedAgain() throws CannotStart {
        Ports ports = new PortChoice(new Ports(11_001, 0, 0), RANDOM).choose(listen(0, 11_001, 3));

        assertThat(ports.http()).isNotEqualTo(11_001).isPositive();
        assertThat(ports.tcp()).isEqualTo(11_001);
    }

    private static ListenConfig listen(int http, int tcp, int admin) {
        return new ListenConfig(
                "127.0.0.1",
                http,
                tcp,
                "127.0.0.1",
                admin,
                List.of(),
                List.of(),
                new PollingConfig(true, Duration.ofSeconds(15), 20_000, 1_000));
    }
}
