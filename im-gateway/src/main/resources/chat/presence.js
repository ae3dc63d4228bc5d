// Whose presence is watched: asked for anew on each connection, with which a subscription ends. At the bound, whoever was
// named longest ago is watched no more; nothing is known of them then.
const MOST = { asked: 200, watched: 500 }; // uids that one question may name, and that one connection may watch
const AGAIN_MS = 5_000;
const PASSING = new Set(['RATE_LIMITED', 'OVERLOADED', 'UNAVAILABLE', 'INTERNAL']); // nobody can tell now

export class Watch {
  #ask; #tell;
  #uids = new Set(); // named longest ago first
  #unasked = new Set(); // those of them that the server was not asked for, or could not tell of
  #connected = false; #turn = 0; #again = 0;

  /** @param io ask(body), a promise of the answer; tell({uid, online, lastSeenMs}) */
  constructor({ ask, tell }) {
    this.#ask = ask;
    this.#tell = tell;
  }

  add(uids) {
    for (const uid of [...new Set(uids)].slice(0, MOST.watched)) {
      if (!this.#uids.delete(uid)) this.#unasked.add(uid);
      this.#uids.add(uid);
    }
    this.#leave([...this.#uids].slice(0, Math.max(0, this.#uids.size - MOST.watched)));
    this.#askAll();
  }

  connected() {
    this.#connected = true;
    this.#unasked = new Set(this.#uids);
    this.#askAll();
  }

  disconnected() {
    this.#connected = false;
    this.#turn++;
    clearTimeout(this.#again);
    this.#again = 0;
  }

  heard({ uid, online = false, lastSeenMs = '0' }) {
    if (this.#uids.has(uid)) this.#tell({ uid, online, lastSeenMs: Number(lastSeenMs) });
  }

  #leave(uids) {
    for (const uid of uids) {
      this.#uids.delete(uid);
      this.#tell({ uid, online: false, lastSeenMs: 0 });
    }
    const asked = uids.filter(uid => !this.#unasked.delete(uid));
    while (asked.length && this.#connected) {
      this.#ask({ presenceQuery: { uids: asked.splice(0, MOST.asked), unsubscribe: true } }).catch(() => {});
    }
  }

  async #askAll() {
    const turn = this.#turn;
    while (this.#unasked.size && this.#connected && turn === this.#turn && !this.#again) {
      const uids = [...this.#unasked].slice(0, MOST.asked);
      for (const uid of uids) this.#unasked.delete(uid);
      try {
        const { presenceList } = await this.#ask({ presenceQuery: { uids, subscribe: true } });
        for (const presence of presenceList.presences ?? []) this.heard(presence);
      } catch ({ code }) {
        if (turn === this.#turn && PASSING.has(code)) this.#askLater(uids); // else the next connection asks
      }
    }
  }

  #askLater(uids) {
    for (const uid of uids) if (this.#uids.has(uid)) this.#unasked.add(uid);
    this.#again ||= setTimeout(() => {
      this.#again = 0;
      this.#askAll();
    }, AGAIN_MS);
  }
}
