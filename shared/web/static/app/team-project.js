// A project as its team sees it.
import { path, queryOf } from './api.js';
import { badge, el, heading } from './dom.js';
import { kindOf, line, tabs } from './items.js';
import { all, pages } from './lists.js';
import { newClient, newItem } from './team-forms.js';
import { accessButton } from './team-access.js';
import { nameOf } from './team-names.js';
import { workspacesOf } from './session.js';

const address = (project, rest = '', query = {}) => `#${path`/projects/${project}`}${rest}${queryOf(query)}`;

// teamProject shows the project's people with their invitations, and its items by
// kind, each marked with who sees it.
export async function teamProject({ params: [id], query, signal, me }) {
  const { kind, many } = kindOf(query.kind);
  const people = await all(path`/projects/${id}/people`, signal);
  const name = names(people);
  const projectName = await nameOf(id, people, signal);
  const list = await pages(path`/projects/${id}/items`, { kind }, signal,
    (item) => line(item, address(id, path`/items/${item.id}`), name, me.id, mark(item)), `No ${many.toLowerCase()} so far.`);
  const again = () => window.dispatchEvent(new HashChangeEvent('hashchange'));
  return {
    title: projectName,
    content: [
      el('p', { class: 'above' }, workspaceOf(id, me)), heading(projectName),
      el('div', { class: 'columns' },
        el('section', { 'aria-label': many }, tabs(kind, (k) => address(id, '', { kind: k })),
          kind !== 'file' && newItem(id, kind, people, (item) => location.assign(address(id, path`/items/${item.id}`))), list),
        el('section', { class: 'card people', 'aria-labelledby': 'people' }, el('h2', { id: 'people' }, 'People'),
          el('ul', {}, people.map((p) => person(id, p, again))), newClient(id, again))),
    ],
  };
}

// workspaceOf is the name of the workspace whose id the project's begins with.
function workspaceOf(project, me) {
  return workspacesOf(me).find((m) => project.startsWith(`prj_${m.workspace.replace(/^wks_/, '')}`))?.workspaceName ?? '';
}

// names gives the names of the project's people by their ids.
export function names(people) {
  const known = new Map(people.map((p) => [p.person, p.name]));
  return (id) => known.get(id) ?? 'someone of the team';
}

// mark says of an item who sees it.
export function mark(item) {
  return item.clientCanSee ? { shared: true, node: badge('The client can see this', 'shared') } : { shared: false, node: badge('Team only') };
}

// States of an invitation in words; accepted needs none.
const states = {
  queued: 'Invitation is being sent', sent: 'Invited', opened: 'Has opened the invitation', expired: 'Invitation has expired',
  bounced: 'Mail could not be delivered', revoked: 'Invitation was revoked', removed: 'Access removed', accepted: '',
};
const failed = ['expired', 'bounced', 'revoked', 'removed'];

function person(project, p, again) {
  const state = p.invitation?.state;
  return el('li', {}, el('span', {}, p.name, ' ', p.label && badge(p.label)), el('p', { class: 'quiet' }, p.company?.name ?? p.role, ' · ', p.email),
    states[state] && el('p', { class: failed.includes(state) ? 'state failed' : 'state' }, states[state]),
    p.kind === 'client' && el('p', { class: 'small' },
      state !== 'removed' && el('a', { href: `#${path`/portal/projects/${project}`}${queryOf({ as: p.person })}` }, 'See what they see'), accessButton(project, p, again)));
}
