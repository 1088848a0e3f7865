// Taking a client's access away and giving it back.
import { Problem, call, path } from './api.js';
import { announce, busy, el, note } from './dom.js';

// accessButton removes a client's access, after asking, or restores it. Both hold
// for the whole workspace, and at once.
export function accessButton(project, p, done) {
  const workspace = `wks_${project.replace(/^prj_/, '').slice(0, 26)}`; // a project's id begins with its workspace's
  const place = el('span');
  const send = async (method, said) => {
    try {
      await call(method, path`/workspaces/${workspace}/contacts/${p.contact}/access`);
      done();
      announce(said);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      place.append(note('error', el('p', {}, problem.message)));
    }
  };
  const link = (text, work) => {
    const button = el('button', { type: 'button', class: 'link', click: () => busy(button, work) }, text);
    return button;
  };
  const ask = () => place.replaceChildren(` End ${p.name}’s access to everything in this workspace, now? `,
    link('Remove', () => send('DELETE', `${p.name} has no access any more.`)), ' ', link('Keep', () => place.replaceChildren(remove)));
  const remove = link('Remove access', ask);
  if (p.invitation?.state === 'removed') place.append(link('Restore access', () => send('PUT', `${p.name} has access again.`)));
  else if (p.invitation?.state === 'accepted') place.append(remove);
  return place;
}
