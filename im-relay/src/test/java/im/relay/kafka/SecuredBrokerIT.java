package im.relay.kafka;

import static im.relay.Answers.append;
import static im.relay.Requests.accepted;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.servers.KafkaServer;
import im.servers.ServerOptions;
import im.servers.Servers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** A broker that wants a password. */
@Tag("once")
@EnabledIf("im.servers.Requirement#kafka")
class SecuredBrokerIT {
    private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required";

    private static KafkaServer broker;

    @BeforeAll
    static void start() {
        ServerOptions options = ServerOptions.defaults()
                .set("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:SASL_PLAINTEXT")
                .set("sasl.enabled.mechanisms", "PLAIN")
                .set("sasl.mechanism.inter.broker.protocol", "PLAIN")
                .set(
                        "listener.name.plaintext.plain.sasl.jaas.config",
                        LOGIN + " username=\"im\" password=\"right\" user_im=\"right\";");
        broker = KafkaServer.start(Servers.temporaryFolder("kafka-secured"), options);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static KafkaConfig config(String password) {
        return Brokers.config(broker)
                .withClient(Map.of(
                        "security.protocol",
                        "SASL_PLAINTEXT",
                        "sasl.mechanism",
                        "PLAIN",
                        "sasl.jaas.config",
                        LOGIN + " username=\"im\" password=\"" + password + "\";"));
    }

    @Test
    void theRightPasswordIsHandedToEveryClient() {
        try (KafkaLog log = KafkaLog.open(config("right"), new SimpleMeterRegistry())) {
            assertThat(append(log.messages(), message("a", "b", 1, "x"))).containsExactly(accepted(1));
        }
    }

    @Test
    void aWrongPasswordIsRefusedAtTheStartAndNotPrinted() {
        KafkaConfig wrong = config("guessed");
        assertThat(wrong.toString()).doesNotContain("guessed");
        assertThatThrownBy(() -> KafkaLog.open(wrong, new SimpleMeterRegistry()))
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining("refuses the credentials")
                .hasMessageNotContaining("guessed");
    }

    @Test
    void aSettingThatClientsDoNotKnowIsNamed() {
        KafkaConfig wrong = config("right").withClient(Map.of("security.protocol", "SASL_SMOKE"));
        assertThatThrownBy(() -> KafkaLog.open(wrong, new SimpleMeterRegistry()))
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining("security.protocol");
    }
}
