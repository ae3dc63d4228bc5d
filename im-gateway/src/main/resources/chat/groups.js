// Groups in words, and what one may do in them. What the server tells of a group is its `standing`: {group, role, title,
// members, posting, joining, dissolved}; the role is missing where one is no member.

const MANAGERS = new Set(['OWNER', 'ADMIN']);
const NAMED = 3; // the others of a long list are a number

export const isManager = standing => MANAGERS.has(standing?.role);

/** Why one may not write into the group; empty if one may, or nobody has said. */
export function whySilent(standing) {
  if (!standing) return '';
  if (standing.dissolved) return 'This group was dissolved.';
  if (!standing.role) return 'You are not a member of this group.';
  return standing.posting === 'ADMINS' && !isManager(standing) ? 'Only its admins write here.' : '';
}

export function membersText({ members = 0 } = {}) {
  return members === 1 ? '1 member' : `${members} members`;
}

/** A change of membership as a sentence. */
export function changeText({ sender, change }, me) {
  const who = sender === me ? 'You' : sender;
  const whom = listed((change.uids ?? []).map(uid => (uid === me ? 'you' : uid)));
  switch (change.kind) {
    case 'CREATED': return `${who} created the group`;
    case 'ADDED': return `${who} added ${whom}`;
    case 'REMOVED': return `${who} removed ${whom}`;
    case 'JOINED': return `${who} joined`;
    case 'LEFT': return `${who} left`;
    case 'ROLE_CHANGED': return `${who} ${roleText(change.role, whom)}`;
    case 'SETTINGS_CHANGED': return `${who} ${settingsText(change)}`;
    case 'DISSOLVED': return `${who} dissolved the group`;
    default: return `${who} changed the group`;
  }
}

function roleText(role, whom) {
  if (role === 'OWNER') return `handed the group over to ${whom}`;
  return role === 'ADMIN' ? `let ${whom} manage the group` : `let ${whom} manage the group no more`;
}

function settingsText({ title, posting, joining }) {
  const said = [];
  if (title) said.push(`named the group “${title}”`);
  if (posting) said.push(posting === 'ADMINS' ? 'let only admins write' : 'let everybody write');
  if (joining) said.push(joining === 'OPEN' ? 'let anybody join' : 'closed the group to who is not invited');
  return said.join(' and ') || 'changed the group';
}

function listed(names) {
  if (names.length > NAMED + 1) return `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`;
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names.join('');
}
