// Lists of the API, a page at a time.
import { get } from './api.js';
import { announce, busy, el, note } from './dom.js';

// pages shows a list by its first page, and a button for the next ones while there
// are any. line makes the line of one entry; none is shown for an empty list.
export async function pages(path, query, signal, line, none) {
  const { body } = await get(path, query, signal);
  if (body.items.length === 0 && !body.next) return el('p', { class: 'none' }, none);
  const list = el('ul', { class: 'list' });
  const trouble = el('div');
  let next = body.next;
  const append = (entries) => {
    const lines = entries.map(line);
    list.append(...lines);
    return lines;
  };
  append(body.items);
  const more = el('button', { type: 'button', class: 'button quiet', click: () => busy(more, async () => {
    try {
      const { body: page } = await get(path, { ...query, cursor: next }, signal);
      const lines = append(page.items);
      trouble.replaceChildren();
      next = page.next;
      if (!next) more.remove();
      announce(`${lines.length} more.`);
      lines[0]?.querySelector('a')?.focus();
    } catch (problem) {
      trouble.replaceChildren(note('error', el('p', {}, problem.message)));
    }
  }) }, 'Show more');
  return el('div', {}, list, trouble, next && el('p', {}, more));
}

// all reads a list whole, for choices among a project's people.
export async function all(path, signal) {
  const items = [];
  let cursor = '';
  do {
    const { body } = await get(path, { limit: 100, cursor }, signal);
    items.push(...body.items);
    cursor = body.next;
  } while (cursor);
  return items;
}
