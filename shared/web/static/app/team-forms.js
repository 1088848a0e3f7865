// Forms of a project: a new client, a new item.
import { call, keys, path } from './api.js';
import { announce, el } from './dom.js';
import { field, form } from './forms.js';
import { kindOf } from './items.js';

// newClient adds a client to the project and invites them. Where several companies
// have the name, the member is asked which.
export function newClient(project, done) {
  const key = keys();
  const fields = [
    field({ name: 'companyName', label: 'Company', maxlength: 100, autocomplete: 'off' }),
    field({ name: 'name', label: 'Name of the client', maxlength: 100, autocomplete: 'off' }),
    field({ name: 'email', label: 'E-mail address', type: 'email', maxlength: 254, autocomplete: 'off' }),
    field({ name: 'note', label: 'Personal note', type: 'textarea', maxlength: 1000, optional: true, hint: 'Goes into the mail of the invitation.' }),
  ];
  const which = el('fieldset', { hidden: true });
  const node = form({
    fields, button: 'Add and invite', extra: [which],
    submit: async (values) => {
      const chosen = which.querySelector('input:checked')?.value;
      const body = { name: values.name.trim(), email: values.email.trim(), note: values.note.trim() || undefined, ...(chosen ? { company: chosen } : { companyName: values.companyName.trim() }) };
      try {
        await call('POST', path`/projects/${project}/clients`, { body, key: key.of(body) });
      } catch (problem) {
        if (problem.code === 'company-ambiguous') ask(which, problem.matches);
        throw problem;
      }
      key.used();
      done();
      announce(`${body.name} is added.`);
    },
  });
  fields[0].input.addEventListener('input', () => {
    which.hidden = true;
    which.replaceChildren(); // another name, another question
  });
  return el('details', {}, el('summary', {}, 'Add a client'), node);
}

function ask(which, matches) {
  which.replaceChildren(el('legend', {}, 'Which company?'), ...matches.map((m, i) => el('label', { class: 'choice' },
    el('input', { type: 'radio', name: 'company', value: m.id, checked: i === 0 }), ` ${m.name} `, el('span', { class: 'quiet' }, m.id.slice(-6)))));
  which.hidden = false;
}

// newItem makes an item of that kind. It is for the team alone unless its author
// says otherwise; a client's task is shared by being theirs, which is said.
export function newItem(project, kind, people, done) {
  const key = keys();
  const title = field({ name: 'title', label: 'Title', maxlength: 200, autocomplete: 'off' });
  const text = field({ name: 'text', label: 'Text', type: 'textarea', maxlength: 20000, optional: true });
  const shared = field({ name: 'clientCanSee', label: 'The client can also see this', type: 'checkbox', hint: seenBy(people) });
  const own = [];
  if (kind === 'task') own.push(...taskFields(people, shared));
  if (kind === 'event') {
    own.push(field({ name: 'start', label: 'Starts', type: 'datetime-local' }), field({ name: 'end', label: 'Ends', type: 'datetime-local', optional: true }));
  }
  const node = form({
    fields: [title, text, ...own, shared], button: `Make the ${kind}`,
    submit: async (values) => {
      const body = { kind, title: values.title.trim(), text: values.text || undefined, clientCanSee: values.clientCanSee };
      for (const name of ['assignee', 'ask']) body[name] = values[name] || undefined;
      for (const name of ['due', 'start', 'end']) body[name] = values[name] ? new Date(values[name]).toISOString() : undefined;
      const { body: made } = await call('POST', path`/projects/${project}/items`, { body, key: key.of(body) });
      key.used();
      done(made);
    },
  });
  return el('details', { class: 'card' }, el('summary', {}, `New ${kindOf(kind).one.toLowerCase()}`), node);
}

function taskFields(people, shared) {
  const assignee = field({
    name: 'assignee', label: 'For', type: 'select', optional: true,
    options: [{ value: '', text: 'Nobody yet' }, ...people.map((p) => ({ value: p.person, text: p.label ? `${p.name} (${p.label})` : p.name }))],
  });
  const ask = field({
    name: 'ask', label: 'Ask for', type: 'select', optional: true,
    options: [{ value: '', text: 'Nothing in particular' }, { value: 'feedback', text: 'Feedback' }, { value: 'approval', text: 'Approval' }],
  });
  const update = () => {
    const toClient = people.some((p) => p.person === assignee.value && p.kind === 'client');
    ask.node.hidden = !toClient;
    if (!toClient) ask.clear();
    // The task is shared by being the client's: the box says so and cannot say otherwise.
    if (toClient) shared.input.checked = true;
    else if (shared.input.disabled) shared.input.checked = false;
    shared.input.disabled = toClient;
  };
  assignee.input.addEventListener('change', update);
  update();
  return [assignee, ask, field({ name: 'due', label: 'Due', type: 'datetime-local', optional: true })];
}

// seenBy says who sees what is shared, after the words of intro.
export function seenBy(people, intro = 'Seen then by') {
  const clients = people.filter((p) => p.kind === 'client' && p.invitation?.state !== 'removed').map((p) => p.name);
  if (clients.length === 0) return 'The project has no clients so far; those who come will see it.';
  return `${intro}: ${clients.join(', ')}.`;
}
