// A client of the protocol in docs/protocol.md, over its WebSocket subprotocol im.v1.json, or over long polling where
// WebSocket does not pass (or `url` is http…/v1/poll). No page in it: chat.js shows how it is used, and it can be taken
// as the start of one's own, with names.js, outbox.js, poll.js and presence.js.
//
//   const client = new ImClient({ url, uid, device, token });  // token: async () => a fresh token of the uid
//   client.addEventListener('message', ({ detail: { peer, placed } }) => console.log(peer, placed.envelope.text));
//   client.start();                                            // and stays connected until stop()
//   client.send('bob', 'hello');                               // kept until it has an outcome, also over a reload
//
// Besides: unsent, read(), transient(), history(), heads(), change() and group() of groups, watch() for presence,
// retryNow(), stop(). A device is used by one page at a time: it owns what is kept in `storage`. A `peer` is the other
// uid of a direct conversation, or inGroup(id). What happens is told as events, all with a `detail`:
//
//   state      {state: connecting | online | waiting | stopped, code, text, retryAt, notBefore}
//   caughtup   {}                                     everything missed has been given out; live from here on
//   message    {peer, placed}                         once for each message, in order within a conversation
//   outcome    {peer, messageId, code, text}          what became of a send: OK, or why not
//   receipt    {peer, uid, kind, position}            how far somebody has received or read
//   transient  {peer, envelope}                       typing and the like
//   presence   {uid, online, lastSeenMs}              of those who are watched; false and 0: not known
//   truncated  {peer, upTo}                           messages before this are missing; without a peer: anywhere
//   reset      {}                                     the server has another log: what was known of positions is void
//
// Positions are 64 bits wide and travel as strings; here they are BigInt, because a number would round them.
import { inGroup, named, nameOf } from './names.js';
import { Outbox } from './outbox.js';
import { PollSocket } from './poll.js';
import { Watch } from './presence.js';

const NEWEST = 9223372036854775807n;
const CURSORS_PER_FRAME = 1000;
const CONNECT_TIMEOUT_MS = 10_000;
const RENEW_AGAIN_MS = 5_000;
// Content in UTF-8, and as JSON with room for the frame around it. What is larger would end the connection (1009), and
// the next one, for as long as it is sent again: so it never gets into the outbox.
const MOST = { content: 64 * 1024, json: 255 * 1024 };
const BACK_OFF_MS = { first: 500, most: 15_000 };
// Attempts of WebSocket in a row that brought nothing, and when it is tried again beside the polls, each time twice as late.
const POLLS = { after: 3, againMs: 60_000, mostMs: 960_000 };
const STAY_AWAY = new Set([4403, 4409, 4410, 4426]);

/** A refusal: the server's, OFFLINE where there was none to ask, TOO_LARGE for what no server would take. */
export class ImError extends Error {
  constructor({ code = 'INTERNAL', text = '', retryAfterMs = 0 }) {
    super(text || code);
    Object.assign(this, { code, retryAfterMs });
  }
}

export class ImClient extends EventTarget {
  #url; #uid; #device; #token; #storage;
  #kept = { logId: '', attempt: 0, completeAsOfMs: '0' }; // what outlives the page, with the cursors
  #cursors = new Map(); // peer → how far this device has the conversation
  #outbox;
  #socket = null; #turn = 0; #state = 'stopped';
  #failures = 0; #tokenRefusals = 0; #farewell = null; #retry = 0; #notBefore = 0; #clock = 0;
  #blocked = 0; #polling = false; #again = 0; #againMs; #nextAgainMs; #beside = null; #overtaken = false;
  #features = []; #heartbeatMs = 0; #heardAt = 0; #saidAt = 0; #pingAt = 0;
  #watch = new Watch({ ask: body => this.#ask(body), tell: presence => this.#tell('presence', presence) });
  #ref = 0; #asked = new Map(); #syncs = new Map(); #wanted = new Map(); #filling = new Set(); #acks = new Set();

  /** @param token an async function that gets a fresh token of the uid */
  constructor({ url, uid, device, token, storage = localStorage, webSocketAgainMs = POLLS.againMs }) {
    super();
    this.#againMs = this.#nextAgainMs = webSocketAgainMs;
    this.#url = url; this.#uid = uid; this.#device = device; this.#token = token; this.#storage = storage;
    const kept = JSON.parse(storage.getItem(this.#key('device')) ?? 'null');
    if (kept) {
      for (const [peer, position] of Object.entries(kept.cursors)) this.#cursors.set(peer, BigInt(position));
      this.#kept = { logId: kept.logId, attempt: kept.attempt, completeAsOfMs: kept.completeAsOfMs };
    }
    this.#outbox = new Outbox({
      load: () => JSON.parse(storage.getItem(this.#key('outbox')) ?? '{}'),
      save: queues => storage.setItem(this.#key('outbox'), JSON.stringify(queues)),
      say: body => this.#say(body, true),
      outcome: outcome => this.#tell('outcome', outcome),
      syncToHead: peer => this.#syncToHead(peer),
    });
  }

  start() { if (this.#state === 'stopped') this.#connect(); }

  stop() {
    this.#end('stopped', {});
    this.#socket?.close(1000);
  }

  /** Does not wait any longer for the next attempt, unless the server said how long to wait. */
  retryNow() { if (this.#state === 'waiting' && Date.now() >= this.#notBefore) this.#connect(); }

  /** Takes a message on; its outcome is an event. Returns its id, or throws TOO_LARGE. */
  send(peer, text) {
    const sent = text.toWellFormed(); // half an emoji is no UTF-8
    if (bytesOf(sent) > MOST.content || bytesOf(JSON.stringify(sent)) > MOST.json) {
      throw new ImError({ code: 'TOO_LARGE', text: 'the message is too long' });
    }
    return this.#outbox.add(peer, { contentType: 'text/plain', text: sent });
  }

  /**
   * Changes a group's membership: {kind, uids, role, posting, joining, title}. It is sent as a message is, in its place
   * among them, and its outcome is an event.
   */
  change(group, membership) { return this.#outbox.add(inGroup(group), { contentType: '', membership }); }

  /** What it is, and this uid in it; so many members, on request with how far they have it: {standing, members, more}. */
  async group(group, members = 0, receipts) { return (await this.#ask({ groupQuery: { group, members, receipts } })).groupInfo; }

  /** Tells what they are and when that changes, over all connections; of the 500 named last. */
  watch(uids) { this.#watch.add(uids); }

  /** What has no outcome yet: [{peer, messageId, text, queuedMs}], in the order of each conversation. */
  get unsent() { return this.#outbox.entries(); }

  /** Typing and the like: now or never, and nobody is told whether. It neither blocks a conversation nor is blocked. */
  transient(peer, contentType, text = '') {
    const messageId = this.#outbox.newId();
    const send = { messageId, conversation: named(peer), contentType, text, transient: true };
    if (this.#live() && this.#features.includes('TRANSIENT')) this.#say({ send }, true);
  }

  /** A human has seen the conversation up to here. */
  read(peer, position) {
    if (this.#live()) this.#say({ read: { upTo: { conversation: named(peer), position: String(position) } } }, true);
  }

  /** The page that ends before a position: {placed, more}. It moves no cursor. */
  async history(peer, before = NEWEST, limit = 50) {
    const { placed = [], more = false } = await this.#sync(peer, () => ({ before: String(before), limit }));
    return { placed, more };
  }

  /** The list of conversations, all pages of it. */
  async heads() {
    const all = [];
    for (let page = ''; ;) {
      const { headsPage } = await this.#ask({ heads: { page } });
      all.push(...(headsPage.heads ?? []));
      page = headsPage.page ?? '';
      if (!page) return all;
    }
  }

  // ---- one connection after the other

  async #connect() {
    clearTimeout(this.#retry);
    const turn = ++this.#turn; // what belongs to an earlier connection is dropped (D37)
    this.#set('connecting');
    this.#begin();
    try {
      const token = await this.#token();
      if (turn !== this.#turn) return;
      const socket = this.#newSocket();
      this.#use(socket);
      socket.onopen = () => turn === this.#turn && this.#hello(token, socket);
    } catch (failure) {
      if (turn === this.#turn) this.#comeBack(0, failure.message);
    }
  }

  #begin() {
    this.#farewell = this.#socket = null;
    this.#overtaken = false;
    this.#heardAt = this.#saidAt = this.#pingAt = Date.now(); // all up to Welcome is to be answered like one Ping
    this.#clock = setInterval(() => this.#tick(), 500);
  }

  #use(socket) {
    const turn = this.#turn;
    this.#socket = socket;
    socket.onmessage = ({ data }) => turn === this.#turn && this.#hear(JSON.parse(data));
    socket.onclose = closed => turn === this.#turn && this.#closed(closed);
  }

  #newSocket() {
    if (this.#url.startsWith('http')) return new PollSocket(this.#url);
    if (!this.#polling) return new WebSocket(this.#url, 'im.v1.json');
    return new PollSocket(this.#url.replace(/^ws/, 'http').replace(/\/ws$/, '/poll'));
  }

  /** Nothing came of a socket: from so many WebSockets in a row on, polls and WebSocket are tried in turn. */
  #passed(passes) {
    const polls = this.#socket instanceof PollSocket;
    if (!polls) this.#blocked = passes ? 0 : this.#blocked + 1;
    if (!polls && passes) this.#nextAgainMs = this.#againMs;
    this.#polling = polls ? passes : this.#blocked >= POLLS.after;
    if (polls && passes && this.#url.startsWith('ws')) this.#tryWebSocket();
  }

  /** A WebSocket beside the polls, which carry on until it is welcomed. One that opens may still carry nothing. */
  #tryWebSocket() {
    const turn = this.#turn;
    this.#again = setTimeout(async () => {
      const token = await this.#token().catch(() => '');
      if (turn !== this.#turn) return;
      this.#nextAgainMs = Math.min(POLLS.mostMs, 2 * this.#nextAgainMs);
      if (!token) return this.#tryWebSocket();
      const socket = this.#beside = new WebSocket(this.#url, 'im.v1.json');
      const only = what => heard => { if (this.#beside === socket) what(heard); };
      const inVain = only(() => {
        this.#leaveBeside();
        this.#tryWebSocket();
      });
      this.#again = setTimeout(inVain, CONNECT_TIMEOUT_MS);
      socket.onclose = inVain;
      socket.onopen = only(() => {
        this.#overtaken = true; // its attempt is the larger: from here on the server may end the polls for it
        this.#hello(token, socket);
      });
      socket.onmessage = only(({ data }) => {
        const frame = JSON.parse(data);
        if (!frame.welcome) return inVain();
        this.#takeOver();
        this.#hear(frame);
      });
    }, this.#nextAgainMs);
  }

  #leaveBeside() {
    clearTimeout(this.#again);
    this.#beside?.close();
    this.#beside = null;
  }

  /** From the polls to the WebSocket beside them. */
  #takeOver() {
    const [polls, socket] = [this.#socket, this.#beside];
    this.#beside = null;
    this.#end('connecting', {});
    this.#begin();
    this.#use(socket);
    polls.close();
  }

  #hello(token, socket) {
    // The larger attempt is the newer connection, whichever arrives first.
    this.#kept.attempt = Math.max(this.#kept.attempt + 1, Date.now());
    this.#keep();
    this.#say({ hello: {
      versions: { oldest: 1, newest: 1 }, features: ['RECEIPTS', 'TRANSIENT', 'GROUPS'], token, device: this.#device,
      attempt: String(this.#kept.attempt), client: 'im-client.js', platform: 'web', logId: this.#kept.logId,
      newDevice: 'FROM_HEADS', clientCursors: true, // this device knows all of its cursors: it loses them only with itself
    } }, true, socket);
  }

  #welcomed(welcome) {
    if (this.#kept.logId && this.#kept.logId !== welcome.logId) {
      this.#cursors.clear(); // of another log, and void
      this.#kept.completeAsOfMs = '0';
      this.#tell('reset', {});
    }
    this.#kept.logId = welcome.logId;
    this.#keep();
    this.#heartbeatMs = welcome.heartbeatMs;
    this.#features = welcome.features ?? [];
    this.#pingAt = 0;
    this.#passed(true);
    const cursors = [...this.#cursors].map(([peer, position]) => cursorOf(peer, position));
    do {
      const part = cursors.splice(0, CURSORS_PER_FRAME);
      this.#say({ resume: { cursors: part, last: !cursors.length, completeAsOfMs: this.#kept.completeAsOfMs } });
    } while (cursors.length);
    this.#set('online');
    this.#watch.connected();
    this.#outbox.connected(welcome.limits); // nothing is blocked here: what has no answer goes out again, in order
  }

  #tick() {
    const now = Date.now();
    // Silence counts from a ping that was not answered, not from our own timers: those of a hidden page are slow.
    if (this.#pingAt) {
      const patience = this.#state === 'connecting' ? CONNECT_TIMEOUT_MS : this.#heartbeatMs * 0.3;
      if (now - this.#pingAt >= patience) this.#drop('no answer');
    } else if (this.#live() && now - Math.min(this.#saidAt, this.#heardAt) >= this.#heartbeatMs) {
      this.#pingAt = now;
      this.#say({ ping: { clientTimeMs: String(now) } }, true);
    }
  }

  #drop(text) {
    const socket = this.#socket;
    this.#comeBack(0, text);
    socket?.close();
  }

  #closed({ code, reason, retryAfterMs }) {
    // The server's Close frame says more than the socket does; a missing `reconnect` is false.
    const said = this.#farewell ?? { code, text: reason, reconnect: !STAY_AWAY.has(code), retryAfterMs };
    if (this.#overtaken && said.code === 4409) return this.#beside ? this.#takeOver() : this.#comeBack(0, said.text);
    if (said.attempt) this.#kept.attempt = Math.max(this.#kept.attempt, Number(said.attempt)); // 4411: exceed that one
    const freshToken = said.code === 4401 && this.#tokenRefusals++ === 0; // once more, with the token fetched for it
    if (freshToken || said.reconnect) this.#comeBack(said.retryAfterMs ?? 0, said.text, said.code);
    else this.#end('stopped', said);
  }

  #comeBack(afterMs, text, code) {
    if (this.#state === 'connecting' && this.#socket && !this.#farewell && !afterMs) this.#passed(false);
    // Full jitter: anything between nothing and a bound that doubles, or all come back at once.
    const bound = Math.min(BACK_OFF_MS.most, BACK_OFF_MS.first * 2 ** this.#failures++);
    const delay = afterMs + Math.random() * bound;
    this.#notBefore = Date.now() + afterMs;
    this.#end('waiting', { text, code, retryAt: Date.now() + delay, notBefore: this.#notBefore });
    this.#retry = setTimeout(() => this.#connect(), delay);
  }

  #end(state, detail) {
    this.#turn++;
    clearTimeout(this.#retry);
    this.#leaveBeside();
    clearInterval(this.#clock);
    this.#outbox.disconnected();
    this.#watch.disconnected();
    for (const { reject } of this.#asked.values()) reject(new ImError({ code: 'OFFLINE' }));
    for (const map of [this.#asked, this.#syncs, this.#wanted, this.#filling, this.#acks]) map.clear();
    this.#set(state, detail);
  }

  // ---- frames

  #hear(frame) {
    this.#heardAt = Date.now();
    if (this.#live()) this.#pingAt = 0; // answered, also within its own millisecond
    const asked = this.#asked.get(frame.ref);
    this.#asked.delete(frame.ref);
    if (frame.deliver) this.#deliver(frame.deliver);
    else if (frame.sendResult) this.#outbox.answered(frame.ref, frame.sendResult);
    else if (frame.syncPage || frame.headsPage || frame.renewed || frame.groupInfo || frame.presenceList) asked?.resolve(frame);
    else if (frame.error && !this.#outbox.answered(frame.ref, frame.error)) asked?.reject(new ImError(frame.error));
    else if (frame.receipt) this.#receipt(frame.receipt);
    else if (frame.transient) {
      this.#tell('transient', { peer: nameOf(frame.transient.conversation), envelope: frame.transient.envelope });
    } else if (frame.presenceEvent) this.#watch.heard(frame.presenceEvent);
    else if (frame.welcome) this.#welcomed(frame.welcome);
    else if (frame.caughtUp) this.#caughtUp(frame.caughtUp);
    else if (frame.expiring) this.#renew();
    else if (frame.goAway) this.#goAway(frame.goAway);
    else if (frame.close) this.#farewell = frame.close;
    // Pong counts by having been heard; Lagging asks nothing of us; what is new in a later version is ignored.
  }

  /** @returns the ref, a fresh one if the frame is to be answered */
  #say(body, answered = false, socket = this.#socket) {
    const ref = answered ? String(++this.#ref) : undefined;
    this.#saidAt = Date.now();
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ ref, ...body }));
    return ref;
  }

  #ask(body) {
    return new Promise((resolve, reject) => {
      if (this.#live()) this.#asked.set(this.#say(body, true), { resolve, reject });
      else reject(new ImError({ code: 'OFFLINE' }));
    });
  }

  #receipt({ upTo, uid, kind }) {
    this.#tell('receipt', { peer: nameOf(upTo.conversation), uid, kind, position: BigInt(upTo.position ?? 0) });
  }

  #caughtUp({ completeAsOfMs = '0', truncated }) {
    this.#failures = this.#tokenRefusals = 0; // a connection that got this far is a good one
    this.#kept.completeAsOfMs = completeAsOfMs;
    this.#keep();
    if (truncated) this.#tell('truncated', {});
    this.#tell('caughtup', {});
  }

  /** Tries until the connection ends, which it does with 4401 when the old token does. */
  async #renew() {
    const turn = this.#turn;
    try {
      const token = await this.#token();
      if (turn === this.#turn) await this.#ask({ renew: { token } });
    } catch {
      setTimeout(() => turn === this.#turn && this.#renew(), RENEW_AGAIN_MS);
    }
  }

  #goAway({ reconnectAfterMs = 0 }) {
    const turn = this.#turn;
    setTimeout(() => turn === this.#turn && this.#drop('the server stops'), reconnectAfterMs);
  }

  // ---- receiving

  #deliver({ conversation, placed = [], truncatedUpTo = '0', catchingUp = false }) {
    const peer = nameOf(conversation);
    this.#ackSoon(peer);
    if (BigInt(truncatedUpTo) > (this.#cursors.get(peer) ?? 0n)) this.#truncate(peer, BigInt(truncatedUpTo));
    for (const message of placed) {
      const position = BigInt(message.position);
      const prev = BigInt(message.prev ?? 0);
      // A conversation begins where its stream begins, or with its very first message; else the server is asked. A stream
      // behind a message that is held back goes on where the server has written to, and tells nothing of the beginning.
      const cursor = this.#cursors.get(peer) ?? (catchingUp && !this.#wanted.has(peer) ? prev : 0n);
      if (position <= cursor) continue; // D18: seen already; the Ack says so again
      if (message.prevUnknown) this.#truncate(peer, prev);
      else if (prev > cursor) { // D18: something between is missing
        this.#fill(peer, position);
        continue;
      }
      this.#show(peer, message);
    }
  }

  #show(peer, message) {
    if (message.envelope.sender === this.#uid) this.#outbox.settled(peer, message.envelope.messageId);
    this.#tell('message', { peer, placed: message });
    this.#cursors.set(peer, BigInt(message.position));
  }

  #truncate(peer, upTo) {
    this.#cursors.set(peer, upTo);
    this.#tell('truncated', { peer, upTo });
  }

  /** Acks are cumulative: one for all that a turn brings. The cursor is kept first, or a reload would go back. */
  #ackSoon(peer) {
    if (!this.#acks.size) queueMicrotask(() => this.#ack());
    this.#acks.add(peer);
  }

  #ack() {
    const known = [...this.#acks].filter(peer => this.#cursors.has(peer));
    const cursors = known.map(peer => cursorOf(peer, this.#cursors.get(peer)));
    this.#acks.clear();
    this.#keep();
    if (cursors.length && this.#live()) this.#say({ ack: { cursors } });
  }

  /** Syncs from the cursor to a message that did not join on to it; what is dropped meanwhile raises the aim (D32). */
  async #fill(peer, position) {
    this.#wanted.set(peer, larger(position, this.#wanted.get(peer)));
    if (this.#filling.has(peer)) return;
    this.#filling.add(peer);
    const turn = this.#turn;
    let wait = 0;
    try {
      while (turn === this.#turn && (this.#cursors.get(peer) ?? 0n) < this.#wanted.get(peer)) {
        const before = this.#cursors.get(peer);
        await this.#nextPage(peer);
        if (this.#cursors.get(peer) === before) throw new ImError({ code: 'UNAVAILABLE' }); // the store is behind (D19)
      }
    } catch (failure) {
      wait = Math.max(1000, failure.retryAfterMs ?? 0);
    }
    if (turn !== this.#turn) return; // the next connection streams what is missing
    this.#filling.delete(peer);
    if (wait) setTimeout(() => turn === this.#turn && this.#fill(peer, position), wait);
  }

  async #nextPage(peer) {
    const page = await this.#sync(peer, () =>
      this.#cursors.has(peer) ? { after: String(this.#cursors.get(peer)) } : { fromStart: true });
    const { placed = [], completeUpTo = '0' } = page;
    if (page.truncated) this.#tell('truncated', { peer, upTo: BigInt(placed[0]?.prev ?? completeUpTo) });
    for (const message of placed) {
      if (BigInt(message.position) > (this.#cursors.get(peer) ?? 0n)) this.#show(peer, message);
    }
    this.#cursors.set(peer, larger(BigInt(completeUpTo), this.#cursors.get(peer))); // never back (D19)
    this.#ackSoon(peer);
    return page;
  }

  async #syncToHead(peer) {
    while ((await this.#nextPage(peer)).more);
  }

  /** One Sync at a time for each conversation: the next waits for the one before (D33). */
  #sync(peer, what) {
    const ask = async () => (await this.#ask({ sync: { conversation: named(peer), ...what() } })).syncPage;
    const page = (this.#syncs.get(peer) ?? Promise.resolve()).then(ask, ask);
    this.#syncs.set(peer, page);
    return page;
  }

  // ---- small things

  #live() { return this.#state === 'online'; }

  #key(what) { return `im/${what}/${this.#uid}/${this.#device}`; }

  #keep() {
    const cursors = Object.fromEntries([...this.#cursors].map(([peer, position]) => [peer, String(position)]));
    this.#storage.setItem(this.#key('device'), JSON.stringify({ ...this.#kept, cursors }));
  }

  #set(state, detail = {}) {
    this.#state = state;
    this.#tell('state', { ...detail, state });
  }

  #tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }
}

function cursorOf(peer, position) { return { conversation: named(peer), position: String(position) }; }
function larger(a, b = 0n) { return a > b ? a : b; }
function bytesOf(text) { return new TextEncoder().encode(text).length; }
