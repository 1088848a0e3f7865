// Where members begin: their workspaces.
import { call, get, keys, path } from './api.js';
import { el, heading } from './dom.js';
import { field, form } from './forms.js';
import { keepName } from './team-names.js';
import { workspacesOf } from './session.js';

// team shows the workspaces of a member, the projects in which something happened
// lately, and ways into others.
export async function team({ signal, me }) {
  const workspaces = workspacesOf(me);
  if (workspaces.length === 0) {
    return { title: 'Team', content: [heading('Team'), el('p', {}, 'You are a member of no workspace.'), el('p', {}, el('a', { href: '#/portal/projects' }, 'Go to the projects that are shared with you'))] };
  }
  const sections = await Promise.all(workspaces.map(async (m) => workspace(m, await recent(m.workspace, signal))));
  return { title: 'Team', content: [heading('Team'), sections, open()] };
}

// recent are the projects of the newest notifications.
async function recent(workspace, signal) {
  const { body } = await get(path`/workspaces/${workspace}/notifications`, { limit: 100 }, signal);
  for (const { project } of body.items) if (project) keepName(project.id, project.name);
  return [...new Map(body.items.filter((n) => n.project).map((n) => [n.project.id, n.project])).values()];
}

function workspace(m, projects) {
  const key = keys();
  return el('section', { class: 'card', 'aria-label': m.workspaceName }, el('h2', {}, m.workspaceName), el('p', { class: 'quiet' }, `You are ${roles[m.role] ?? m.role}.`),
    projects.length > 0 && [el('h3', {}, 'Projects with news'), el('ul', {}, projects.map((p) => el('li', {}, el('a', { href: to(p.id) }, p.name))))],
    el('details', {}, el('summary', {}, 'New project'), form({
      fields: [field({ name: 'name', label: 'Name of the project', maxlength: 100 })], button: 'Make the project',
      submit: async ({ name }) => {
        const body = { name: name.trim() };
        const { body: made } = await call('POST', path`/workspaces/${m.workspace}/projects`, { body, key: key.of(body) });
        key.used();
        keepName(made.id, made.name);
        location.assign(to(made.id));
      },
    })));
}

const roles = { owner: 'the owner', admin: 'an admin', member: 'a member' };

// open leads to any project by its link or id.
function open() {
  const where = field({ name: 'where', label: 'Link or id of the project', autocomplete: 'off', spellcheck: 'false' });
  return el('section', { class: 'card', 'aria-labelledby': 'open' }, el('h2', { id: 'open' }, 'Open a project'), form({
    fields: [where], button: 'Open', quiet: true,
    check: (values) => (values.where.trim() && !idIn(values.where) ? { where: 'There is no project’s id in this: it begins with prj_.' } : {}),
    submit: async (values) => location.assign(to(idIn(values.where))),
  }));
}

function idIn(text) {
  return /prj_[0-9A-Za-z]+/.exec(text)?.[0];
}

const to = (project) => `#${path`/projects/${project}`}`;
