// One item as the team sees it, and who else does.
import { Problem, call, get, path } from './api.js';
import { announce, busy, el, heading, note } from './dom.js';
import { kindOf, whole } from './items.js';
import { all } from './lists.js';
import { seenBy } from './team-forms.js';
import { mark, names } from './team-project.js';
import { nameOf } from './team-names.js';

// teamItem shows an item and lets its visibility be changed.
export async function teamItem({ params: [project, id], signal, me }) {
  const [people, { body: item, etag }] = await Promise.all([
    all(path`/projects/${project}/people`, signal),
    get(path`/projects/${project}/items/${id}`, {}, signal),
  ]);
  const projectName = await nameOf(project, people, signal);
  const { kind, one } = kindOf(item.kind);
  return {
    title: item.title,
    content: [
      el('p', { class: 'above' }, el('a', { href: `#${path`/projects/${project}`}?kind=${kind}` }, projectName), ` · ${one}`),
      el('article', { class: item.clientCanSee ? 'card shared' : 'card' }, heading(item.title), mark(item).node, whole(item, names(people), me.id)),
      visibility(project, item, etag, people),
    ],
  };
}

// visibility says who sees the item, and before sharing what exactly would be seen.
function visibility(project, item, etag, people) {
  const trouble = el('div');
  const share = !item.clientCanSee;
  const change = el('button', { type: 'button', class: share ? 'button' : 'button quiet', click: () => busy(change, async () => {
    try {
      await call('PUT', path`/projects/${project}/items/${item.id}/visibility`, { body: { clientCanSee: share }, etag });
      window.dispatchEvent(new HashChangeEvent('hashchange'));
      announce(share ? 'The client can see it now.' : 'It is for the team only now.');
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      trouble.replaceChildren(note('error', el('p', {}, problem.code === 'changed' ? 'It was changed meanwhile. Load the page again to see how it is now.' : problem.message)));
    }
  }) }, share ? 'Let the client see it' : 'Make it private again');
  return el('section', { class: 'card', 'aria-labelledby': 'visibility' }, el('h2', { id: 'visibility' }, 'Visibility settings'),
    el('p', {}, share ? 'Only the team sees this. Its title, text and dates, and the name of its author, would become visible at once.' : 'The clients of the project see this.'),
    el('p', { class: 'quiet' }, seenBy(people, share ? 'Seen then by' : 'Seen by')), trouble, el('div', { class: 'actions' }, change));
}
