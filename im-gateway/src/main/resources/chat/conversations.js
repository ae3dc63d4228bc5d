// What the page knows of its conversations: made of the client's events, shown by chat.js and thread.js. A `change`
// event names the conversation that is another now, or none where it may be any; an `arrived` event, the message that
// somebody else has just sent.

import { changeText } from './groups.js';
import { groupOf, inGroup, nameOf } from './names.js';

const TYPING = 'application/x-im-typing';
const TYPING_LASTS_MS = 5_000;
const TYPING_EVERY_MS = 3_000;
const AGAIN_MS = 1_000;
const WATCHED = 200; // the others of the newest direct conversations
const MARKED = 256; // members of a group of whom it is shown how far they have it

export class Conversations extends EventTarget {
  missing = false; // whether this device was away for longer than messages are kept
  #client;
  #uid;
  #all = new Map(); // peer → Conversation
  #presences = new Map(); // uid → {online, lastSeenMs}
  #marked = new Set(); // groups whose marks were asked for on this connection
  #refreshing = false;
  #stale = false; // asked for again while it is being read

  constructor(client, uid) {
    super();
    this.#client = client;
    this.#uid = uid;
    const on = (name, handle) => client.addEventListener(name, ({ detail }) => handle(detail));
    on('message', ({ peer, placed }) => this.#message(peer, placed));
    on('outcome', outcome => this.#outcome(outcome));
    on('receipt', receipt => this.#receipt(receipt));
    on('transient', ({ peer, envelope }) => this.#typing(peer, envelope));
    on('presence', presence => this.#present(presence));
    on('truncated', ({ peer, upTo }) => this.#truncated(peer, upTo));
    on('caughtup', () => {
      this.#marked.clear();
      this.#refresh();
    });
    on('reset', () => this.#begin());
    this.#begin();
  }

  #begin() {
    this.#all.clear();
    for (const { peer, messageId, queuedMs, ...content } of this.#client.unsent) {
      this.#pending(peer, messageId, content, queuedMs);
    }
    this.#changed();
  }

  /** The most recently active first. */
  list() {
    const later = (a, b) => b.activeMs - a.activeMs || Number(b.end - a.end) || a.peer.localeCompare(b.peer);
    return [...this.#all.values()].sort(later);
  }

  get unread() {
    return this.list().reduce((sum, conversation) => sum + conversation.unread, 0);
  }

  of(peer) {
    if (!this.#all.has(peer)) this.#all.set(peer, new Conversation(peer, this.#uid));
    return this.#all.get(peer);
  }

  /** Throws what the client throws: then it was not taken on. */
  send(peer, text) {
    this.#pending(peer, this.#client.send(peer, text), { text }, Date.now());
    this.of(peer).typedAt = 0;
    this.#changed(peer);
  }

  /** Changes the membership of a group; throws as {@link send} does. */
  change(group, membership) {
    const peer = inGroup(group);
    this.#pending(peer, this.#client.change(group, membership), { membership }, Date.now());
    this.#changed(peer);
  }

  /** {online, lastSeenMs}, as far as known. */
  presence(uid) {
    return this.#presences.get(uid) ?? {};
  }

  /** What was refused is sent once more, as another message. */
  again(peer, messageId) {
    const { pending } = this.of(peer);
    const { text, change } = pending.get(messageId);
    if (change) this.change(groupOf(peer), change);
    else this.send(peer, text); // which may throw: then it stays as it was
    pending.delete(messageId);
  }

  /** The note that something may be missing was seen. */
  seenMissing() {
    this.missing = false;
    this.#changed();
  }

  /** Tells the peer that somebody types, not oftener than needed. */
  type(peer) {
    const conversation = this.of(peer);
    if (conversation.group || Date.now() - conversation.typedAt < TYPING_EVERY_MS) return;
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

  /** Somebody looks at it: in a small group, how far the others have it is asked for once a connection. */
  async shown(peer) {
    const { group, standing } = this.of(peer);
    if (!standing?.role || standing.members > MARKED || this.#marked.has(peer)) return;
    this.#marked.add(peer);
    try {
      const { members = [] } = await this.#client.group(group, MARKED, true);
      for (const member of members) this.of(peer).has(member);
      this.#changed(peer);
    } catch (refusal) {
      if (refusal.code !== 'OVERLOADED') return; // offline, or the server has none: the next connection asks again
      this.#later(refusal, () => {
        this.#marked.delete(peer);
        this.#changed(peer);
      });
    }
  }

  /** Reads the page of history before what is there; nothing if it is being read, or there is no more. */
  async older(peer) {
    const conversation = this.of(peer);
    if (conversation.loading || conversation.atStart) return;
    conversation.loading = true;
    try {
      const { placed, more } = await this.#client.history(peer, conversation.messages[0]?.position);
      for (const message of placed) this.#follow(conversation, conversation.place(message)); // it may be live's first
      conversation.atStart = !more || !placed.length;
      conversation.loading = false;
      this.#changed(peer);
    } catch (refusal) {
      conversation.loading = false; // scrolling, or coming back, asks again
      if (refusal.code !== 'OFFLINE') this.#later(refusal, () => this.#changed(peer));
    }
  }

  /** Reads the list anew: the server's counts and marks are the truth. */
  async #refresh() {
    this.#stale = true;
    if (this.#refreshing) return;
    this.#refreshing = true;
    try {
      while (this.#stale) {
        this.#stale = false;
        for (const head of await this.#client.heads()) this.#head(head);
      }
    } catch (refusal) {
      if (refusal.code !== 'OFFLINE') this.#later(refusal, () => this.#refresh()); // the next connection asks by itself
    }
    this.#refreshing = false;
    this.#client.watch(this.list().filter(({ group }) => !group).slice(0, WATCHED).map(({ peer }) => peer));
    this.#changed();
  }

  /** A change of membership is newer than what is known of the group. */
  #follow(conversation, message) {
    if (message?.change) conversation.moved(message);
    if (!message?.change || message.position <= BigInt(conversation.standing?.changedAt ?? 0)) return;
    conversation.changedBy(message);
    this.#standing(conversation.peer);
  }

  /** Reads anew what a group is, and what this uid is in it. */
  async #standing(peer) {
    try {
      const { standing } = await this.#client.group(groupOf(peer));
      this.of(peer).stands(standing);
      this.#changed(peer);
    } catch {
      // Offline: the list, which the next connection reads, says it too.
    }
  }

  #present({ uid, online, lastSeenMs }) {
    this.#presences.set(uid, { online, lastSeenMs });
    this.#changed(uid);
  }

  #head(head) {
    const conversation = this.of(nameOf(head.conversation));
    const isBehind = conversation.head(head);
    if (isBehind) this.#client.read(conversation.peer, conversation.read); // the last Read was lost with its connection
  }

  #later({ retryAfterMs = 0 }, then) {
    setTimeout(then, Math.max(AGAIN_MS, retryAfterMs));
  }

  #message(peer, placed) {
    const conversation = this.of(peer);
    const message = conversation.place(placed);
    if (message && !message.own) {
      conversation.typingUntil = 0;
      if (message.position > conversation.read && message.position > conversation.counted) conversation.unread++;
      this.dispatchEvent(new CustomEvent('arrived', { detail: { peer, sender: message.sender, text: message.text } }));
    }
    this.#follow(conversation, message);
    this.#changed(peer);
  }

  #pending(peer, messageId, { text = '', membership }, ms) {
    const message = { messageId, sender: this.#uid, own: true, text, change: membership, ms, state: 'pending' };
    if (membership) message.text = changeText(message, this.#uid);
    this.of(peer).pending.set(messageId, message);
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
    conversation.reached(uid, kind, position);
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
    if (peer) this.of(peer).gaps.add(upTo);
    else this.missing = true;
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
  end = 0n; // the position of its last message, held or not
  unread = 0;
  read = 0n;
  peerRead = 0n;
  peerDelivered = 0n;
  counted = 0n; // `unread` holds the messages up to here; those after it are counted as they come
  typingUntil = 0;
  typedAt = 0;
  atStart = false;
  loading = false;
  standing = null; // of a group, once the server has said it
  #uid;
  #marks = { peerRead: new Map(), peerDelivered: new Map() }; // uid → position
  #moves = new Map(); // uid → where it last became a member or ceased to be one, and which of the two
  #last = null; // the last message, also where no other is here
  #createdMs = Date.now();

  constructor(peer, uid) {
    this.peer = peer;
    this.group = groupOf(peer); // empty between two
    this.#uid = uid;
  }

  /** What it is called. */
  get name() {
    return this.standing?.title || this.group || this.peer;
  }

  /** The server says what the group is; an older answer may come later. */
  stands(standing) {
    if (standing && BigInt(standing.changedAt ?? 0) >= BigInt(this.standing?.changedAt ?? 0)) this.standing = standing;
    if (this.group) this.#weigh();
  }

  /** Who is a member no more is told nothing of the group any more. */
  changedBy({ position, own, change: { kind, uids = [] } }) {
    const isOut = kind === 'DISSOLVED' || (kind === 'LEFT' && own) || (kind === 'REMOVED' && uids.includes(this.#uid));
    if (isOut) this.stands({ ...this.standing, role: undefined, changedAt: String(position) });
  }

  get last() {
    const own = [...this.pending.values()].at(-1);
    const isNewest = own && (own.state !== 'failed' || !this.#last || own.ms > this.#last.ms);
    return isNewest ? own : this.#last;
  }

  get activeMs() {
    return this.last?.ms ?? this.#createdMs;
  }

  get typing() {
    return this.typingUntil > Date.now();
  }

  /** @returns the message, or nothing if it is here already */
  place(placed) {
    const message = this.#read(placed);
    let at = this.messages.length;
    while (at > 0 && this.messages[at - 1].position > message.position) at--;
    if (at > 0 && this.messages[at - 1].position === message.position) return null;
    this.messages.splice(at, 0, message);
    this.end = larger(this.end, message.position);
    if (message.own) this.pending.delete(message.messageId);
    if (!(this.#last?.position > message.position)) this.#last = message;
    return message;
  }

  /**
   * What the server's list says of it; it may be behind what came since.
   *
   * @returns whether the server does not know how far this was read
   */
  head({ head = '0', read = '0', unread = 0, last, peerDelivered = '0', peerRead = '0', standing }) {
    this.stands(standing);
    const isBehind = BigInt(read) < this.read;
    this.read = larger(this.read, BigInt(read));
    this.end = larger(this.end, BigInt(head));
    this.peerDelivered = larger(this.peerDelivered, BigInt(peerDelivered));
    this.peerRead = larger(this.peerRead, BigInt(peerRead));
    if (BigInt(head) >= this.counted) {
      const since = this.messages.filter(message => !message.own && message.position > larger(BigInt(head), this.read));
      this.counted = BigInt(head);
      this.unread = (isBehind ? 0 : unread) + since.length;
    }
    if (last && !(this.#last?.position >= BigInt(last.position))) this.#last = this.#read(last);
    return isBehind;
  }

  #read({ position, prev = '0', envelope }) {
    const { sender, messageId, acceptedMs = 0, contentType = '', text, data, membership: change } = envelope;
    const message = {
      messageId, sender, own: sender === this.#uid, ms: Number(acceptedMs), state: 'accepted', change,
      position: BigInt(position), prev: BigInt(prev),
      text: data === undefined ? text ?? '' : `[${contentType || 'data'}]`,
    };
    return change ? { ...message, text: changeText(message, this.#uid) } : message;
  }

  /** Somebody has it so far. In a group that counts once everybody else has. */
  reached(uid, kind, position) {
    if (this.#moves.get(uid)?.isOut) return; // it was on its way
    const marks = this.#marks[kind === 'READ' ? 'peerRead' : 'peerDelivered'];
    marks.set(uid, larger(marks.get(uid) ?? 0n, position));
    this.#weigh();
  }

  /** What the server says of a member of the group; what was said before it joined does not wait for it. */
  has({ uid, joined = '0', delivered = '0', read = '0' }) {
    if (uid === this.#uid) return;
    this.reached(uid, 'DELIVERED', larger(BigInt(joined), larger(BigInt(delivered), BigInt(read))));
    this.reached(uid, 'READ', larger(BigInt(joined), BigInt(read)));
  }

  /** Who comes has what was said before; who goes is waited for no more. Changes are told in any order. */
  moved({ position, sender, change: { kind, uids = [] } }) {
    const isOut = kind === 'LEFT' || kind === 'REMOVED';
    if (!isOut && !['CREATED', 'ADDED', 'JOINED'].includes(kind)) return;
    for (const uid of ['CREATED', 'JOINED', 'LEFT'].includes(kind) ? [sender, ...uids] : uids) {
      if (uid === this.#uid || this.#moves.get(uid)?.at > position) continue;
      this.#moves.set(uid, { at: position, isOut });
      for (const marks of Object.values(this.#marks)) {
        if (isOut) marks.delete(uid);
        else marks.set(uid, larger(marks.get(uid) ?? 0n, position));
      }
    }
    this.#weigh();
  }

  #weigh() {
    for (const [mark, marks] of Object.entries(this.#marks)) {
      if (!marks.size || (this.group && marks.size < (this.standing?.members ?? Infinity) - 1)) continue;
      this[mark] = larger(this[mark], [...marks.values()].reduce((a, b) => (a < b ? a : b)));
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
