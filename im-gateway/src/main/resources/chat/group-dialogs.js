// The two dialogs about groups: to begin or join one, and who is in the open one and what may be done about that. What
// is done here is sent as a change of membership; what became of it stands among the group's messages.
import { groupOf, inGroup } from './names.js';
import { isManager, membersText } from './groups.js';
import { node } from './thread.js';

const SHOWN = 500; // members, which is what the server lists at a time
const WATCHED = 100; // of them, whether they are online
const UID = /^[A-Za-z0-9._@+=-]{1,64}$/;
const ROLES = { OWNER: 'owner', ADMIN: 'admin' };
const $ = id => document.getElementById(id);

/** The uids of a field, separated by blanks or commas; null if one of them is none. */
function uidsOf(field) {
  const uids = [...new Set(field.value.split(/[\s,;]+/).filter(Boolean))];
  return uids.every(uid => UID.test(uid)) && uids.length <= SHOWN ? uids : null;
}

export class GroupDialogs {
  #io;
  #peer = ''; // the group whose members are shown
  #dissolving = false;
  #known = { at: '', members: [], more: false }; // members as of that change

  /**
   * @param io change(group, membership); members(group), a promise of {members, more}; conversation(peer);
   *     isOnline(uid); watch(uids); open(peer); paint(avatar, name)
   */
  constructor(io) {
    this.#io = io;
    $('group-new').addEventListener('click', () => this.#begin());
    $('group-button').addEventListener('click', () => this.#show());
    for (const button of document.querySelectorAll('dialog .close')) {
      button.addEventListener('click', () => button.closest('dialog').close());
    }
    $('group-form').addEventListener('submit', event => this.#made(event));
    $('add-form').addEventListener('submit', event => this.#added(event));
    $('group-leave').addEventListener('click', () => this.#act({ kind: 'LEFT' }, true));
    $('group-dissolve').addEventListener('click', () => this.#dissolve());
  }

  #begin() {
    $('group-form').reset();
    $('group-problem').textContent = '';
    $('group-dialog').showModal();
  }

  #made(event) {
    event.preventDefault();
    const id = $('group-id').value.trim();
    const uids = uidsOf($('group-uids'));
    if (!UID.test(id)) return;
    if (!uids) {
      $('group-problem').textContent = `Members are up to ${SHOWN} uids of A-Z a-z 0-9 . _ @ + = -`;
      return;
    }
    const joins = event.submitter?.value === 'join';
    const settings = { title: $('group-title').value.trim(), joining: $('group-open').checked ? 'OPEN' : undefined };
    $('group-dialog').close();
    this.#io.change(id, joins ? { kind: 'JOINED' } : { kind: 'CREATED', uids, ...settings });
    this.#io.open(inGroup(id));
  }

  /** Whatever was changed: another list of members is asked for only where membership did. */
  refresh(peer) {
    if ($('members-dialog').open && peer === this.#peer) this.#fill();
  }

  #show() {
    this.#peer = this.#io.conversation().peer;
    this.#dissolving = false;
    this.#known = { at: '', members: [], more: false };
    $('add-form').reset();
    $('add-problem').textContent = '';
    $('members-dialog').showModal();
    this.#fill();
  }

  #fill() {
    const { name, group, standing } = this.#io.conversation();
    const role = standing?.dissolved ? '' : standing?.role ?? '';
    $('members-title').textContent = name;
    $('members-id').textContent = group;
    $('members-count').textContent = role ? membersText(standing) : '';
    $('add-form').hidden = !role || !isManager(standing);
    $('group-leave').hidden = !role || role === 'OWNER';
    $('group-dissolve').hidden = role !== 'OWNER';
    $('group-dissolve').textContent = this.#dissolving ? 'Dissolve it for everybody' : 'Dissolve group';
    const at = role ? String(standing.changedAt) : '';
    if (at !== this.#known.at) this.#list(at, group);
    this.#rows(role);
  }

  async #list(at, group) {
    const peer = this.#peer;
    this.#known = { at, members: [], more: false };
    if (!at) return;
    try {
      const { members = [], more = false } = await this.#io.members(group);
      if (peer !== this.#peer || at !== this.#known.at) return;
      this.#known = { at, members, more };
      this.#io.watch(members.slice(0, WATCHED).map(({ uid }) => uid));
      this.#fill();
    } catch {
      this.#known.at = ''; // offline: what comes next asks again
    }
  }

  /** Written anew only where they differ: who has a hand on a button keeps it there. */
  #rows(role) {
    const { members, more } = this.#known;
    const state = JSON.stringify([role, members, members.map(({ uid }) => this.#io.isOnline(uid))]);
    $('members-more').hidden = !more;
    if ($('members').dataset.state === state) return;
    $('members').dataset.state = state;
    $('members').replaceChildren(...members.map(member => this.#row(member, role)));
  }

  #row({ uid, role }, mine) {
    const row = node('li', 'member');
    const avatar = node('span', 'avatar');
    avatar.setAttribute('aria-hidden', 'true');
    this.#io.paint(avatar, uid);
    avatar.classList.toggle('online', this.#io.isOnline(uid));
    row.append(avatar, node('span', 'name', uid));
    if (this.#io.isOnline(uid)) row.append(node('span', 'unseen', ' online'));
    if (ROLES[role]) row.append(node('span', 'role', ROLES[role]));
    const removable = mine === 'OWNER' ? role !== 'OWNER' : mine === 'ADMIN' && !ROLES[role];
    if (removable) {
      const remove = node('button', 'plain', 'Remove');
      remove.type = 'button';
      remove.setAttribute('aria-label', `Remove ${uid}`);
      remove.addEventListener('click', () => this.#act({ kind: 'REMOVED', uids: [uid] }));
      row.append(remove);
    }
    return row;
  }

  #added(event) {
    event.preventDefault();
    const uids = uidsOf($('add-uids'));
    $('add-problem').textContent = uids?.length ? '' : 'Which uids?';
    if (!uids?.length) return;
    $('add-form').reset();
    this.#act({ kind: 'ADDED', uids });
  }

  /** Asks once more by its words. */
  #dissolve() {
    if (this.#dissolving) this.#act({ kind: 'DISSOLVED' }, true);
    this.#dissolving = true;
    $('group-dissolve').textContent = 'Dissolve it for everybody';
  }

  #act(membership, closes = false) {
    this.#io.change(groupOf(this.#peer), membership);
    if (closes) $('members-dialog').close();
  }
}
