package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.testkit.browser.BrowserPage;
import java.net.URI;
import java.util.List;
import org.awaitility.core.ThrowingRunnable;

/** What a person does at the chat page, and what it shows: each look waits until it is so. */
final class ChatWindow {
    private static final String MINE = ".message.mine .text";
    private static final String THEIRS = ".message.theirs .text";

    final BrowserPage page;
    final String uid;

    ChatWindow(BrowserPage page, String uid) {
        this.page = page;
        this.uid = uid;
        page.viewport(1280, 800, false);
    }

    /** A page that is just loading has nothing to be asked, which is an exception and not the end. */
    static void eventually(ThrowingRunnable assertion) {
        await().ignoreExceptions().untilAsserted(assertion);
    }

    ChatWindow signIn(URI server) {
        return signInAt(server + "/");
    }

    ChatWindow signInAt(String url) {
        page.navigate(url);
        eventually(() -> assertThat(page.count("#login-uid")).isOne());
        page.type("#login-uid", uid);
        page.pressEnter();
        isOnline();
        assertThat(page.texts("#me")).containsExactly(uid);
        return this;
    }

    /** The page is gone, not only told to go. */
    void leave() {
        page.navigate("about:blank");
        eventually(() -> assertThat(page.evaluate("location.href")).isEqualTo("about:blank"));
    }

    void isOnline() {
        shows("#link-text", "Online");
    }

    void chatWith(String peer) {
        page.type("#new-peer", peer);
        page.pressEnter();
        shows("#peer", peer);
    }

    void openFromList(String peer) {
        page.click(row(peer) + "a");
        shows("#peer", peer);
    }

    /** Whatever it is called in the list. */
    void openFromList(String inList, String name) {
        page.click(row(inList) + "a");
        shows("#peer", name);
    }

    void beginGroup(String id, String title, String members, boolean open) {
        page.click("#group-new");
        page.type("#group-id", id);
        page.type("#group-title", title);
        page.type("#group-uids", members);
        if (open) {
            page.click("#group-open");
        }
        page.click("#group-form [value=create]");
        eventually(() -> assertThat(page.evaluate("location.hash")).isEqualTo("#/g/" + id));
    }

    void joinGroup(String id) {
        page.click("#group-new");
        page.type("#group-id", id);
        page.click("#group-form [value=join]");
        eventually(() -> assertThat(page.evaluate("location.hash")).isEqualTo("#/g/" + id));
    }

    void openMembers() {
        page.click("#group-button");
        eventually(() -> assertThat(page.count("#members-dialog[open]")).isOne());
    }

    void write(String text) {
        page.type("#text", text);
    }

    void say(String... texts) {
        for (String text : texts) {
            write(text);
            page.pressEnter();
        }
    }

    /** Says what no hand would type, one after the other: the field has each at once. */
    void paste(String... texts) {
        page.evaluate(("['%s'].forEach(text => { document.querySelector('#text').value = text;"
                        + " document.querySelector('#composer').requestSubmit(); })")
                .formatted(String.join("','", texts)));
    }

    void shows(String selector, String... texts) {
        eventually(() -> assertThat(page.texts(selector)).containsExactly(texts));
    }

    void hides(String selector) {
        eventually(() -> assertThat(page.count(selector)).isZero());
    }

    void hasSaid(String... texts) {
        shows(MINE, texts);
    }

    void hasHeard(String... texts) {
        shows(THEIRS, texts);
    }

    List<String> heard() {
        return page.texts(THEIRS);
    }

    /** How far each own message got. */
    void hasTicks(String... progress) {
        eventually(() -> assertThat(ticks()).isEqualTo(List.of(progress).toString()));
    }

    /** As a list is written. */
    String ticks() {
        return String.valueOf(page.evaluate("[...document.querySelectorAll('.mine')].map(e => e.dataset.progress)"));
    }

    void listShows(String peer, String last) {
        shows(row(peer) + ".preview", last);
    }

    void hasUnread(String peer, int unread) {
        if (unread == 0) {
            hides(row(peer) + ".unread");
        } else {
            shows(row(peer) + ".unread", unread + "\nunread");
        }
    }

    static String row(String peer) {
        return "#list [data-peer='" + peer + "'] ";
    }

    /** The name of this tab's device. */
    String device() {
        return String.valueOf(
                page.evaluate("`web-${localStorage['im/browser']}-${sessionStorage['im/device/%s']}`".formatted(uid)));
    }

    int scrollWidth() {
        return number("document.documentElement.scrollWidth");
    }

    int number(String expression) {
        return Integer.parseInt(String.valueOf(page.evaluate(expression)));
    }
}
