package im.it;

import static im.it.ChatWindow.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import im.it.UpgradeBlocker.Upgrades;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chat page and its client over long polling, in a browser. */
@Tag("once")
class ChatPollIT {
    @RegisterExtension
    static final ChatStage STAGE =
            new ChatStage(spec -> spec.set("session.heartbeat", "10s").set("listen.allowed-origins", "*"));

    private static final String CLIENT = """
            (async () => {
              const { ImClient } = await import('/im-client.js');
              const token = async () => {
                const asked = await fetch('/dev/token', { method: 'POST', body: new URLSearchParams({ uid: '%1$s' }) });
                return (await asked.json()).token;
              };
              const heard = [], states = [], outcomes = [];
              const client = new ImClient({ url: '%2$s', uid: '%1$s', device: 'd', token, webSocketAgainMs: 100 });
              client.addEventListener('message', ({ detail: { placed: { envelope } } }) => {
                if (envelope.sender !== '%1$s') heard.push(envelope.text);
              });
              client.addEventListener('outcome', ({ detail }) => outcomes.push(detail.code));
              client.addEventListener('state', ({ detail }) => states.push(detail.state));
              window.stage = { client, heard, states, outcomes };
              client.start();
            })()
            """;

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");

    /** Bob's client without its page. */
    private ChatWindow client(URI url) {
        ChatWindow bobs = STAGE.window(bob);
        bobs.page.bypassPolicy();
        bobs.page.navigate(STAGE.server().http() + "/");
        eventually(() -> assertThat(bobs.page.count("#login-uid")).isOne());
        bobs.page.evaluate(CLIENT.formatted(bob, url));
        return bobs;
    }

    private static String states(ChatWindow bobs) {
        return String.valueOf(bobs.page.evaluate("stage.states.join()"));
    }

    private static void hears(ChatWindow bobs, List<String> texts) {
        eventually(() -> assertThat(bobs.page.evaluate("stage.heard.join()")).isEqualTo(String.join(",", texts)));
    }

    private static double pollSessions() {
        return STAGE.server().adminPages().metric("im_gateway_poll_sessions");
    }

    @Test
    void aClientWhoseWebSocketDoesNotPassPollsAndLeavesThePollsOnlyForOneThatDoes() throws IOException {
        try (UpgradeBlocker blocker = new UpgradeBlocker(STAGE.server().ws())) {
            STAGE.allow(blocker.ws());
            ChatWindow anns = STAGE.signedIn(ann);
            anns.chatWith(bob);
            ChatWindow bobs = client(blocker.ws());
            eventually(() -> assertThat(states(bobs)).endsWith("online"));
            assertThat(blocker.refused()).isGreaterThanOrEqualTo(3);
            assertThat(pollSessions()).isPositive();
            String polling = states(bobs);
            List<String> said = new ArrayList<>();
            // Each try is twice as late as the one before: none is waited for that need not be.
            int refused = blocker.refused();
            say(anns, said, "one");
            bobs.page.evaluate("stage.client.send('%s', 'by polls')".formatted(ann));
            anns.hasHeard("by polls");
            eventually(() -> assertThat(blocker.refused()).isGreaterThan(refused));

            blocker.upgrades(Upgrades.SWALLOWED);
            eventually(() -> assertThat(blocker.swallowed()).isPositive());
            say(anns, said, "two");
            hears(bobs, said);
            assertThat(states(bobs)).as("it polls all the time").isEqualTo(polling);

            blocker.upgrades(Upgrades.PASS);
            while (blocker.passed() == 0) {
                say(anns, said, "text " + said.size());
                hears(bobs, said);
            }
            eventually(() -> assertThat(pollSessions()).isZero());
            say(anns, said, "last");
            hears(bobs, said);
            bobs.page.evaluate("stage.client.send('%s', 'by WebSocket')".formatted(ann));
            anns.hasHeard("by polls", "by WebSocket");
            assertThat(states(bobs)).isEqualTo(polling + ",connecting,online");
            assertThat(blocker.passed()).isOne();
        }
    }

    private static void say(ChatWindow anns, List<String> said, String text) {
        anns.say(text);
        said.add(text);
    }

    @Test
    void aPageThatPollsLosesNothingOverAReloadAndTheDeathOfTheServer() {
        ChatWindow anns = STAGE.window(ann).signInAt(STAGE.server().http() + "/?poll");
        ChatWindow bobs = STAGE.signedIn(bob);
        anns.chatWith(bob);
        bobs.chatWith(ann);
        anns.say("by polls");
        bobs.hasHeard("by polls");
        bobs.say("by WebSocket");
        anns.hasHeard("by WebSocket");
        anns.hasTicks("read");

        anns.page.reload();
        anns.isOnline();
        STAGE.killServer();
        anns.shows("#banner-text", "Offline. What you send is kept.");
        anns.say("kept");
        STAGE.server().start();

        bobs.hasHeard("by polls", "kept");
        bobs.say("back");
        anns.hasHeard("by WebSocket", "back");
        anns.hasTicks("read", "read");
        assertThat(anns.page.sockets()).isZero();
    }

    /** More often than a session stands of failures. */
    private static final int MANY = 7;

    private ChatWindow whereFramesAreAnswered(int times, int status, String headers) {
        ChatWindow bobs = client(URI.create(STAGE.server().http() + "/v1/poll"));
        eventually(() -> assertThat(states(bobs)).isEqualTo("connecting,online"));
        bobs.page.evaluate("""
                stage.left = %d; stage.tries = 0; whole = fetch;
                fetch = (url, how) => {
                  if (!('Im-Wait' in (how.headers ?? {})) || stage.left-- <= 0) return whole(url, how);
                  stage.tries++;
                  return Promise.resolve(new Response('', { status: %d, headers: %s }));
                };
                stage.client.send('%s', 'put off');
                0
                """.formatted(times, status, headers, ann));
        return bobs;
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void whatAServerPutsOffIsRepeatedAndCostsNoSession(int status) {
        int times = status == 429 ? MANY : 1;
        ChatWindow bobs = whereFramesAreAnswered(times, status, status == 429 ? "{}" : "{ 'Retry-After': '1' }");

        eventually(() -> assertThat(bobs.page.evaluate("stage.outcomes.join()")).isEqualTo("OK"));
        assertThat(bobs.number("stage.tries")).isEqualTo(times);
        assertThat(states(bobs)).isEqualTo("connecting,online");
    }

    @Test
    void whatAServerWillNeverTakeEndsTheSessionAtOnce() {
        ChatWindow bobs = whereFramesAreAnswered(1, 415, "{}");

        eventually(() -> assertThat(bobs.page.evaluate("stage.outcomes.join()")).isEqualTo("OK"));
        assertThat(bobs.number("stage.tries")).isOne();
        assertThat(states(bobs)).isEqualTo("connecting,online,waiting,connecting,online");
    }
}
