// What clients see. Members see the same with ?as=, as a preview.
import { get, path, queryOf } from './api.js';
import { badge, el, heading, note } from './dom.js';
import { kindOf, line, tabs, whole } from './items.js';
import { pages } from './lists.js';

const address = (project, rest = '', query = {}) => `#${path`/portal/projects/${project}`}${rest}${queryOf(query)}`;

// portalProjects lists the projects of a client.
export async function portalProjects({ signal }) {
  const list = await pages('/portal/projects', {}, signal,
    (p) => el('li', { class: 'card line' }, el('a', { class: 'title', href: address(p.id) }, p.name), el('p', { class: 'quiet' }, p.workspaceName)),
    'There is no project that is open to you now. If you expected one, ask the agency that you work with.');
  return { title: 'Projects', content: [heading('Your projects'), list] };
}

// portalProject shows one project: its people, and what is shared, by kind.
export async function portalProject({ params: [id], query, signal, me }) {
  const { kind, many } = kindOf(query.kind);
  const as = query.as;
  const { body: project } = await get(path`/portal/projects/${id}`, { as }, signal);
  const list = await pages(path`/portal/projects/${id}/items`, { kind, as }, signal,
    (item) => line(item, address(id, path`/items/${item.id}`, { as }), names(project), as ?? me.id),
    `No ${many.toLowerCase()} are shared with you so far.`);
  return {
    title: project.name,
    content: [
      preview(id, as, project),
      el('p', { class: 'above' }, project.workspaceName), heading(project.name),
      el('div', { class: 'columns' },
        el('section', { 'aria-label': many }, tabs(kind, (k) => address(id, '', { kind: k, as })), list),
        people(project)),
    ],
  };
}

// portalItem shows one shared item.
export async function portalItem({ params: [id, itemID], query, signal, me }) {
  const as = query.as;
  const [{ body: project }, { body: item }] = await Promise.all([
    get(path`/portal/projects/${id}`, { as }, signal),
    get(path`/portal/projects/${id}/items/${itemID}`, { as }, signal),
  ]);
  const { kind, one } = kindOf(item.kind);
  return {
    title: item.title,
    content: [
      preview(id, as, project),
      el('p', { class: 'above' }, el('a', { href: address(id, '', { kind, as }) }, project.name), ` · ${one}`),
      el('article', { class: 'card' }, heading(item.title), whole(item, names(project), as ?? me.id)),
    ],
  };
}

// names gives the names of a project's people by their ids. Who is not one of them
// (any more) is “the team”.
function names(project) {
  const known = new Map(project.people.map((p) => [p.person, p.name]));
  return (id) => known.get(id) ?? 'the team';
}

function people(project) {
  return el('section', { class: 'card people', 'aria-labelledby': 'people' }, el('h2', { id: 'people' }, 'People'),
    el('ul', {}, project.people.map((p) => el('li', {}, p.name, ' ', p.label && badge(p.label)))),
    project.morePeople && el('p', { class: 'quiet' }, 'And more.'));
}

// preview says whose view it is that a member looks at.
function preview(id, as, project) {
  if (!as) return '';
  return note('', el('p', {}, 'Preview: this is what ', el('strong', {}, names(project)(as)), ' sees. ', el('a', { href: `#${path`/projects/${id}`}` }, 'Back to the team’s view')));
}
