// What clients and members see of items in the same way.
import { badge, el, span, terms, time } from './dom.js';

// kinds of items, in the order of the tabs.
export const kinds = [
  { kind: 'message', one: 'Message', many: 'Messages', a: 'a message' },
  { kind: 'file', one: 'File', many: 'Files', a: 'a file' },
  { kind: 'task', one: 'Task', many: 'Tasks', a: 'a task' },
  { kind: 'event', one: 'Event', many: 'Events', a: 'an event' },
];

export function kindOf(name) {
  return kinds.find((k) => k.kind === name) ?? kinds[0];
}

// tabs lead from kind to kind; each is an address of its own.
export function tabs(current, address) {
  return el('nav', { class: 'tabs', 'aria-label': 'Kinds of items' },
    kinds.map((k) => el('a', { href: address(k.kind), 'aria-current': k.kind === current ? 'page' : null }, k.many)));
}

const asks = { feedback: 'Your feedback is asked for', approval: 'Your approval is asked for' };
const asksOfClient = { feedback: 'The client is asked for feedback', approval: 'The client is asked for approval' };

// facts are the lines under an item's title. name gives the name of a person's id,
// me is who looks.
function facts(item, name, me) {
  const mine = item.assignee === me;
  return [
    ['By', name(item.author)],
    ['For', item.assignee && (mine ? 'You' : name(item.assignee))],
    ['Asked', item.ask && (mine ? asks : asksOfClient)[item.ask]],
    ['Due', item.due && time(item.due)],
    ['When', item.start && span(item.start, item.end)],
    ['Made', time(item.createdAt)],
    ['Changed', item.updatedAt !== item.createdAt && time(item.updatedAt)],
  ];
}

// line is an item in a list; mark stands beside its title.
export function line(item, href, name, me, mark = null) {
  const mine = item.assignee && item.assignee === me;
  const quiet = [name(item.author)];
  if (item.assignee && !mine) quiet.push(' · for ', name(item.assignee));
  if (item.start) quiet.push(' · ', span(item.start, item.end));
  else if (item.due) quiet.push(' · due ', time(item.due));
  else quiet.push(' · ', time(item.createdAt));
  return el('li', { class: mark?.shared ? 'card line shared' : 'card line' },
    el('a', { class: 'title', href }, item.title), mark?.node, mine && badge(item.ask ? asks[item.ask] : 'For you', 'mine'), el('p', { class: 'quiet' }, quiet));
}

// whole is one item with its text.
export function whole(item, name, me) {
  return [
    terms(facts(item, name, me)),
    item.text && el('div', { class: 'text' }, item.text),
  ];
}
