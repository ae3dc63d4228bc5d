// The messages of the open conversation as elements: days, bubbles, ticks, and what changed in a group. An element stays the
// same one as long as its message does, so that a reader's place, a selection and a screen reader are not disturbed.
// Text goes in as text content and in no other way.

const GROUP_MS = 5 * 60_000;
const NEAR_PX = 80;
const GAP = 'Messages that stood here are kept no more.';
const TICK_WORDS = {
  pending: 'waiting to be sent', accepted: 'sent', delivered: 'delivered', read: 'read', failed: 'not sent',
};
const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

export class Thread {
  #log;
  #elements = new Map(); // key → element
  #conversation = null;
  #wasAtEnd = true;
  #size = '';
  #older;
  #again;

  /**
   * @param log the element that scrolls
   * @param older called with the peer when what comes before is wanted
   * @param again called with the peer and the id of a message that was refused, to send it once more
   */
  constructor(log, { older, again }) {
    this.#log = log;
    this.#older = older;
    this.#again = again;
    log.addEventListener('scroll', () => {
      // In a frame that changes the size too, this comes before the observer, and says nothing about the reader.
      if (this.#size === sizeOf(log)) this.#wasAtEnd = this.atEnd;
      this.#wantOlder();
    });
    // A keyboard that comes up, or a banner: who was at the end still is.
    new ResizeObserver(() => {
      this.#size = sizeOf(log);
      if (this.#wasAtEnd) this.toEnd();
    }).observe(log);
  }

  get atEnd() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < NEAR_PX;
  }

  /** Shows a conversation as it is now; another one than before starts at its end. */
  show(conversation) {
    const fresh = conversation !== this.#conversation;
    if (fresh) {
      this.#conversation = conversation;
      this.#elements.clear();
      this.#log.replaceChildren();
    }
    const stay = fresh || this.atEnd;
    const [height, top] = [this.#log.scrollHeight, this.#log.scrollTop];
    const first = this.#firstMessage();
    this.#reconcile(this.#wanted());
    if (stay) this.toEnd();
    else if (this.#firstMessage() !== first) this.#log.scrollTop = top + this.#log.scrollHeight - height; // grew above
    this.#wantOlder();
  }

  toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#wasAtEnd = true;
  }

  #firstMessage() {
    return this.#log.querySelector('.message')?.dataset.key;
  }

  #wantOlder() {
    const conversation = this.#conversation;
    if (conversation && !conversation.atStart && this.#log.scrollTop < NEAR_PX) this.#older(conversation.peer);
  }

  /** [key, element] in the order in which they stand. */
  #wanted() {
    const conversation = this.#conversation;
    const messages = [...conversation.messages, ...conversation.pending.values()];
    const wanted = [];
    if (conversation.atStart || !conversation.messages.length) wanted.push(this.#note('start', startText(conversation)));
    messages.forEach((message, i) => {
      const [before, after] = [messages[i - 1], messages[i + 1]];
      const day = new Date(message.ms).toDateString();
      if (!before || day !== new Date(before.ms).toDateString()) wanted.push(this.#day(day, message.ms));
      for (const gap of conversation.gaps) {
        if (before?.position <= gap && !(message.position <= gap)) wanted.push(this.#note(`gap ${gap}`, GAP));
      }
      if (message.change) wanted.push(this.#change(message));
      else wanted.push(this.#message(message, !isOneGo(before, message), !isOneGo(message, after)));
    });
    const lastGap = [...conversation.gaps].find(gap => messages.at(-1)?.position <= gap);
    if (lastGap) wanted.push(this.#note(`gap ${lastGap}`, GAP));
    if (conversation.typing) wanted.push(this.#typing());
    return wanted;
  }

  #reconcile(wanted) {
    const keys = new Set(wanted.map(([key]) => key));
    for (const [key, element] of this.#elements) {
      if (!keys.has(key)) {
        element.remove();
        this.#elements.delete(key);
      }
    }
    let next = this.#log.firstChild;
    for (const [, element] of wanted) {
      if (element === next) next = next.nextSibling;
      else this.#log.insertBefore(element, next);
    }
  }

  #element(key, make) {
    if (!this.#elements.has(key)) this.#elements.set(key, make());
    return this.#elements.get(key);
  }

  #note(key, text) {
    const element = this.#element(key, () => node('p', 'note', text));
    if (element.textContent !== text) element.textContent = text;
    return [key, element];
  }

  #day(day, ms) {
    const element = this.#element(day, () => node('p', 'day'));
    element.textContent = dayName(ms);
    return [day, element];
  }

  /** Who came, went, or may do what: a line between the messages. */
  #change({ sender, messageId, text, state, why }) {
    const [key, element] = this.#note(`change ${sender} ${messageId}`, state === 'failed' ? `${text}: not done, ${why}` : text);
    element.classList.add('change');
    element.classList.toggle('pending', state === 'pending');
    element.classList.toggle('failed', state === 'failed');
    return [key, element];
  }

  #message(message, starts, ends) {
    const key = `${message.sender} ${message.messageId}`;
    const element = this.#element(key, () => bubble(key, message, Boolean(this.#conversation.group)));
    element.classList.toggle('starts', starts);
    element.classList.toggle('ends', ends);
    element.querySelector('time').textContent = TIME.format(message.ms);
    if (message.own) this.#tick(element, message);
    return [key, element];
  }

  #tick(element, message) {
    const progress = this.#conversation.progress(message);
    if (element.dataset.progress === progress) return;
    element.dataset.progress = progress;
    element.querySelector('.tick')?.remove();
    element.querySelector('.meta').append(tick(progress));
    if (progress !== 'failed') return;
    const why = node('p', 'why', `Not sent: ${message.why}. `);
    const again = node('button', '', 'Send again');
    const { peer } = this.#conversation;
    again.addEventListener('click', () => this.#again(peer, message.messageId));
    why.append(again);
    element.append(why);
  }

  #typing() {
    return ['typing', this.#element('typing', () => {
      const element = node('div', 'message theirs typing starts ends');
      const dots = node('p', 'bubble');
      dots.append(node('span', 'dot'), node('span', 'dot'), node('span', 'dot'));
      dots.setAttribute('aria-hidden', 'true'); // the heading says it in words
      element.append(dots);
      return element;
    })];
  }
}

export function node(name, className, text = '') {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

/** A symbol of index.html. */
export function symbol(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#${name}`);
  svg.append(use);
  return svg;
}

/** The mark of an own message, and its words. */
export function tick(progress) {
  const element = node('span', `tick ${progress}`);
  element.append(symbol(`tick-${progress}`), node('span', 'unseen', TICK_WORDS[progress]));
  return element;
}

export function timeOrDay(ms) {
  return new Date(ms).toDateString() === new Date().toDateString() ? TIME.format(ms) : dayName(ms, 'short');
}

export function seenText(ms) {
  const isToday = new Date(ms).toDateString() === new Date().toDateString();
  return `last seen ${isToday ? 'at' : 'on'} ${timeOrDay(ms)}`;
}

function sizeOf(element) { return `${element.clientWidth} ${element.clientHeight}`; }

function bubble(key, message, isInGroup) {
  const element = node('div', `message ${message.own ? 'mine' : 'theirs'}`);
  element.dataset.key = key;
  const body = node('p', 'bubble');
  const meta = node('span', 'meta');
  const time = node('time', '');
  time.dateTime = new Date(message.ms).toISOString();
  meta.append(time);
  // Between two, who speaks is seen by the side; in a group the name stands over what they begin to say.
  if (isInGroup && !message.own) body.append(speaker(message.sender));
  else body.append(node('span', 'unseen', message.own ? 'You: ' : `${message.sender}: `));
  body.append(node('span', 'text', message.text), meta);
  element.append(body);
  return element;
}

function speaker(name) {
  const element = node('span', 'speaker', name);
  element.style.setProperty('--hue', hueOf(name));
  element.append(node('span', 'unseen', ': '));
  return element;
}

/** A colour that follows from the name alone. */
export function hueOf(name) {
  let hash = 0;
  for (const character of name) hash = (hash * 47 + character.codePointAt(0)) % 997;
  return hash % 18 * 20;
}

/** Whether the second follows the first as if they were said in one go. */
function isOneGo(a, b) {
  return a && b && !a.change && !b.change && a.sender === b.sender && b.ms - a.ms < GROUP_MS
    && new Date(a.ms).toDateString() === new Date(b.ms).toDateString();
}

function startText(conversation) {
  if (!conversation.atStart) return 'Loading…';
  if ((conversation.messages[0]?.prev ?? conversation.end) > 0n) return 'Older messages are kept no more.';
  return conversation.messages.length ? 'This is where it begins.' : 'No messages yet. Say something.';
}

function dayName(ms, length = 'long') {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(ms).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return length === 'long' ? DAY.format(ms) : new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' }).format(ms);
}
