package im.gateway.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.gateway.config.ConfigLoader;
import im.gateway.config.ConfigLoader.Flag;
import im.gateway.config.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandaloneServerIT {
    @TempDir
    Path folder;

    @Test
    void aServerThatIsStoppedLeavesNoThreadAndNoListener() throws Exception {
        StandaloneServer.start(config()).stop();
        Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());

        RunningGateway server = StandaloneServer.start(config());
        Endpoints endpoints = server.endpoints();
        HttpResponse<String> ready = get(endpoints.admin() + "/readyz");
        server.stop();
        server.stop();

        assertThat(ready.statusCode()).isEqualTo(200);
        await().atMost(Duration.ofMinutes(5))
                .untilAsserted(() -> assertThat(threadsBeside(before)).isEmpty());
        for (String url : List.of(endpoints.http(), endpoints.tcp(), endpoints.admin())) {
            assertThatThrownBy(() -> connect(url).close()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void portsGivenAsZeroAreUsedAgainByTheNextServerOfTheFolder() throws Exception {
        RunningGateway first = StandaloneServer.start(config());
        first.stop();

        RunningGateway second = StandaloneServer.start(config());
        second.stop();

        assertThat(second.endpoints()).isEqualTo(first.endpoints());
    }

    @Test
    void aPortThatIsTakenFailsTheStartAndLeavesTheFolderFree() throws Exception {
        for (String key : List.of("listen.http-port", "listen.tcp-port", "listen.admin-port")) {
            try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
                ServerConfig taken = config(new Flag(key, Integer.toString(other.getLocalPort()), "--set"));

                assertThatThrownBy(() -> StandaloneServer.start(taken))
                        .isInstanceOf(CannotStart.class)
                        .hasMessageContaining("cannot listen on ")
                        .hasMessageContaining(Integer.toString(other.getLocalPort()));
            }
            assertThat(folder.resolve("im.pid")).doesNotExist();
        }
        StandaloneServer.start(config()).stop();
    }

    @Test
    void aFolderThatAServerHasIsRefusedAndItsServerGoesOn() throws Exception {
        RunningGateway server = StandaloneServer.start(config());

        assertThatThrownBy(() -> StandaloneServer.start(config()))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("in use by the process with pid "
                        + ProcessHandle.current().pid());
        assertThat(get(server.endpoints().admin() + "/readyz").statusCode()).isEqualTo(200);

        server.stop();
    }

    @Test
    void aKeyThatCannotBeReadFailsTheStart() throws Exception {
        Path key = Files.writeString(folder.resolve("short.key"), "short");

        assertThatThrownBy(() -> StandaloneServer.start(config(new Flag("auth.key-file", key.toString(), "--set"))))
                .isInstanceOf(CannotStart.class)
                .hasMessage("key file " + key + " holds 5 bytes; expected 32 to 4096");
    }

    @Test
    void theDevPagesAnswerOnThePublicPortInDevModeOnly() throws Exception {
        RunningGateway dev = StandaloneServer.start(config());
        HttpResponse<String> token = post(dev.endpoints().http() + DevTokenPage.PATH, "uid=alice");
        HttpResponse<String> page = get(dev.endpoints().http() + "/");
        dev.stop();
        Path key = Files.writeString(folder.resolve("a.key"), "k".repeat(32));
        RunningGateway strict = StandaloneServer.start(
                config(new Flag("dev", "false", "--set"), new Flag("auth.key-file", key.toString(), "--set")));
        HttpResponse<String> none = post(strict.endpoints().http() + DevTokenPage.PATH, "uid=alice");
        HttpResponse<String> noPage = get(strict.endpoints().http() + "/");
        HttpResponse<String> noScript = get(strict.endpoints().http() + "/im-client.js");
        strict.stop();

        assertThat(token.statusCode()).isEqualTo(200);
        assertThat(token.body()).startsWith("{\"token\":\"");
        assertThat(none.statusCode()).isEqualTo(404);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).startsWith("<!doctype html>");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(noPage.statusCode()).isEqualTo(404);
        assertThat(noScript.statusCode()).isEqualTo(404);
    }

    @Test
    void adminPathsAreNotServedOnThePublicPort() throws Exception {
        RunningGateway server = StandaloneServer.start(config());
        String http = server.endpoints().http();

        for (String path : List.of("/livez", "/readyz", "/metrics")) {
            assertThat(get(http + path).statusCode()).isEqualTo(404);
        }

        server.stop();
    }

    private ServerConfig config(Flag... more) throws Exception {
        List<Flag> flags = new ArrayList<>(List.of(more));
        Set<String> given = flags.stream().map(Flag::key).collect(Collectors.toSet());
        Map<String, String> usual = Map.of(
                "dev", "true",
                "data", folder.toString(),
                "listen.http-port", "0",
                "listen.tcp-port", "0",
                "listen.admin-port", "0",
                "listen.host", "127.0.0.1");
        usual.forEach((key, value) -> {
            if (!given.contains(key)) {
                flags.add(new Flag(key, value, "--set"));
            }
        });
        return ConfigLoader.load(null, Map.of(), flags, folder).config();
    }

    private static Set<String> threadsBeside(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                // Of the JDK, of Netty and of the test, one a process; they end by themselves.
                .filter(name ->
                        !name.matches("process reaper.*|globalEventExecutor.*|awaitility.*|HttpClient.*|Keep-Alive.*"))
                .collect(Collectors.toSet());
    }

    private static Socket connect(String url) throws IOException {
        URI uri = URI.create(url);
        return new Socket(uri.getHost(), uri.getPort());
    }

    private static HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(String url, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }
}
