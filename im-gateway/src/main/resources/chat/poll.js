// Long polling (docs/protocol.md) behind the interface of a WebSocket of im.v1.json, for networks that let none pass: one
// poll always waits; frames go beside it, the next ones when those before were taken. A request that fails is repeated
// with the number it had, a few times; one that is put off, for as long as it is. Then, or when the server does not know
// the session any more or will never take the request, it is closed.
const FAILURES = 4;
const PAUSE_MS = { first: 20, most: 1000 };
const MOST = { bytes: 250 * 1024, frames: 500 }; // in one request, with room to spare

export class PollSocket {
  readyState = WebSocket.CONNECTING;
  onopen = null; onmessage = null; onclose = null;
  #url; #session = ''; #answer = 0; #request = 0; #queue = []; #telling = false; #over = new AbortController();

  constructor(url) {
    this.#url = url;
    setTimeout(() => {
      if (this.readyState !== WebSocket.CONNECTING) return;
      this.readyState = WebSocket.OPEN;
      this.onopen?.();
    });
  }

  send(text) {
    this.#queue.push(text);
    if (!this.#telling) {
      this.#telling = true;
      queueMicrotask(() => this.#tell());
    }
  }

  /** Says goodbye, also from a page that goes. */
  close(code = 1000) {
    if (this.#session && this.readyState === WebSocket.OPEN) {
      const request = { 'Im-Session': this.#session, 'Im-Request': this.#request + 1, 'Im-Wait': 0 };
      this.#post(JSON.stringify({ close: { code } }), request, { keepalive: true }).catch(() => {});
    }
    this.#end(code, '');
  }

  #end(code, reason, retryAfterMs = 0) {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    this.#over.abort();
    setTimeout(() => this.onclose?.({ code, reason, retryAfterMs }));
  }

  #post(body, headers, how = { signal: this.#over.signal }) {
    return fetch(this.#url, {
      method: 'POST', body, cache: 'no-store', headers: { 'Content-Type': 'application/x-ndjson', ...headers }, ...how,
    });
  }

  /** Repeats what fails; undefined when it is over. Hello is not repeated: it would be another session. */
  async #ask(body, headers, times = FAILURES) {
    for (let failures = 0, putOff = 0; this.readyState === WebSocket.OPEN;) {
      let why, waitMs = 0;
      try {
        const answer = await this.#post(body, headers);
        const { ok, status } = answer;
        if (ok) return { headers: answer.headers, text: await answer.text() };
        if (status === 410) return void this.#gone(headers);
        why = `HTTP status ${status}`;
        waitMs = 1000 * Number(answer.headers.get('Retry-After')) || 0;
        if (times && (status === 429 || (status === 503 && waitMs))) putOff++; // it has too much to do: no failure
        else failures += status < 500 && status !== 408 ? Infinity : 1;
      } catch (failure) {
        why = failure.message;
        failures++;
      }
      if (failures > times) return void this.#end(1006, why, waitMs);
      const pause = Math.min(PAUSE_MS.most, PAUSE_MS.first * 4 ** (failures + putOff - 1));
      await new Promise(wake => setTimeout(wake, Math.max(waitMs, pause)));
    }
  }

  /** Why is for the poll to hear, if frames were refused first: a Close may wait there. */
  #gone(headers) {
    if (!('Im-Wait' in headers)) this.#end(1006, 'the server does not know this poll session any more');
  }

  async #tell() {
    if (!this.#session) await this.#greet();
    while (this.#queue.length && this.readyState === WebSocket.OPEN) {
      const frames = this.#take();
      this.#request++;
      for (let refused = 0; ; refused++) {
        const request = { 'Im-Session': this.#session, 'Im-Request': this.#request, 'Im-Wait': 0 };
        const answer = await this.#ask(frames, request);
        if (!answer || Number(answer.headers.get('Im-Request')) >= this.#request) break;
        await new Promise(wake => setTimeout(wake, Math.min(PAUSE_MS.most, PAUSE_MS.first * 2 ** refused)));
      }
    }
    this.#telling = false;
  }

  #take() {
    let bytes = 0, count = 0;
    while (count < Math.min(this.#queue.length, MOST.frames)) {
      bytes += 3 * this.#queue[count].length; // of UTF-8, at most
      if (count && bytes > MOST.bytes) break;
      count++;
    }
    return this.#queue.splice(0, count).join('\n');
  }

  async #greet() {
    const answer = await this.#ask(this.#queue.shift(), { 'Im-Request': ++this.#request }, 0);
    if (!answer) return;
    this.#session = answer.headers.get('Im-Session');
    this.#hear(answer);
    this.#poll();
  }

  async #poll() {
    while (this.readyState === WebSocket.OPEN) {
      const answer = await this.#ask('', { 'Im-Session': this.#session, 'Im-Answer': this.#answer });
      if (answer) this.#hear(answer);
    }
  }

  #hear({ headers, text }) {
    const number = Number(headers.get('Im-Answer'));
    if (number > 0 && number <= this.#answer) return; // heard before
    if (number > 0) this.#answer = number;
    // An answer without frames is a sign of life: it counts as a Pong that nobody asked for.
    for (const data of text ? text.split('\n').filter(Boolean) : ['{"pong":{}}']) {
      if (this.readyState !== WebSocket.OPEN) return;
      this.onmessage?.({ data });
      if (data.startsWith('{"close"')) this.#end(JSON.parse(data).close.code, '');
    }
  }
}
