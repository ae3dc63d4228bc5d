package im.it;

import static im.it.ChatWindow.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import im.testkit.client.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The chat page of dev mode after it, its connection or the server was gone. */
@Tag("once")
class ChatPageReturnIT {
    private static final int HELD = 10;

    @RegisterExtension
    static final ChatStage STAGE = new ChatStage(spec ->
            spec.set("session.heartbeat", "12s").set("drain.timeout", "2s").set("retention.messages", "" + HELD));

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");
    private ChatWindow anns;
    private ChatWindow bobs;

    @BeforeEach
    void bothTalk() {
        anns = STAGE.signedIn(ann);
        bobs = STAGE.signedIn(bob);
        anns.chatWith(bob);
        bobs.chatWith(ann);
    }

    @Test
    void aPageThatIsLoadedAgainHasWhatWasThereAndWhatCameMeanwhile() {
        anns.say("before");
        bobs.hasHeard("before");

        bobs.leave();
        anns.say("meanwhile");
        anns.hasTicks("read", "accepted");
        bobs.page.navigate(STAGE.server().http() + "/#/" + ann);

        bobs.hasHeard("before", "meanwhile");
        bobs.shows("#me", bob);
        bobs.say("back");
        anns.hasHeard("back");
        anns.hasTicks("read", "read");
    }

    @Test
    void whatIsUnderWayWhenThePageIsLoadedAgainArrivesOnce() {
        STAGE.server().pause();
        anns.say("one", "two");
        anns.hasTicks("pending", "pending");
        anns.page.reload();
        STAGE.server().resume();

        bobs.hasHeard("one", "two");
        anns.hasSaid("one", "two");
        anns.hasTicks("read", "read");
        anns.say("three");
        bobs.hasHeard("one", "two", "three");
        bobs.page.reload();
        bobs.hasHeard("one", "two", "three");
    }

    @Test
    void whatIsSentWhileTheServerIsDeadArrivesOnceWhenItIsBack() {
        anns.say("one");
        anns.hasTicks("read");
        bobs.hasHeard("one");

        STAGE.killServer();
        anns.shows("#banner-text", "Offline. What you send is kept.");
        anns.say("two", "three");
        anns.hasTicks("read", "pending", "pending");
        STAGE.server().start();

        bobs.hasHeard("one", "two", "three");
        anns.hasSaid("one", "two", "three");
        anns.hasTicks("read", "read", "read");
        anns.isOnline();
        anns.hides("#banner");
        bobs.page.reload();
        bobs.hasHeard("one", "two", "three");
    }

    @Test
    void aPageComesBackAfterTheServerWasStoppedAndSaidSo() {
        anns.say("before");
        bobs.hasHeard("before");

        STAGE.stopServer();
        anns.say("meanwhile");
        STAGE.server().start();

        bobs.hasHeard("before", "meanwhile");
        anns.hasTicks("read", "read");
    }

    @Test
    void whatWasReadWhileNobodyHeardItIsToldLater() {
        bobs.page.evaluate("location.hash = ''");
        bobs.shows("#nobody", "Choose a conversation, or start one.");
        anns.say("can you hear me?");
        bobs.hasUnread(ann, 1);
        anns.hasTicks("delivered");

        STAGE.server().pause();
        bobs.openFromList(ann);
        bobs.hasUnread(ann, 0);
        STAGE.killServer();
        STAGE.server().start();

        anns.hasTicks("read");
        bobs.isOnline();
        bobs.hasUnread(ann, 0);
    }

    @Test
    void whatIsSentToAServerWithoutItsPastStandsAlone() throws IOException {
        anns.say("of another log");
        bobs.hasHeard("of another log");
        anns.hasTicks("read");

        STAGE.killServerAndItsStore();
        anns.shows("#banner-text", "Offline. What you send is kept.");
        anns.say("kept");
        STAGE.server().start();

        bobs.hasHeard("kept");
        anns.hasSaid("kept");
        anns.hasTicks("read");
        bobs.shows(".note", "This is where it begins.");
    }

    @Test
    void aPageWhoseDeviceIsInUseElsewhereStaysAwayUntilItIsAsked() throws IOException {
        try (RawClient other = asDevice(anns, 1)) {
            anns.shows("#banner-text", "This device is in use elsewhere.");
            anns.shows("#banner-button", "Use it here");
            anns.say("kept");
            bobs.say("meanwhile");
            bobs.hasTicks("accepted");
            assertThat(anns.page.sockets()).isOne();

            anns.page.click("#banner-button");

            anns.hasHeard("meanwhile");
            bobs.hasHeard("kept");
            assertThat(other.awaitClose().getCode()).isEqualTo(4409);
            anns.hides("#banner");
        }
    }

    @Test
    void twoThatDisplaceEachOtherAreKeptApartAndThePageSaysWhenItComesBack() throws IOException {
        List<RawClient> others = new ArrayList<>();
        try {
            // What happens in ten seconds is counted: the click has to be within them, and all else before.
            String device = anns.device();
            for (int i = 0; i < 5; i++) {
                others.add(RawClient.connect(STAGE.server().tcp()));
            }
            for (int i = 0; i < 5; i++) {
                takeOver(others.get(i), ann, device, i + 1);
            }
            anns.shows("#banner-text", "This device is in use elsewhere.");
            anns.page.click("#banner-button");
            eventually(() -> {
                assertThat(anns.page.texts("#banner-text"))
                        .containsExactly("This device is in use elsewhere too, and the two displace each other.");
                assertThat(anns.page.texts("#banner-count").get(0)).matches("Reconnecting in \\d+ s");
                assertThat(anns.page.count("#banner-button")).isZero();
            });

            anns.isOnline();
            anns.say("together again");
            bobs.hasHeard("together again");
        } finally {
            for (RawClient other : others) {
                other.abort();
            }
        }
    }

    /** Takes over from a page. */
    private static RawClient asDevice(ChatWindow window, int later) throws IOException {
        RawClient client = RawClient.connect(STAGE.server().tcp());
        takeOver(client, window.uid, window.device(), later);
        return client;
    }

    private static void takeOver(RawClient client, String uid, String device, int later) throws IOException {
        client.handshake(RawClient.hello(STAGE.server().tokens().of(uid), device)
                .setAttempt(System.currentTimeMillis() + later * 1_000L)
                .build());
    }

    @Test
    void aTokenIsRenewedOnTheLiveConnection() {
        String carol = TestServer.uid("carol");
        ChatWindow carols = STAGE.window(carol);
        carols.page.navigate(STAGE.server().http() + "/");
        carols.shows("h1", "IM chat");
        carols.page.evaluate("tokens = 0, whole = fetch, fetch = (url, request) => {"
                + " tokens++; request.body.set('ttl', '20s'); return whole(url, request); }, 0");
        carols.page.type("#login-uid", carol);
        carols.page.pressEnter();
        carols.isOnline();

        // Each is asked for when half of the one before is over: the first has ended by then.
        eventually(() -> assertThat(carols.number("tokens")).isGreaterThan(3));

        assertThat(carols.page.sockets()).isOne();
        carols.isOnline();
    }

    @Test
    void whatIsKeptNoMoreIsSaidWhereItStood() throws IOException {
        bobs.say("first");
        anns.hasHeard("first");
        try (RawClient other = asDevice(anns, 1)) {
            anns.shows("#banner-button", "Use it here");
            String[] newest = sayMoreThanIsHeld();
            anns.page.click("#banner-button");

            eventually(() -> assertThat(anns.heard())
                    .startsWith("first")
                    .doesNotContain("message 0")
                    .endsWith(newest));
            anns.shows(".note", "This is where it begins.", "Messages that stood here are kept no more.");
            anns.page.reload();
            eventually(() -> assertThat(anns.heard()).doesNotContain("first").endsWith(newest));
            anns.shows(".note", "Older messages are kept no more.");
            assertThat(other.awaitClose().getCode()).isEqualTo(4409);
        }
    }

    /** The newest of them, which are held for sure. */
    private String[] sayMoreThanIsHeld() {
        String[] texts =
                IntStream.range(0, 3 * HELD).mapToObj(i -> "message " + i).toArray(String[]::new);
        bobs.paste(texts);
        eventually(() -> assertThat(bobs.page.count(".mine .tick.accepted")).isEqualTo(texts.length));
        return IntStream.range(2 * HELD, 3 * HELD).mapToObj(i -> texts[i]).toArray(String[]::new);
    }

    @Test
    void aDeviceThatWasAwayForLongerThanMessagesAreKeptIsToldSo() {
        String key = "im/device/" + ann + "/" + anns.device();
        anns.page.evaluate("kept = JSON.parse(localStorage['%1$s']), kept.completeAsOfMs = '1',".formatted(key)
                + " localStorage['%1$s'] = JSON.stringify(kept)".formatted(key));
        anns.page.reload();

        anns.shows("#missing", "You were away for longer than messages are kept. Some may be missing. OK");
        anns.page.click("#seen-missing");
        anns.hides("#missing");
    }

    @Test
    void whatCouldNotBeSentInTimeIsSaidAndSentAgainWhenAsked() {
        String id = TestServer.messageId();
        anns.page.evaluate(("localStorage['im/outbox/%s/%s'] = JSON.stringify({'%s': [{messageId: '%s',"
                        + " contentType: 'text/plain', text: 'from last week', queuedMs: 1, firstTryMs: 1}]})")
                .formatted(ann, anns.device(), bob, id));
        anns.page.reload();

        anns.shows(".why", "Not sent: not accepted in time. Send again");
        anns.hasTicks("failed");
        anns.page.click(".why button");

        bobs.hasHeard("from last week");
        anns.hasSaid("from last week");
        anns.hasTicks("read");
    }
}
