// What this device has sent and knows no outcome of, in order for each conversation (docs/protocol.md, "Sending").
// Sends are pipelined, and answered by ref: the same message may be under way twice. When one fails, everything sent
// after it into that conversation is taken as refused too; once the last answer is in, all of it goes out again in
// order, the oldest marked `first` (D38).

import { named } from './names.js';

const FOR_NOW = new Set(['OVERLOADED', 'UNAVAILABLE', 'RATE_LIMITED', 'UNKNOWN_OUTCOME', 'OUT_OF_ORDER']);
const BACK_OFF_MS = { first: 200, most: 10_000 };

export class Outbox {
  #io;
  #lanes = new Map(); // peer → lane
  #underWay = new Map(); // ref → {peer, entry}, of this connection
  #limits = null; // null while there is no connection

  /**
   * @param io load and save ({peer: [entry]}); say, which returns the ref; outcome, told once an entry; syncToHead
   */
  constructor(io) {
    this.#io = io;
    for (const [peer, queue] of Object.entries(io.load())) this.#lanes.set(peer, newLane(queue));
  }

  /** @param content as in Send: contentType with text, or membership */
  add(peer, content) {
    // Room for the time of its first try, so that a storage that is full now does not hold it back then.
    const entry = { messageId: this.newId(), ...content, queuedMs: Date.now(), firstTryRoom: Date.now() };
    if (!this.#lanes.has(peer)) this.#lanes.set(peer, newLane([]));
    const { queue } = this.#lanes.get(peer);
    queue.push(entry);
    try {
      this.#save(); // before the first try: a page that is closed now sends it when it is opened again
    } catch (full) {
      queue.pop(); // what cannot be kept is not taken on
      throw full;
    }
    this.#pump();
    return entry.messageId;
  }

  entries() {
    return [...this.#lanes].flatMap(([peer, { queue }]) => queue.map(entry => ({ ...entry, peer })));
  }

  connected(limits) {
    this.#limits = limits;
    this.#pump();
  }

  disconnected() {
    this.#limits = null;
    this.#underWay.clear();
    for (const lane of this.#lanes.values()) {
      clearTimeout(lane.timer);
      Object.assign(lane, newLane(lane.queue), { failures: lane.failures });
    }
  }

  /** @returns whether a send of ours was answered */
  answered(ref, { code, text = '', retryAfterMs = 0 }) {
    const { peer, entry } = this.#underWay.get(ref) ?? {};
    if (!entry) return false;
    this.#underWay.delete(ref);
    const lane = this.#lanes.get(peer);
    lane.underWay.delete(entry);
    if (code === 'OK') this.#settle(peer, entry, 'OK', '');
    else lane.failed ??= { entry, code, text, retryAfterMs }; // those behind it are refused for its sake
    if (lane.failed && !lane.underWay.size) this.#goBack(peer, lane);
    this.#pump();
    return true;
  }

  /** Its own copy has come: it was accepted, whatever its answer. */
  settled(peer, messageId) {
    const entry = this.#lanes.get(peer)?.queue.find(waiting => waiting.messageId === messageId);
    if (entry) this.#settle(peer, entry, 'OK', '');
  }

  #goBack(peer, lane) {
    const { entry, code, text, retryAfterMs } = lane.failed;
    lane.failed = null;
    lane.blocked = true;
    if (!FOR_NOW.has(code)) this.#settle(peer, entry, code, text);
    if (!lane.queue.length) {
      this.#io.say({ giveUp: { conversation: named(peer) } }); // nothing will be sent again: it opens the conversation
      lane.blocked = false;
    } else if (FOR_NOW.has(code)) {
      const bound = Math.min(BACK_OFF_MS.most, BACK_OFF_MS.first * 2 ** lane.failures++);
      this.#pause(lane, Math.max(retryAfterMs, Math.random() * bound));
    }
  }

  #pause(lane, ms) {
    lane.paused = true;
    lane.timer = setTimeout(() => {
      lane.paused = false;
      this.#pump();
    }, ms);
  }

  #pump() {
    for (const [peer, lane] of this.#lanes) {
      for (const entry of [...lane.queue]) {
        if (!this.#limits || lane.failed || lane.paused || this.#underWay.size >= this.#limits.unansweredSends) break;
        if (lane.underWay.has(entry)) continue;
        if (Date.now() - (entry.firstTryMs ?? Infinity) > Number(this.#limits.dedupeMs) / 2) this.#expire(peer, lane);
        else this.#transmit(peer, lane, entry);
      }
    }
  }

  #transmit(peer, lane, entry) {
    if (!entry.firstTryMs) {
      entry.firstTryMs = Date.now();
      delete entry.firstTryRoom;
      this.#save();
    }
    const { messageId, contentType, text, membership } = entry;
    const send = { messageId, conversation: named(peer), contentType, text, membership, first: lane.blocked };
    lane.blocked = false;
    lane.underWay.add(entry);
    this.#underWay.set(this.#io.say({ send }), { peer, entry });
  }

  /**
   * Half the dedupe window after the first try, a repeat might be a second message. The conversation up to its head
   * settles it: what is there was accepted, the rest never will be (D12).
   */
  async #expire(peer, lane) {
    lane.paused = true;
    const limits = this.#limits;
    const tooOld = lane.queue.filter(entry => Date.now() - entry.firstTryMs > Number(limits.dedupeMs) / 2);
    try {
      await this.#io.syncToHead(peer);
      for (const entry of tooOld) this.#settle(peer, entry, 'EXPIRED', 'not accepted in time');
    } catch {
      if (limits === this.#limits) this.#pause(lane, BACK_OFF_MS.most);
      return; // offline: the next connection asks again
    }
    if (limits !== this.#limits) return;
    lane.paused = false;
    if (lane.blocked && !lane.queue.length) {
      lane.blocked = false;
      this.#io.say({ giveUp: { conversation: named(peer) } });
    }
    this.#pump();
  }

  #settle(peer, entry, code, text) {
    const lane = this.#lanes.get(peer);
    const at = lane.queue.indexOf(entry);
    if (at < 0) return; // by its own copy before its answer, or the other way round
    lane.queue.splice(at, 1);
    lane.failures = 0;
    this.#save();
    this.#io.outcome({ peer, messageId: entry.messageId, code, text });
  }

  #save() {
    const queues = [...this.#lanes].filter(([, lane]) => lane.queue.length).map(([peer, lane]) => [peer, lane.queue]);
    this.#io.save(Object.fromEntries(queues));
  }

  /** A UUID of version 7, canonical and lower-case: made once, and kept through all tries. */
  newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    new DataView(bytes.buffer).setUint32(0, Math.floor(Date.now() / 65_536));
    new DataView(bytes.buffer).setUint16(4, Date.now() % 65_536);
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }
}

function newLane(queue) {
  return { queue, underWay: new Set(), failed: null, blocked: false, paused: false, timer: 0, failures: 0 };
}
