package im.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.servers.ChildProcess.State;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every server's launcher does, tried on each. */
@Tag("once")
class ServersIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    enum Kind {
        REDIS(RedisServer::local, RedisServer::prepare, "port"),
        ETCD(EtcdServer::local, EtcdServer::prepare, "listen-client-urls"),
        KAFKA(KafkaServer::local, KafkaServer::prepare, "node.id");

        final Supplier<Availability> available;
        final BiFunction<Path, ServerOptions, ? extends Server> prepare;
        final String setting;

        Kind(
                Supplier<Availability> available,
                BiFunction<Path, ServerOptions, ? extends Server> prepare,
                String setting) {
            this.available = available;
            this.prepare = prepare;
            this.setting = setting;
        }
    }

    private Server server(Kind kind, ServerOptions options) {
        assumeTrue(kind.available.get().here(), kind.available.get()::why);
        return kind.prepare.apply(folder.resolve("server"), options);
    }

    /** A single question is given a second or two. */
    private static void awaitAnswer(Server server) {
        await().atMost(PATIENCE).ignoreExceptions().until(server::answers);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aServerThatIsKilledStartsAgainOnThePortAndTheFolderItHad(Kind kind) {
        try (Server server = server(kind, ServerOptions.defaults())) {
            server.start();
            int port = server.port();
            long pid = server.pid();
            server.kill();
            assertThat(server.state()).isEqualTo(State.DEAD);
            server.start();
            assertThat(server.port()).isEqualTo(port);
            assertThat(server.pid()).isNotEqualTo(pid);
            awaitAnswer(server);
            server.restart();
            assertThat(server.state()).isEqualTo(State.RUNNING);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aServerThatDoesNotStartFailsWithTheEndOfItsLog(Kind kind) {
        Server server = server(kind, ServerOptions.defaults().set(kind.setting, "nonsense"));
        assertThatThrownBy(server::start).hasStackTraceContaining("nonsense");
        assertThat(server.alive()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void onAPortThatIsTakenNothingStartsAlthoughSomebodyAnswers(Kind kind) {
        try (Server first = server(kind, ServerOptions.defaults())) {
            first.start();
            Server second = kind.prepare.apply(
                    folder.resolve("second"), ServerOptions.defaults().port(first.port()));
            assertThatThrownBy(second::start).isInstanceOf(ServerFailure.class).hasMessageContaining("another process");
            assertThat(second.alive()).isFalse();
        }
    }

    @Test
    void aServerThatIsPausedHoldsItsPortAndAnswersNothing() {
        try (Server server = server(Kind.REDIS, ServerOptions.defaults())) {
            server.start();
            server.pause();
            assertThat(server.state()).isEqualTo(State.PAUSED);
            assertThatThrownBy(server::answers).isInstanceOf(SocketTimeoutException.class);
            server.resume();
            awaitAnswer(server);
        }
    }

    @Test
    void aRedisThatWantsAPasswordGetsReady() {
        try (Server server = server(Kind.REDIS, ServerOptions.defaults().set("requirepass", "secret"))) {
            server.start();
            assertThat(server.state()).isEqualTo(State.RUNNING);
        }
    }

    @Test
    void aSecondBrokerJoinsTheFirst() {
        try (KafkaServer first = (KafkaServer) server(Kind.KAFKA, ServerOptions.defaults())) {
            first.start();
            try (KafkaServer second = first.join(folder.resolve("broker-2"), 2, ServerOptions.defaults())) {
                assertThat(second.state()).isEqualTo(State.RUNNING);
            }
        }
    }

    @Test
    void theServersOfAJvmAreStartedOnce() {
        assumeTrue(Requirement.REDIS.met(), Requirement.REDIS::why);
        assertThat(Servers.redis()).isEqualTo(Servers.redis());
    }
}
