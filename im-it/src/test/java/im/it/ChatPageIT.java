package im.it;

import static im.it.ChatWindow.eventually;
import static im.it.ChatWindow.row;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import im.testkit.client.RawClient;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The chat page of dev mode in a browser: what two people see of each other. */
@Tag("once")
class ChatPageIT {
    @RegisterExtension
    static final ChatStage STAGE = new ChatStage(spec -> spec.set("session.heartbeat", "30s"));

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");
    private ChatWindow anns;
    private ChatWindow bobs;

    @BeforeEach
    void bothSignIn() {
        anns = STAGE.signedIn(ann);
        bobs = STAGE.signedIn(bob);
    }

    @Test
    void whatEachOfTwoSaysIsSeenByBothAndTickedUntilItIsRead() {
        anns.chatWith(bob);
        anns.say("hello Bob", "are you there?");
        anns.hasSaid("hello Bob", "are you there?");

        bobs.listShows(ann, "are you there?");
        anns.hasTicks("delivered", "delivered");
        bobs.openFromList(ann);

        bobs.hasHeard("hello Bob", "are you there?");
        anns.hasTicks("read", "read");
        bobs.say("yes, Ann");
        anns.hasHeard("yes, Ann");
        bobs.hasTicks("read");
    }

    @Test
    void whatReachesNobodyYetIsAcceptedAndNoMore() {
        String carol = TestServer.uid("carol");
        anns.chatWith(carol);
        anns.say("nobody is there");
        anns.hasTicks("accepted");

        ChatWindow carols = STAGE.signedIn(carol);

        carols.listShows(ann, "nobody is there");
        carols.hasUnread(ann, 1);
        carols.openFromList(ann);
        anns.hasTicks("read");
        anns.page.reload();
        anns.hasTicks("read");
    }

    @Test
    void theNumberOfUnreadMessagesRisesAndIsGoneOnceTheyWereSeenOnAnyTab() {
        ChatWindow other = STAGE.signedIn(bob);
        anns.chatWith(bob);
        anns.say("one", "two", "three");
        bobs.hasUnread(ann, 3);
        other.hasUnread(ann, 3);
        eventually(() -> assertThat(bobs.page.evaluate("document.title")).isEqualTo("(3) IM chat"));
        bobs.page.reload();
        bobs.hasUnread(ann, 3);

        bobs.openFromList(ann);

        bobs.hasUnread(ann, 0);
        other.hasUnread(ann, 0);
        bobs.page.reload();
        bobs.hasHeard("one", "two", "three");
        bobs.hasUnread(ann, 0);
    }

    @Test
    void thatSomebodyTypesIsShownUntilTheyStopOrHaveSaidIt() {
        anns.chatWith(bob);
        bobs.chatWith(ann);

        bobs.write("I am");
        eventually(() -> {
            assertThat(anns.page.texts("#peer-status")).containsExactly("typing…");
            assertThat(anns.page.texts(row(bob) + ".preview")).containsExactly("typing…");
        });
        anns.hides("#peer-status.typing-words");

        bobs.write(" still at it");
        anns.shows("#peer-status", "typing…");
        bobs.page.pressEnter();
        anns.hasHeard("I am still at it");
        assertThat(anns.page.count("#peer-status.typing-words, .message.typing"))
                .isZero();
    }

    @Test
    void whatLooksLikeMarkupIsTextAndNothingElse() {
        String markup = "<img src=x onerror=\"window.hit=1\"><script>window.hit=1</script><b>bold</b>";
        anns.chatWith(bob);
        anns.say(markup);

        bobs.listShows(ann, markup);
        bobs.openFromList(ann);
        bobs.hasHeard(markup);
        isPlain(anns);
        isPlain(bobs);
    }

    @Test
    void aNameThatIsMarkupIsNobody() {
        ChatWindow stranger = STAGE.window("stranger");
        stranger.page.navigate(STAGE.server().http() + "/#/%3Cimg%20src=x%20onerror=window.hit=1%3E");
        stranger.shows("h1", "IM chat");
        stranger.page.type("#login-uid", "<b>ann</b>");
        stranger.page.pressEnter();
        assertThat(stranger.page.count("#login-uid:invalid")).isOne();
        stranger.page.evaluate("document.querySelector('#login-uid').value = '%s'".formatted(TestServer.uid("dan")));
        stranger.page.pressEnter();
        stranger.isOnline();
        stranger.shows("#nobody", "Choose a conversation, or start one.");
        isPlain(stranger);

        anns.page.type("#new-peer", "<b>bob</b>");
        anns.page.pressEnter();
        assertThat(anns.page.count("#new-peer:invalid")).isOne();
        assertThat(anns.page.count("#list li")).isZero();
    }

    private static void isPlain(ChatWindow window) {
        assertThat(window.page.count("#app img, #app script, #app b")).isZero();
        assertThat(window.page.evaluate("'hit' in window")).isEqualTo(false);
    }

    @Test
    void aMessageHasUpToSixtyFourKibibytesAndALongerOneIsNotTakenOn() {
        anns.chatWith(bob);
        bobs.chatWith(ann);
        anns.paste("x".repeat(65_537));
        anns.shows("#problem", "This is too long for one message.");
        // Few enough bytes, but six times as many in JSON, which would end the connection.
        anns.paste("\\u0001".repeat(60_000));
        anns.shows("#problem", "This is too long for one message.");
        anns.paste("x".repeat(65_536));

        bobs.hasHeard("x".repeat(65_536));
        anns.hasSaid("x".repeat(65_536));
        anns.hasTicks("read");
        assertThat(anns.page.sockets()).isOne();
    }

    @Test
    void aTabOfTheSameUserIsADeviceOfItsOwn() {
        ChatWindow second = STAGE.signedIn(ann);
        anns.chatWith(bob);
        second.chatWith(bob);
        anns.say("from one tab");

        second.hasSaid("from one tab");
        bobs.chatWith(ann);
        bobs.say("to both");
        anns.hasHeard("to both");
        second.hasHeard("to both");
        for (ChatWindow tab : List.of(anns, second, anns)) {
            String device = tab.device();
            tab.page.reload();
            tab.hasHeard("to both");
            assertThat(tab.device()).isEqualTo(device);
        }
        assertThat(second.device()).isNotEqualTo(anns.device());
    }

    @Test
    void whatIsOlderComesWhenOneScrollsUpAndWhatIsNewMeanwhileIsAClickAway() {
        String[] texts = IntStream.range(0, 120).mapToObj(i -> "message " + i).toArray(String[]::new);
        anns.chatWith(bob);
        anns.paste(texts);
        bobs.listShows(ann, "message 119");

        bobs.page.reload();
        bobs.isOnline();
        bobs.chatWith(ann);
        eventually(() -> assertThat(bobs.heard()).endsWith("message 119"));
        assertThat(bobs.heard()).hasSizeLessThan(texts.length);
        eventually(() -> {
            bobs.page.evaluate("document.querySelector('#log').scrollTop = 0");
            assertThat(bobs.heard()).containsExactly(texts);
        });
        bobs.shows(".note", "This is where it begins.");

        bobs.page.evaluate("document.querySelector('#log').scrollTop = 0");
        anns.say("the newest");
        bobs.shows("#newest-count", "1 new");
        bobs.page.click("#newest");
        bobs.hides("#newest");
        bobs.hasUnread(ann, 0);
        anns.hasSaid(IntStream.range(0, 121)
                .mapToObj(i -> i < 120 ? "message " + i : "the newest")
                .toArray(String[]::new));
    }

    @Test
    void allConversationsAreListedTheMostRecentlyActiveFirst() throws IOException {
        try (RawClient raw =
                RawClient.welcomed(STAGE.server().tcp(), STAGE.server().tokens().of(ann), "phone")) {
            for (int i = 0; i < 60; i++) { // more than a page of the list
                assertThat(raw.sendAndAwait(raw.text(TestServer.messageId(), "peer-" + i, "hi " + i))
                                .getCode())
                        .isEqualTo(Code.OK);
            }
        }
        anns.page.reload();

        anns.shows(
                "#list .name",
                IntStream.range(0, 60).mapToObj(i -> "peer-" + (59 - i)).toArray(String[]::new));
    }

    @Test
    void aPhoneShowsTheListOrTheChat() {
        anns.page.viewport(390, 844, true);
        eventually(() -> assertThat(anns.page.count(".side")).isOne());
        assertThat(anns.page.count(".chat")).isZero();
        assertThat(anns.scrollWidth()).isEqualTo(390);

        assertThat(anns.page.texts("#no-chats")).containsExactly("No conversations yet. Start one above.");

        anns.chatWith(bob);
        assertThat(anns.page.count(".side")).isZero();
        anns.say("a word that is much too long for a phone: " + "x".repeat(300));
        anns.hasSaid("a word that is much too long for a phone: " + "x".repeat(300));
        assertThat(anns.scrollWidth()).isEqualTo(390);

        anns.page.click("#back-link");
        eventually(() -> assertThat(anns.page.count(".side")).isOne());
        assertThat(anns.page.count(".chat, #no-chats")).isZero();
        assertThat(anns.scrollWidth()).isEqualTo(390);
    }

    @Test
    void whoIsAtTheEndStaysThereWhenAKeyboardComesUp() {
        anns.chatWith(bob);
        bobs.chatWith(ann);
        anns.paste(IntStream.range(0, 30).mapToObj(i -> "message " + i).toArray(String[]::new));
        eventually(() -> assertThat(bobs.heard()).endsWith("message 29"));

        bobs.page.viewport(390, 844, true);
        bobs.page.viewport(390, 444, true);

        eventually(() -> assertThat(bobs.number("document.querySelector('#log').clientHeight"))
                .isLessThan(400));
        bobs.hides("#newest");
        anns.say("seen at once");
        eventually(
                () -> assertThat(anns.page.count(".mine:last-child .tick.read")).isOne());
    }
}
