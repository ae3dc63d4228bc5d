package im.it;

import static im.it.ChatWindow.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The chat page's client without the page, in a browser, with a socket and a storage that do as they are told. */
class ChatClientIT {
    @RegisterExtension
    static final ChatStage STAGE = new ChatStage(spec -> spec);

    private static final String STAGE_SCRIPT = """
            (async () => {
              const { ImClient } = await import('/im-client.js');
              const sockets = [], states = [], kept = new Map();
              window.WebSocket = class {
                static OPEN = 1;
                readyState = 1;
                sent = [];
                constructor() { sockets.push(this); }
                send(data) {
                  const frame = JSON.parse(data);
                  this.sent.push(frame);
                  if (frame.ping) this.say({ ref: frame.ref, pong: {} });
                }
                say(frame) { this.onmessage({ data: JSON.stringify(frame) }); }
                close() {}
              };
              const size = () => [...kept.values()].reduce((sum, value) => sum + value.length, 0);
              const storage = {
                most: Infinity,
                getItem: key => kept.get(key) ?? null,
                setItem(key, value) {
                  const more = value.length - (kept.get(key)?.length ?? 0);
                  if (more > 0 && size() + more > this.most) throw new DOMException('full', 'QuotaExceededError');
                  kept.set(key, value);
                },
              };
              const client = new ImClient({ url: 'x', uid: 'ann', device: 'd', token: async () => 't', storage });
              client.addEventListener('state', ({ detail }) => states.push(detail.state));
              const welcome = () => {
                sockets.at(-1).onopen();
                sockets.at(-1).say({ welcome: {
                  version: 1, uid: 'ann', heartbeatMs: 100, logId: 'l', limits: { unansweredSends: 64, dedupeMs: '600000' } } });
                sockets.at(-1).say({ caughtUp: {} });
              };
              window.stage = { client, sockets, states, storage, welcome, size };
              client.start();
            })()
            """;

    private ChatWindow anns;

    @BeforeEach
    void aClientWithoutAPage() {
        anns = STAGE.window(TestServer.uid("ann"));
        anns.page.navigate(STAGE.server().http() + "/");
        eventually(() -> assertThat(anns.page.count("#login-uid")).isOne());
        anns.page.evaluate(STAGE_SCRIPT);
        eventually(() -> assertThat(anns.number("stage.sockets.length")).isOne());
        anns.page.evaluate("stage.welcome()");
    }

    @Test
    void aPongWithinItsPingsMillisecondIsAnAnswer() {
        eventually(() -> assertThat(anns.number("stage.sockets[0].sent.filter(f => f.ping).length"))
                .isGreaterThanOrEqualTo(3));

        assertThat(anns.page.evaluate("stage.states.join()")).isEqualTo("connecting,online");
    }

    @Test
    void whatWasKeptIsSentAlthoughTheStorageIsFullMeanwhile() {
        anns.page.evaluate("""
                stage.sockets[0].onclose({ code: 1006, reason: '' });
                stage.client.send('bob', 'one');
                stage.client.send('bob', 'two');
                stage.storage.most = stage.size();
                """);
        eventually(() -> assertThat(anns.number("stage.sockets.length")).isGreaterThanOrEqualTo(2));
        anns.page.evaluate("stage.welcome()");

        assertThat(anns.page.evaluate("stage.sockets.at(-1).sent.filter(f => f.send).map(f => f.send.text).join()"))
                .isEqualTo("one,two");
    }

    /** What streams behind Lagging goes on where the server has written to, not where the conversation begins. */
    @Test
    void aStreamBehindAMessageThatWasHeldBackDoesNotSayWhereTheConversationBegins() {
        anns.page.evaluate("""
                (() => {
                  const { client, sockets } = stage;
                  stage.shown = [];
                  client.addEventListener('message', ({ detail }) => stage.shown.push(detail.placed.position));
                  stage.placed = (position, prev) => ({ position, prev,
                    envelope: { sender: 'bob', messageId: 'm' + position, contentType: 'text/plain', text: position } });
                  const conversation = { peer: 'bob' };
                  sockets[0].say({ deliver: { conversation, placed: [stage.placed('7', '5')] } });
                  sockets[0].say({ deliver: { conversation, placed: [stage.placed('9', '7')], catchingUp: true } });
                })()
                """);
        eventually(() -> assertThat(anns.number("stage.sockets[0].sent.filter(f => f.sync?.fromStart).length"))
                .isOne());

        anns.page.evaluate("""
                stage.sockets[0].say({
                  ref: stage.sockets[0].sent.find(f => f.sync).ref,
                  syncPage: { conversation: { peer: 'bob' }, completeUpTo: '9',
                    placed: [stage.placed('5', '0'), stage.placed('7', '5'), stage.placed('9', '7')] } })
                """);

        eventually(() -> assertThat(anns.page.evaluate("stage.shown.join()")).isEqualTo("5,7,9"));
    }

    private static final String PRESENCE_SCRIPT = """
            stage.told = [];
            stage.client.addEventListener('presence', ({ detail }) => stage.told.push(detail.uid + ' ' + detail.online));
            stage.asked = () => stage.sockets[0].sent.filter(frame => frame.presenceQuery);
            stage.query = at => JSON.stringify(stage.asked().at(at).presenceQuery);
            stage.answer = body => stage.sockets[0].say({ ref: stage.asked().at(-1).ref, ...body });
            """;

    @Test
    void whoNobodyCouldTellOfIsAskedForAgainOnTheSameConnection() {
        anns.page.evaluate(PRESENCE_SCRIPT);
        anns.page.evaluate("stage.client.watch(['bob']); stage.answer({ error: { code: 'UNAVAILABLE' } })");

        eventually(() -> assertThat(anns.number("stage.asked().length")).isEqualTo(2));
        anns.page.evaluate("stage.answer({ presenceList: { presences: [{ uid: 'bob', online: true }] } })");
        eventually(() -> assertThat(anns.page.evaluate("stage.told.join()")).isEqualTo("bob true"));
    }

    @Test
    void ofMoreThanMayBeWatchedWhoWasNamedLongestAgoGivesWay() {
        anns.page.evaluate(PRESENCE_SCRIPT);
        anns.page.evaluate("stage.client.watch(Array.from({ length: 500 }, (_, i) => 'u' + i))");
        for (int asked = 1; asked <= 3; asked++) {
            int now = asked;
            eventually(() -> assertThat(anns.number("stage.asked().length")).isEqualTo(now));
            anns.page.evaluate("stage.answer({ presenceList: {} })");
        }

        anns.page.evaluate("stage.client.watch(['u0'])");
        anns.page.evaluate("stage.client.watch(['one more'])");

        eventually(() -> assertThat(anns.number("stage.asked().length")).isEqualTo(5));
        assertThat(anns.page.evaluate("stage.query(3)")).isEqualTo("{\"uids\":[\"u1\"],\"unsubscribe\":true}");
        assertThat(anns.page.evaluate("stage.query(4)")).isEqualTo("{\"uids\":[\"one more\"],\"subscribe\":true}");
        assertThat(anns.page.evaluate("stage.told.join()")).isEqualTo("u1 false");
    }
}
