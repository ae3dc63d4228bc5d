// What the page knows of its conversations: made of the client's events, shown by chat.js and thread.js. A `change`
// event names the conversation that is another now, or none where it may be any.

const TYPING = 'application/x-im-typing';
const TYPING_LASTS_MS = 5_000;
const TYPING_EVERY_MS = 3_000;

export class Conversations extends EventTarget {
  #client;
  #uid;
  #all = new Map(); // peer → Conversation

  constructor(client, uid) {
    super();
    this.#client = client;
    this.#uid = uid;
    const on = (name, handle) => client.addEventListener(name, ({ detail }) => handle(detail));
    on('message', ({ peer, placed }) => this.#message(peer, placed));
    on('outcome', outcome => this.#outcome(outcome));
    on('receipt', receipt => this.#receipt(receipt));
    on('transient', ({ peer, envelope }) => this.#typing(peer, envelope));
    on('truncated', ({ peer, upTo }) => peer && this.#truncated(peer, upTo));
    on('caughtup', () => this.#refresh());
    on('reset', () => this.#all.clear());
    for (const { peer, messageId, text, queuedMs } of client.unsent) this.#pending(peer, messageId, text, queuedMs);
  }

  /** The most recently active first. */
  list() {
    return [...this.#all.values()].sort((a, b) => b.activeMs - a.activeMs || a.peer.localeCompare(b.peer));
  }

  get unread() {
    return this.list().reduce((sum, conversation) => sum + conversation.unread, 0);
  }

  of(peer) {
    if (!this.#all.has(peer)) this.#all.set(peer, new Conversation(peer, this.#uid));
    return this.#all.get(peer);
  }

  send(peer, text) {
    this.#pending(peer, this.#client.send(peer, text), text, Date.now());
    this.of(peer).typedAt = 0;
    this.#changed(peer);
  }

  /** Tells the peer that somebody types, not oftener than needed. */
  type(peer) {
    const conversation = this.of(peer);
    if (Date.now() - conversation.typedAt < TYPING_EVERY_MS) return;
    conversation.typedAt = Date.now();
    this.#client.transient(peer, TYPING);
  }

  /** A human has what is there in view. */
  read(peer) {
    const conversation = this.of(peer);
    const last = conversation.messages.findLast(message => !message.own);
    if (!last || last.position <= conversation.read) return;
    conversation.read = last.position;
    conversation.unread = 0;
    this.#client.read(peer, last.position);
    this.#changed(peer);
  }

  /** Reads the page of history before what is there; nothing if it is being read, or there is no more. */
  async older(peer) {
    const conversation = this.of(peer);
    if (conversation.loading || conversation.atStart) return;
    conversation.loading = true;
    try {
      const { placed, more } = await this.#client.history(peer, conversation.messages[0]?.position);
      for (const message of placed) conversation.place(message);
      conversation.atStart = !more || !placed.length;
      conversation.loading = false;
      this.#changed(peer);
    } catch {
      conversation.loading = false; // offline, or refused for now: scrolling, or coming back, asks again
    }
  }

  async #refresh() {
    try {
      for (const head of await this.#client.heads()) this.of(head.conversation.peer).head(head);
    } catch {
      // Offline again: the next connection asks anew.
    }
    this.#changed();
  }

  #message(peer, placed) {
    const conversation = this.of(peer);
    const message = conversation.place(placed);
    if (message && !message.own) {
      conversation.typingUntil = 0;
      if (message.position > conversation.read && message.position > conversation.counted) conversation.unread++;
    }
    this.#changed(peer);
  }

  #pending(peer, messageId, text, ms) {
    this.of(peer).pending.set(messageId, { messageId, sender: this.#uid, own: true, text, ms, state: 'pending' });
  }

  #outcome({ peer, messageId, code, text }) {
    const pending = this.of(peer).pending.get(messageId);
    if (pending) Object.assign(pending, code === 'OK' ? { state: 'accepted' } : { state: 'failed', why: text || code });
    this.#changed(peer);
  }

  #receipt({ peer, uid, kind, position }) {
    const conversation = this.of(peer);
    if (uid === this.#uid && peer !== uid) {
      if (kind === 'READ' && position > conversation.read) this.#refresh(); // on another device: count anew
      return;
    }
    const mark = kind === 'READ' ? 'peerRead' : 'peerDelivered';
    conversation[mark] = larger(conversation[mark], position);
    this.#changed(peer);
  }

  #typing(peer, { sender, contentType }) {
    if (contentType !== TYPING || sender === this.#uid) return;
    const conversation = this.of(peer);
    conversation.typingUntil = Date.now() + TYPING_LASTS_MS;
    setTimeout(() => this.#changed(peer), TYPING_LASTS_MS + 50);
    this.#changed(peer);
  }

  #truncated(peer, upTo) {
    this.of(peer).gaps.add(upTo);
    this.#changed(peer);
  }

  #changed(peer) {
    this.dispatchEvent(new CustomEvent('change', { detail: peer }));
  }
}

/** One conversation. Positions are BigInt; a position of 0 is "before the first". */
class Conversation {
  messages = []; // those that are here, placed, in order; without holes but where `gaps` says so
  pending = new Map(); // messageId → own messages without a position
  gaps = new Set(); // positions before which messages are missing for ever
  unread = 0;
  read = 0n;
  peerRead = 0n;
  peerDelivered = 0n;
  counted = 0n; // `unread` holds the messages up to here; those after it are counted as they come
  typingUntil = 0;
  typedAt = 0;
  atStart = false;
  loading = false;
  #uid;
  #last = null; // the last message, also where no other is here
  #createdMs = Date.now();

  constructor(peer, uid) {
    this.peer = peer;
    this.#uid = uid;
  }

  get last() {
    return [...this.pending.values()].at(-1) ?? this.#last;
  }

  get activeMs() {
    return this.last?.ms ?? this.#createdMs;
  }

  get typing() {
    return this.typingUntil > Date.now();
  }

  /** @returns the message, or nothing if it is here already */
  place(placed) {
    const { sender, messageId, acceptedMs = 0, contentType = '', text, data } = placed.envelope;
    const message = {
      messageId, sender, own: sender === this.#uid, ms: Number(acceptedMs), state: 'accepted',
      position: BigInt(placed.position), prev: BigInt(placed.prev ?? 0),
      text: data === undefined ? text ?? '' : `[${contentType || 'data'}]`,
    };
    let at = this.messages.length;
    while (at > 0 && this.messages[at - 1].position > message.position) at--;
    if (at > 0 && this.messages[at - 1].position === message.position) return null;
    this.messages.splice(at, 0, message);
    if (message.own) this.pending.delete(messageId);
    if (!(this.#last?.position > message.position)) this.#last = message;
    return message;
  }

  /** What the server's list says of it; it may be behind what came since. */
  head({ head = '0', read = '0', unread = 0, last, peerDelivered = '0', peerRead = '0' }) {
    this.read = larger(this.read, BigInt(read));
    this.peerDelivered = larger(this.peerDelivered, BigInt(peerDelivered));
    this.peerRead = larger(this.peerRead, BigInt(peerRead));
    if (BigInt(head) >= this.counted) {
      const since = this.messages.filter(message => !message.own && message.position > larger(BigInt(head), this.read));
      this.counted = BigInt(head);
      this.unread = (BigInt(read) < this.read ? 0 : unread) + since.length;
    }
    if (last && !(this.#last?.position >= BigInt(last.position))) {
      const { sender, text, contentType, acceptedMs = 0, messageId } = last.envelope;
      this.#last = {
        messageId, sender, own: sender === this.#uid, ms: Number(acceptedMs), state: 'accepted',
        position: BigInt(last.position), text: text ?? `[${contentType}]`,
      };
    }
  }

  /** How far an own message got: pending, failed, accepted, delivered or read. */
  progress(message) {
    if (!message.position || this.peer === this.#uid) return message.state;
    if (message.position <= this.peerRead) return 'read';
    return message.position <= this.peerDelivered ? 'delivered' : 'accepted';
  }
}

function larger(a, b) { return a > b ? a : b; }
