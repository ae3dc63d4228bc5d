// The page around the conversations: who one is, the list, the open chat, the connection's state. The client is
// im-client.js, what is known of conversations conversations.js, the messages as elements thread.js, the dialogs about
// groups group-dialogs.js.
import { ImClient } from './im-client.js';
import { Conversations } from './conversations.js';
import { GroupDialogs } from './group-dialogs.js';
import { membersText, whySilent } from './groups.js';
import { groupOf, inGroup } from './names.js';
import { Thread, hueOf, node, seenText, tick, timeOrDay } from './thread.js';

const DEVICES = 16; // of one uid
const UID = /^[A-Za-z0-9._@+=-]{1,64}$/;
const CALM_MS = 1_000; // a connection that is back sooner is not worth a word
const RELOADED_MS = 1_000; // how long what this page was before it was reloaded may take to be gone
const $ = id => document.getElementById(id);

let uid = '';
let client = null;
let conversations = null;
let link = { state: 'stopped' };
let offSince = 0;
let countdown = 0;
let rendering = false;
const thread = new Thread($('log'), {
  older: peer => conversations.older(peer),
  again: (peer, messageId) => conversations.again(peer, messageId),
});
const dialogs = new GroupDialogs({
  change: (group, membership) => conversations.change(group, membership),
  members: group => client.group(group, 500),
  conversation: () => conversations.of(openPeer()),
  isOnline: name => name === uid || Boolean(conversations.presence(name).online),
  watch: uids => client.watch(uids),
  open: peer => { location.hash = addressOf(peer); },
  paint: paintAvatar,
});

// ---- signing in: the uid is the tab's, so that two tabs can be two users

async function signIn(name) {
  uid = name;
  sessionStorage.setItem('im/uid', uid);
  client = new ImClient({
    url: new URLSearchParams(location.search).has('poll')
      ? `${location.origin}/v1/poll` // to try what a network that lets no WebSocket pass is like
      : `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/v1/ws`,
    uid, device: await takeDevice(), token: fetchToken,
  });
  conversations = new Conversations(client, uid);
  conversations.addEventListener('change', render);
  conversations.addEventListener('arrived', ({ detail }) => announce(detail));
  client.addEventListener('state', ({ detail }) => linked(detail));
  client.addEventListener('caughtup', () => linked({ state: 'live' }));
  client.start();
  $('login').hidden = true;
  $('app').hidden = false;
  $('me').textContent = uid;
  paintAvatar($('me-avatar'), uid);
  render();
}

function signOut() {
  client.stop();
  sessionStorage.removeItem('im/uid');
  location.replace('/');
}

/** Makes anybody's token: the server does that in dev mode only, and for its own page only. */
async function fetchToken() {
  const answer = await fetch('/dev/token', { method: 'POST', body: new URLSearchParams({ uid }) });
  const { token, error } = await answer.json();
  if (!answer.ok) throw new Error(error);
  return token;
}

/**
 * A tab is a device of its own. Devices are numbered in this browser, and a tab takes the first that no other tab has,
 * so that closed tabs leave their cursors to the next and there are never more than were open at once. A tab that is
 * loaded again waits for the one it had: what it has not sent yet is kept under it.
 */
async function takeDevice() {
  const browser = localStorage.getItem('im/browser') ?? crypto.randomUUID().slice(0, 8);
  localStorage.setItem('im/browser', browser);
  const had = `im/device/${uid}`;
  const mine = Number(sessionStorage.getItem(had));
  const free = async n => {
    if (!await lock(`im/${uid}/${n}`, n === mine ? { signal: AbortSignal.timeout(RELOADED_MS) } : { ifAvailable: true })) return false;
    sessionStorage.setItem(had, n);
    return true;
  };
  const numbers = Array.from({ length: DEVICES }, (_, i) => i + 1).sort((a, b) => (b === mine) - (a === mine));
  for (const n of numbers) {
    if (await free(n)) return `web-${browser}-${n}`;
  }
  return `web-${crypto.randomUUID().slice(0, 8)}`;
}

/** Holds the name until the page is gone; false if another tab does. */
function lock(name, options) {
  return new Promise(resolve => {
    navigator.locks.request(name, options, held => {
      resolve(held !== null);
      return held ? new Promise(() => {}) : undefined;
    }).catch(() => resolve(false)); // not in time
  });
}

// ---- the connection

function linked(next) {
  link = next;
  clearInterval(countdown);
  if (link.state === 'waiting') offSince ||= Date.now();
  if (link.state === 'live') offSince = 0;
  if (offSince) countdown = setInterval(renderLink, 500);
  renderLink();
  if (link.state === 'live') render();
}

function renderLink() {
  const { state, code, text, retryAt = 0, notBefore = 0 } = link;
  const words = { live: 'Online', online: 'Catching up…', connecting: 'Connecting…', waiting: 'Offline', stopped: 'Offline' };
  $('link').dataset.state = state;
  $('link-text').textContent = words[state];
  const isOff = offSince && state !== 'online' && Date.now() - offSince >= CALM_MS;
  $('banner').hidden = state !== 'stopped' && !isOff;
  const seconds = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
  say($('banner-text'), state === 'stopped' ? stopText(code, text) : waitText(code));
  say($('banner-count'), state === 'waiting' ? `Reconnecting in ${seconds} s` : state === 'connecting' ? 'Reconnecting…' : '');
  $('banner-button').hidden = state === 'connecting' || notBefore > Date.now();
  say($('banner-button'), state === 'waiting' ? 'Try now' : code === 4409 ? 'Use it here' : 'Connect again');
}

function waitText(code) {
  if (code === 4429) return 'This device is in use elsewhere too, and the two displace each other.';
  return 'Offline. What you send is kept.';
}

function stopText(code, text) {
  return code === 4409 ? 'This device is in use elsewhere.' : `Disconnected: ${text || code}`;
}

/** Writes what differs only: a screen reader says again what is written again. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// ---- what is seen

function openPeer(hash = location.hash) {
  try {
    const peer = decodeURIComponent(hash.replace(/^#\/?/, ''));
    return UID.test(groupOf(peer) || peer) ? peer : '';
  } catch {
    return ''; // no address that this page has made
  }
}

function addressOf(peer) {
  return groupOf(peer) ? `#/${inGroup(encodeURIComponent(groupOf(peer)))}` : `#/${encodeURIComponent(peer)}`;
}

/** Once for all that happens in a turn. */
function render() {
  if (rendering || !conversations) return;
  rendering = true;
  queueMicrotask(() => {
    rendering = false;
    const peer = openPeer();
    renderChat(peer);
    renderList(peer);
    const { unread } = conversations;
    document.title = `${unread ? `(${unread}) ` : ''}${peer ? `${conversations.of(peer).name} · ` : ''}IM chat`;
  });
}

function renderChat(peer) {
  $('app').dataset.view = peer ? 'chat' : 'list';
  $('nobody').hidden = Boolean(peer);
  $('chat').hidden = !peer;
  if (!peer) return;
  const conversation = conversations.of(peer);
  const { name, group, standing } = conversation;
  say($('peer'), name);
  paintAvatar($('peer-avatar'), name, conversation);
  if (group) conversations.shown(peer);
  else if (peer !== uid) client.watch([peer]);
  say($('peer-status'), conversation.typing ? 'typing…' : statusText(conversation));
  $('peer-status').classList.toggle('typing-words', conversation.typing);
  $('group-button').hidden = !group;
  const silent = whySilent(standing);
  $('text').disabled = $('composer').querySelector('button').disabled = Boolean(silent);
  $('text').placeholder = silent || 'Message';
  dialogs.refresh(peer);
  thread.show(conversation);
  scrolled();
}

function statusText({ peer, group, standing }) {
  if (group) return standing?.role ? membersText(standing) : '';
  if (peer === uid) return 'notes to yourself';
  const { online, lastSeenMs } = conversations.presence(peer);
  return online ? 'online' : lastSeenMs ? seenText(lastSeenMs) : '';
}

/** What is in view is read; what is below it is a click away. */
function scrolled() {
  markRead();
  const peer = openPeer();
  const unread = peer ? conversations.of(peer).unread : 0;
  $('newest').hidden = !peer || thread.atEnd;
  say($('newest-count'), unread ? `${unread} new` : '');
}

function markRead() {
  const peer = openPeer();
  if (peer && link.state === 'live' && document.visibilityState === 'visible' && thread.atEnd) conversations.read(peer);
}

/** For those who hear the page: messages as they come, not what is read from the past. */
function announce({ peer, sender, text }) {
  if (link.state !== 'live') return;
  const { name } = conversations.of(peer);
  $('heard').textContent = peer === openPeer() ? `${sender}: ${text}` : `New message ${groupOf(peer) ? 'in' : 'from'} ${name}`;
}

function renderList(open) {
  $('missing').hidden = !conversations.missing;
  $('no-chats').hidden = conversations.list().length > 0 || link.state !== 'live';
  const rows = new Map([...$('list').children].map(row => [row.dataset.peer, row]));
  const list = conversations.list();
  let next = $('list').firstChild;
  for (const conversation of list) {
    const row = rows.get(conversation.peer) ?? newRow(conversation);
    rows.delete(conversation.peer);
    fillRow(row, conversation, conversation.peer === open);
    if (row === next) next = next.nextSibling;
    else $('list').insertBefore(row, next);
  }
  for (const row of rows.values()) row.remove();
}

function newRow({ peer }) {
  const row = node('li', '');
  row.dataset.peer = peer;
  const go = node('a', 'row');
  go.href = addressOf(peer);
  const avatar = node('span', 'avatar');
  avatar.setAttribute('aria-hidden', 'true');
  const [head, body] = [node('span', 'line'), node('span', 'line')];
  head.append(node('span', 'name'), node('span', 'unseen there'), node('span', 'when'));
  body.append(node('span', 'preview'), node('span', 'unread'));
  go.append(avatar, head, body);
  row.append(go);
  return row;
}

function fillRow(row, conversation, isOpen) {
  const part = name => row.querySelector(`.${name}`);
  const { last, unread, typing } = conversation;
  if (isOpen) part('row').setAttribute('aria-current', 'true');
  else part('row').removeAttribute('aria-current');
  say(part('name'), conversation.name);
  paintAvatar(part('avatar'), conversation.name, conversation);
  say(part('there'), conversation.group ? 'group' : conversations.presence(conversation.peer).online ? 'online' : '');
  say(part('when'), last ? timeOrDay(last.ms) : '');
  const preview = part('preview');
  const words = typing ? 'typing…' : last ? lastText(conversation, last) : 'No messages yet';
  preview.classList.toggle('typing-words', typing);
  const mark = last?.own && !last.change && !typing ? conversation.progress(last) : '';
  if (preview.dataset.mark !== mark || preview.dataset.words !== words) {
    Object.assign(preview.dataset, { mark, words });
    preview.replaceChildren(...(mark ? [tick(mark)] : []), words);
  }
  part('unread').hidden = !unread;
  if (unread) {
    if (part('unread').dataset.n !== String(unread)) {
      part('unread').dataset.n = unread;
      part('unread').replaceChildren(unread > 99 ? '99+' : String(unread), node('span', 'unseen', ' unread'));
    }
  }
}

/** In a group it says who said it, of others. */
function lastText({ group }, { own, change, sender, text }) {
  return group && !own && !change ? `${sender}: ${text}` : text;
}

/** Initial and colour follow from the name alone. */
function paintAvatar(element, name, { peer = '', group = '' } = {}) {
  say(element, name.slice(0, 1).toUpperCase());
  element.style.setProperty('--hue', hueOf(name));
  element.classList.toggle('group', Boolean(group));
  element.classList.toggle('online', Boolean(peer && !group && conversations.presence(peer).online));
}

// ---- what is done

$('login-form').addEventListener('submit', event => {
  event.preventDefault();
  const name = $('login-uid').value.trim();
  if (UID.test(name)) signIn(name);
  else say($('login-error'), 'A uid has 1 to 64 of A-Z a-z 0-9 . _ @ + = -');
});

$('new-form').addEventListener('submit', event => {
  event.preventDefault();
  const peer = $('new-peer').value.trim();
  if (!UID.test(peer)) return;
  $('new-peer').value = '';
  location.hash = addressOf(peer);
});

$('composer').addEventListener('submit', event => {
  event.preventDefault();
  const text = $('text').value.trim();
  if (!text) return;
  try {
    conversations.send(openPeer(), text);
  } catch (refusal) {
    say($('problem'), refusal.code === 'TOO_LARGE' ? 'This is too long for one message.' : 'This browser has no room to keep it.');
    return;
  }
  $('text').value = '';
  fitComposer();
  $('text').focus();
  queueMicrotask(() => thread.toEnd());
});

$('text').addEventListener('keydown', event => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $('composer').requestSubmit();
  }
});

$('text').addEventListener('input', () => {
  fitComposer();
  say($('problem'), '');
  if ($('text').value.trim()) conversations.type(openPeer());
});

function fitComposer() {
  const field = $('text');
  field.style.height = 'auto';
  field.style.height = `${Math.min(field.scrollHeight, 160)}px`;
}

$('banner-button').addEventListener('click', () => (link.state === 'stopped' ? client.start() : client.retryNow()));
$('leave-button').addEventListener('click', signOut);
$('newest').addEventListener('click', () => thread.toEnd());
$('seen-missing').addEventListener('click', () => conversations.seenMissing());
$('log').addEventListener('scroll', () => conversations && scrolled());
addEventListener('hashchange', ({ oldURL }) => {
  if (!conversations) return;
  const peer = openPeer();
  const left = openPeer(new URL(oldURL).hash);
  render();
  queueMicrotask(() => (peer ? focusComposer() : $('list').querySelector(`[data-peer="${CSS.escape(left)}"] a`)?.focus()));
});
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'visible') return;
  client?.retryNow();
  markRead();
});
addEventListener('online', () => client?.retryNow());

/** Where a keyboard would come up on the screen, the user says when. */
function focusComposer() {
  if (!matchMedia('(pointer: coarse)').matches) $('text').focus({ preventScroll: true });
}

const remembered = sessionStorage.getItem('im/uid');
if (remembered) signIn(remembered);
else {
  $('login').hidden = false;
  $('login-uid').focus();
}
