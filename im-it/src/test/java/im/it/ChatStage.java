package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.servers.Servers;
import im.testkit.browser.BrowserContext;
import im.testkit.browser.BrowserPage;
import im.testkit.browser.Chromium;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server and a browser for the tests of a class; each person has a browser context of their own. Skips them where
 * there is no Chromium. After each test the console of every page is clean, and nobody but the server was asked for
 * anything.
 */
final class ChatStage implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
    private final UnaryOperator<ServerSpec> change;
    private @Nullable Path folder;
    private @Nullable ServerProcess server;
    private final Map<String, BrowserContext> contexts = new HashMap<>();
    private final List<BrowserPage> pages = new ArrayList<>();
    private @Nullable Chromium browser;
    private final Set<String> networks = new HashSet<>();
    private boolean serverWasAway;

    ChatStage(UnaryOperator<ServerSpec> change) {
        this.change = change;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        Optional<Path> executable = Chromium.find();
        if (executable.isEmpty() && "required".equals(System.getenv("IM_IT"))) {
            fail("no Chromium on the path");
        }
        assumeTrue(executable.isPresent(), "no Chromium on the path");
        Path made = TestServer.newFolder();
        folder = made;
        server = ServerProcess.start(change.apply(ServerSpec.in(made.resolve("server"))));
        browser = Chromium.launch(executable.orElseThrow(), made.resolve("profile"));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            for (BrowserPage page : pages) {
                List<String> errors = page.errors().stream()
                        .filter(error -> !(serverWasAway && error.startsWith("network ")))
                        .toList();
                assertThat(errors).as("console").isEmpty();
                assertThat(page.hosts()).contains(server().http().getAuthority());
                assertThat(page.hosts())
                        .filteredOn(host -> !networks.contains(host))
                        .hasSize(1);
            }
        } finally {
            contexts.values().forEach(BrowserContext::close);
            contexts.clear();
            pages.clear();
            networks.clear();
            serverWasAway = false;
            if (!server().running()) {
                server().start();
            }
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
        }
        if (folder != null) {
            Servers.delete(folder);
        }
    }

    /** A page of this person that nothing was done with; two of one person are two tabs of one browser. */
    ChatWindow window(String uid) {
        Chromium running = Objects.requireNonNull(browser);
        BrowserPage page =
                contexts.computeIfAbsent(uid, person -> running.newContext()).newPage();
        pages.add(page);
        return new ChatWindow(page, uid);
    }

    ChatWindow signedIn(String uid) {
        return window(uid).signIn(server().http());
    }

    /** From here to the end of the test, a page may ask here as well, and complain of what does not pass. */
    void allow(URI network) {
        networks.add(network.getAuthority());
        serverWasAway = true;
    }

    ServerProcess server() {
        return Objects.requireNonNull(server);
    }

    /** From here to the end of the test, a page may complain that nobody answers. */
    void killServer() {
        serverWasAway = true;
        server().kill9();
    }

    /** As {@link #killServer}, and it has lost all messages and knows no device, but keeps its ports. */
    void killServerAndItsStore() {
        killServer();
        Servers.delete(
                Objects.requireNonNull(folder).resolve("server").resolve("data").resolve("store"));
    }

    /** As {@link #killServer}, but with SIGTERM. */
    void stopServer() {
        serverWasAway = true;
        assertThat(server().terminate()).isZero();
    }
}
