// Elements of the page. Text goes in as text nodes only: nothing that a person
// wrote is ever read as markup.

// el makes an element. Properties that are functions listen to the event of that
// name; true and false set and leave out an attribute. Children are nodes, strings
// or lists of them; null, undefined and false are left out.
export function el(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === 'function') node.addEventListener(key, value);
    else if (value === true) node.setAttribute(key, '');
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(key, String(value));
  }
  add(node, children);
  return node;
}

function add(node, children) {
  for (const child of children) {
    if (Array.isArray(child)) add(node, child);
    else if (child !== null && child !== undefined && child !== false) node.append(child);
  }
}

// heading is the one h1 of a view; it takes the focus when the view is shown.
export function heading(text) {
  return el('h1', { tabindex: -1 }, text);
}

// announce tells people who do not see the page what has happened.
export function announce(text) {
  document.getElementById('status').textContent = text;
}

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

// time shows an instant of the API in the reader's own time zone and form.
export function time(instant) {
  return el('time', { datetime: instant }, moment.format(new Date(instant)));
}

// span shows an event's time, with its end if it has one.
export function span(start, end) {
  return end ? el('time', { datetime: start }, moment.formatRange(new Date(start), new Date(end))) : time(start);
}

// badge is a short mark beside a name.
export function badge(text, kind = '') {
  return el('span', { class: `badge ${kind}`.trim() }, text);
}

// note is a message within a view: kind is 'error', 'done' or ''.
export function note(kind, ...children) {
  return el('div', { class: `note ${kind}`.trim(), role: kind === 'error' ? 'alert' : null }, ...children);
}

// terms is a list of pairs of a name and a value; pairs without a value are left out.
export function terms(pairs) {
  return el('dl', { class: 'terms' }, pairs.filter(([, value]) => value).map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))));
}

// busy runs work once at a time while the button shows that it goes on.
export async function busy(button, work) {
  if (button.getAttribute('aria-disabled') === 'true') return;
  // Not the attribute disabled: it would take the focus away.
  button.setAttribute('aria-disabled', 'true');
  try {
    await work();
  } finally {
    button.removeAttribute('aria-disabled');
  }
}
