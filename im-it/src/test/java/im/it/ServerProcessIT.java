package im.it;

import static im.testkit.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.testkit.client.RawClient;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher of the tests, and what a server promises about its folder. */
class ServerProcessIT {
    @TempDir
    Path folder;

    @Test
    void aServerThatIsKilledComesBackOnItsPortsWithItsLog() throws IOException {
        try (ServerProcess server = ServerProcess.start(ServerSpec.in(folder))) {
            List<URI> before = List.of(server.http(), server.ws(), server.tcp(), server.admin());
            String log = logId(server);
            long pid = server.pid();

            server.killAndRestart();

            assertThat(List.of(server.http(), server.ws(), server.tcp(), server.admin()))
                    .isEqualTo(before);
            assertThat(logId(server)).isEqualTo(log);
            assertThat(server.pid()).isNotEqualTo(pid);
            assertThat(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false))
                    .isFalse();
        }
    }

    @Test
    void aFolderThatIsInUseIsRefusedWithThePidOfWhoUsesIt() {
        try (ServerProcess server = ServerProcess.start(ServerSpec.in(folder));
                ServerProcess second = ServerProcess.prepare(ServerSpec.in(folder))) {
            assertThatThrownBy(second::start).hasMessageContaining(Long.toString(server.pid()));
            assertThat(second.waitForExit(PATIENCE)).isEqualTo(4);
            assertThat(server.running()).isTrue();
        }
    }

    @Test
    void aPausedServerAnswersOnceItIsResumed() throws IOException {
        try (ServerProcess server = ServerProcess.start(ServerSpec.in(folder));
                RawClient client =
                        RawClient.welcomed(server.tcp(), server.tokens().of("ann"), "phone")) {
            server.pause();
            var send = client.text(TestServer.messageId(), "bob", "into the pause");
            client.send(send);
            assertThat(client.inbox()).noneMatch(frame -> frame.hasSendResult());

            server.resume();

            assertThat(client.result(send.getRef()).getMessageId())
                    .isEqualTo(send.getSend().getMessageId());
        }
    }

    @Test
    void aClosedServerIsGone() {
        ServerProcess server = ServerProcess.start(ServerSpec.in(folder));
        long pid = server.pid();

        server.close();

        assertThat(server.running()).isFalse();
        assertThat(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false))
                .isFalse();
    }

    private static String logId(ServerProcess server) throws IOException {
        try (RawClient client = RawClient.welcomed(server.tcp(), server.tokens().of("ann"), TestServer.uid("device"))) {
            return client.welcome().getLogId();
        }
    }
}
