package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.testkit.browser.BrowserPage;
import im.testkit.browser.Chromium;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The chat page of dev mode in a browser: what two people see, also when the page or the server goes away. */
@Timeout(180)
class ChatPageIT {
    private static final String MINE = ".message.mine";
    private static final String THEIRS = ".message.theirs:not(.typing)";

    @TempDir
    static Path folder;

    private static ServerProcess server;
    private static Chromium browser;

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");
    private final List<BrowserPage> pages = new ArrayList<>();
    private BrowserPage anns;
    private BrowserPage bobs;
    private boolean serverWasAway;

    @BeforeAll
    static void start() {
        Optional<Path> executable = Chromium.find();
        if (executable.isEmpty() && "required".equals(System.getenv("IM_IT"))) {
            fail("no Chromium on the path");
        }
        assumeTrue(executable.isPresent(), "no Chromium on the path");
        server = ServerProcess.start(ServerSpec.in(folder.resolve("server")).set("session.heartbeat", "10s"));
        browser = Chromium.launch(executable.orElseThrow(), folder.resolve("profile"));
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void bothSignIn() {
        anns = signedIn(ann);
        bobs = signedIn(bob);
    }

    /** Whatever was done: the console is clean, and nobody but the server was asked for anything. */
    @AfterEach
    void nothingWentWrongUnseen() {
        for (BrowserPage page : pages) {
            List<String> errors = page.errors().stream()
                    .filter(error -> !(serverWasAway && error.startsWith("network ")))
                    .toList();
            assertThat(errors).as("console").isEmpty();
            assertThat(page.hosts()).containsExactly(server.http().getAuthority());
            page.close();
        }
    }

    private BrowserPage signedIn(String uid) {
        BrowserPage page = browser.newPage();
        pages.add(page);
        page.viewport(1280, 800, false);
        page.navigate(server.http() + "/");
        eventually(() -> assertThat(page.count("#login-uid")).isOne());
        page.type("#login-uid", uid);
        page.pressEnter();
        online(page);
        assertThat(page.texts("#me")).containsExactly(uid);
        return page;
    }

    private static void online(BrowserPage page) {
        eventually(() -> assertThat(page.texts("#link-text")).containsExactly("Online"));
    }

    private static void chatWith(BrowserPage page, String peer) {
        page.type("#new-peer", peer);
        page.pressEnter();
        eventually(() -> assertThat(page.texts("#peer")).containsExactly(peer));
    }

    private static void say(BrowserPage page, String... texts) {
        for (String text : texts) {
            page.type("#text", text);
            page.pressEnter();
        }
    }

    private static List<String> bubbles(BrowserPage page, String which) {
        return page.texts(which + " .text");
    }

    private static void sees(BrowserPage page, String which, String... texts) {
        eventually(() -> assertThat(bubbles(page, which)).containsExactly(texts));
    }

    private static String ticks(BrowserPage page) {
        return String.valueOf(page.evaluate("[...document.querySelectorAll('.mine')].map(e => e.dataset.progress)"));
    }

    private static void ticked(BrowserPage page, String... progress) {
        eventually(() -> assertThat(ticks(page)).isEqualTo(List.of(progress).toString()));
    }

    /** A page that is just loading has nothing to be asked, which is an exception and not the end. */
    private static void eventually(ThrowingRunnable assertion) {
        await().atMost(Duration.ofSeconds(40)).ignoreExceptions().untilAsserted(assertion);
    }

    private static String row(String peer) {
        return "#list [data-peer='" + peer + "'] ";
    }

    @Test
    void whatEachOfTwoSaysIsSeenByBoth() {
        chatWith(anns, bob);
        say(anns, "hello Bob", "are you there?");
        sees(anns, MINE, "hello Bob", "are you there?");

        eventually(() -> assertThat(bobs.texts(row(ann) + ".preview")).containsExactly("are you there?"));
        bobs.click(row(ann) + "a");

        sees(bobs, THEIRS, "hello Bob", "are you there?");
        say(bobs, "yes, Ann");
        sees(anns, THEIRS, "yes, Ann");
    }

    @Test
    void aPageThatIsLoadedAgainHasWhatWasThereAndWhatCameMeanwhile() {
        chatWith(bobs, ann);
        chatWith(anns, bob);
        say(anns, "before");
        sees(bobs, THEIRS, "before");

        bobs.reload();
        say(anns, "meanwhile");

        sees(bobs, THEIRS, "before", "meanwhile");
        assertThat(bobs.texts("#me")).containsExactly(bob);
        say(bobs, "back");
        sees(anns, THEIRS, "back");
    }

    @Test
    void whatIsSentWhileTheServerIsDeadArrivesOnceWhenItIsBack() {
        chatWith(anns, bob);
        chatWith(bobs, ann);
        say(anns, "one");
        sees(bobs, THEIRS, "one");

        serverWasAway = true;
        server.kill9();
        eventually(() -> assertThat(anns.texts("#banner-text")).containsExactly("Offline. What you send is kept."));
        say(anns, "two", "three");
        ticked(anns, "accepted", "pending", "pending");
        server.start();

        sees(bobs, THEIRS, "one", "two", "three");
        sees(anns, MINE, "one", "two", "three");
        online(anns);
        assertThat(anns.count("#banner")).isZero();
        bobs.reload();
        sees(bobs, THEIRS, "one", "two", "three");
    }

    @Test
    void whatLooksLikeMarkupIsTextAndNothingElse() {
        String markup = "<img src=x onerror=\"window.hit=1\"><script>window.hit=1</script><b>bold</b>";
        chatWith(anns, bob);
        say(anns, markup);

        eventually(() -> assertThat(bobs.texts(row(ann) + ".preview")).containsExactly(markup));
        bobs.click(row(ann) + "a");
        sees(bobs, THEIRS, markup);
        for (BrowserPage page : pages) {
            assertThat(page.count("#app img, #app script, #app b")).isZero();
            assertThat(page.evaluate("'hit' in window")).isEqualTo(false);
        }
    }

    @Test
    void aTabOfTheSameUserIsADeviceOfItsOwn() {
        BrowserPage second = signedIn(ann);
        chatWith(anns, bob);
        chatWith(second, bob);
        say(anns, "from one tab");

        sees(second, MINE, "from one tab");
        chatWith(bobs, ann);
        say(bobs, "to both");
        sees(anns, THEIRS, "to both");
        sees(second, THEIRS, "to both");
    }

    @Test
    void whatIsOlderComesWhenOneScrollsUp() {
        chatWith(anns, bob);
        String[] texts = new String[120];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = "message " + i;
        }
        anns.evaluate("(async () => { const field = document.querySelector('#text'); for (let i = 0; i < 120; i++) {"
                + " field.value = 'message ' + i; document.querySelector('#composer').requestSubmit(); } })()");
        eventually(() -> assertThat(bobs.texts(row(ann) + ".preview")).containsExactly("message 119"));

        bobs.reload();
        online(bobs);
        chatWith(bobs, ann);
        eventually(() -> assertThat(bubbles(bobs, THEIRS)).endsWith("message 119"));
        assertThat(bubbles(bobs, THEIRS)).hasSizeLessThan(texts.length);
        eventually(() -> {
            bobs.evaluate("document.querySelector('#log').scrollTop = 0");
            assertThat(bubbles(bobs, THEIRS)).containsExactly(texts);
        });
        eventually(() -> assertThat(bobs.texts(".note")).containsExactly("This is where it begins."));
    }

    @Test
    void aPhoneShowsTheListOrTheChat() {
        anns.viewport(390, 844, true);
        eventually(() -> assertThat(anns.count(".side")).isOne());
        assertThat(anns.count(".chat")).isZero();

        chatWith(anns, bob);
        assertThat(anns.count(".side")).isZero();
        say(anns, "a word that is much too long for a phone: " + "x".repeat(300));
        sees(anns, MINE, "a word that is much too long for a phone: " + "x".repeat(300));
        assertThat(anns.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);

        anns.click("#back-link");
        eventually(() -> assertThat(anns.count(".side")).isOne());
        assertThat(anns.count(".chat")).isZero();
    }
}
