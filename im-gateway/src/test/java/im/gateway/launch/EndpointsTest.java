package im.gateway.launch;

import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.config.ListenConfig;
import im.gateway.config.PollingConfig;
import im.gateway.launch.Endpoints.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndpointsTest {
    @TempDir
    Path data;

    @Test
    void theLineNamesAddressesThatThisMachineCanReach() {
        assertThat(Endpoints.of(listen("0.0.0.0", "127.0.0.1"), new Ports(1, 2, 3))
                        .line())
                .isEqualTo("http=http://127.0.0.1:1 ws=ws://127.0.0.1:1/v1/ws tcp=tcp://127.0.0.1:2"
                        + " admin=http://127.0.0.1:3");
        assertThat(Endpoints.of(listen("::", "::1"), new Ports(1, 2, 3)).line())
                .isEqualTo("http=http://[::1]:1 ws=ws://[::1]:1/v1/ws tcp=tcp://[::1]:2 admin=http://[::1]:3");
        assertThat(Endpoints.of(listen("chat.example.org", "::"), new Ports(1, 2, 3))
                        .http())
                .isEqualTo("http://chat.example.org:1");
    }

    @Test
    void portsThatWereWrittenAreReadBack() throws IOException {
        Endpoints.of(listen("::", "127.0.0.1"), new Ports(1001, 1002, 1003)).write(data);

        assertThat(Endpoints.lastPorts(data)).contains(new Ports(1001, 1002, 1003));
        assertThat(data).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void noFileMeansNoPorts() throws IOException {
        assertThat(Endpoints.lastPorts(data)).contains(Ports.NONE);
    }

    @Test
    void aFileOfAnotherFormIsToldFromNone() throws IOException {
        for (String text : List.of("", "{", "[]", "{\"schema\":2}", "{\"schema\":1,\"http\":\"not a url\"}")) {
            Files.writeString(data.resolve("endpoints.json"), text);

            assertThat(Endpoints.lastPorts(data)).as(text).isEmpty();
        }
    }

    private static ListenConfig listen(String host, String adminHost) {
        return new ListenConfig(
                host,
                0,
                0,
                adminHost,
                0,
                List.of(),
                List.of(),
                new PollingConfig(true, Duration.ofSeconds(15), 20_000, 1_000));
    }
}
