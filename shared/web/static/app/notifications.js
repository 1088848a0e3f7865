// What a person was told of, and how much they want to be told.
import { call, get, path } from './api.js';
import { announce, el, heading, note, time } from './dom.js';
import { field, form } from './forms.js';
import { kindOf } from './items.js';
import { pages } from './lists.js';
import { isClient, workspacesOf } from './session.js';

// notifications shows the feed of a person as a client, and as a member of each of
// their workspaces.
export async function notifications({ signal, me }) {
  const members = workspacesOf(me);
  const feeds = [];
  if (isClient(me) || members.length === 0) feeds.push(feed('From your projects', '/portal/notifications', '/portal', signal, members.length > 0));
  for (const m of members) feeds.push(feed(m.workspaceName, path`/workspaces/${m.workspace}/notifications`, '', signal, members.length > 1 || isClient(me)));
  const [settings, ...shown] = await Promise.all([get('/me/notification-settings', {}, signal), ...feeds]);
  return { title: 'Notifications', content: [heading('Notifications'), shown, choices(settings, me)] };
}

async function feed(name, address, part, signal, named) {
  const list = await pages(address, {}, signal, (n) => entry(n, part), 'Nothing so far.');
  return el('section', { 'aria-label': name }, named && el('h2', {}, name), list);
}

// What happened, in words; {what} is the item's kind with its article.
const deeds = {
  'item-created': 'made',
  'item-shared': 'shared',
  'item-unshared': 'took back',
};
const events = {
  'workspace-created': 'made the workspace',
  'project-created': 'made the project',
  'client-added': 'added a client',
  'invitation-accepted': 'accepted the invitation',
  'access-removed': 'took a client’s access away',
  'access-restored': 'gave a client’s access back',
};

function entry(n, part) {
  const who = n.actor?.name ?? 'Foyer';
  const project = n.project && `#${part}${path`/projects/${n.project.id}`}`;
  if (!n.item) {
    return el('li', { class: 'card line' }, el('p', {}, `${who} ${events[n.type] ?? 'changed something'}`),
      el('p', { class: 'quiet' }, n.project && [el('a', { href: project }, n.project.name), ' · '], time(n.at)));
  }
  const what = kindOf(n.item.kind).a;
  let deed = `${who} ${deeds[n.type] ?? 'changed'} ${what}`;
  if (n.reason === 'assigned') deed = `${who} has a task for you`;
  else if (n.reason === 'mentioned') deed = `${who} mentioned you in ${what}`;
  else if (part && n.type === 'item-created') deed = `${who} shared ${what}`;
  return el('li', { class: 'card line' }, el('p', {}, deed), el('a', { class: 'title', href: `${project}${path`/items/${n.item.id}`}` }, n.item.title),
    el('p', { class: 'quiet' }, n.project.name, ' · ', time(n.at)));
}

const levels = [
  { value: 'all', text: 'Everything that I may see in my projects' },
  { value: 'limited', text: 'Only what is for me: tasks, mentions' },
  { value: 'none', text: 'Nothing' },
];

// choices are the general settings; those of single projects stay as they are.
function choices(settings, me) {
  let { body, etag } = settings;
  const usual = isClient(me) ? 'limited' : 'all';
  const fields = [
    field({ name: 'level', label: 'Tell me of', type: 'select', options: levels, value: body.level ?? usual }),
    field({ name: 'digest', label: 'One mail a day, at', type: 'time', optional: true, hint: 'Left empty, each mail comes at once.', value: body.digest }),
    field({ name: 'quietHours.from', label: 'No mail from', type: 'time', optional: true, hint: 'What happens then comes in one mail when the time is over.', value: body.quietHours?.from }),
    field({ name: 'quietHours.to', label: 'until', type: 'time', optional: true, value: body.quietHours?.to }),
    field({ name: 'timeZone', label: 'Time zone', optional: true, maxlength: 64, spellcheck: 'false', value: body.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone }),
  ];
  const done = el('div');
  return el('section', { class: 'card', 'aria-labelledby': 'level' }, el('h2', { id: 'level' }, 'Settings'), form({
    fields, button: 'Save', quiet: true, extra: [done],
    check: (values) => {
      const [from, to] = [values['quietHours.from'], values['quietHours.to']];
      return { ...(from && !to && { 'quietHours.to': 'Fill this in as well.' }), ...(to && !from && { 'quietHours.from': 'Fill this in as well.' }) };
    },
    submit: async (values) => {
      done.replaceChildren();
      const answer = await call('PUT', '/me/notification-settings', { body: { ...body, ...chosen(values) }, etag });
      ({ body, etag } = answer);
      done.replaceChildren(note('done', el('p', {}, 'Saved.')));
      announce('Saved.');
    },
  }));
}

// chosen is what the fields say; what is left empty is chosen no more.
function chosen(values) {
  const [from, to] = [values['quietHours.from'], values['quietHours.to']];
  return { level: values.level, digest: values.digest || undefined, quietHours: from ? { from, to } : undefined, timeZone: values.timeZone.trim() || undefined };
}
