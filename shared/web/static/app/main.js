// The application: which view an address has, and the frame around it.
import { Problem, signedIn } from './api.js';
import { announce, busy, el, heading, note } from './dom.js';
import { isClient, signOut, whoAmI, workspacesOf } from './session.js';
import { account, addressChange } from './account.js';
import { passwordForgotten, passwordReset } from './passwords.js';
import { invitation } from './invitation.js';
import { landing, signInView } from './signin.js';
import { notifications } from './notifications.js';
import { portalItem, portalProject, portalProjects } from './portal.js';
import { team } from './team.js';
import { teamProject } from './team-project.js';
import { teamItem } from './team-item.js';

// A view is given {params, query, signal, me} and gives back {title, content}.
// open views need no session; for the others one signs in and comes back.
const views = [
  { path: /^\/invitation(?:\/(.+))?$/, view: invitation, open: true },
  { path: /^\/password-forgotten$/, view: passwordForgotten, open: true },
  { path: /^\/password-reset(?:\/(.+))?$/, view: passwordReset, open: true },
  { path: /^\/address-change(?:\/(.+))?$/, view: addressChange, open: true },
  { path: /^\/account$/, view: account, part: 'account' },
  { path: /^\/sign-in$/, view: signInView, open: true },
  { path: /^\/portal\/projects$/, view: portalProjects, part: 'portal' },
  { path: /^\/portal\/projects\/([^/]+)$/, view: portalProject, part: 'portal' },
  { path: /^\/portal\/projects\/([^/]+)\/items\/([^/]+)$/, view: portalItem, part: 'portal' },
  { path: /^\/notifications$/, view: notifications, part: 'notifications' },
  { path: /^\/team$/, view: team, part: 'team' },
  { path: /^\/projects\/([^/]+)$/, view: teamProject, part: 'team' },
  { path: /^\/projects\/([^/]+)\/items\/([^/]+)$/, view: teamItem, part: 'team' },
];

const main = document.getElementById('main');
let running = null;
let first = true;
let parting = ''; // said above the next view
main.replaceChildren(el('p', { class: 'quiet' }, 'Loading…'));

// show renders the address. What an earlier address was still loading is dropped.
async function show() {
  running?.abort();
  const { signal } = (running = new AbortController());
  main.setAttribute('aria-busy', 'true');
  announce('');
  const shown = await content(signal);
  if (signal.aborted || shown.gone) return;
  document.title = `${shown.title} – Foyer`;
  frame(shown.part);
  main.replaceChildren(...[parting && note('', el('p', {}, parting)), shown.content].flat(Infinity).filter(Boolean));
  main.removeAttribute('aria-busy');
  if (parting) announce(parting);
  parting = '';
  if (!first) {
    window.scrollTo(0, 0);
    (main.querySelector('[data-focus]') ?? main.querySelector('h1'))?.focus();
  }
  first = false;
}

async function content(signal) {
  let where;
  try {
    where = find();
    if (!where) return nothing();
    if (where.view.open) return { ...(await where.view.view({ ...where, signal })), part: '' };
    const me = await whoAmI(signal);
    if (!me) return await signInView({ back: true });
    if (where.home) {
      location.replace(await landing());
      return { gone: true };
    }
    return { ...(await where.view.view({ ...where, signal, me })), part: where.view.part };
  } catch (error) {
    if (signal.aborted) return { gone: true };
    if (!(error instanceof Problem)) console.error(error);
    if (error.status === 401) return signInView({ back: true, ended: true });
    if (error.status === 404) return nothing();
    return trouble(error, where);
  }
}

// find is the view of the address, undefined where it has none.
function find() {
  const [address, search = ''] = location.hash.replace(/^#/, '').split('?', 2);
  const query = Object.fromEntries(new URLSearchParams(search));
  if (address === '' || address === '/') return { home: true, view: {}, query, params: [] };
  for (const view of views) {
    const found = view.path.exec(address);
    if (!found) continue;
    try {
      return { view, query, params: found.slice(1).map((p) => p && decodeURIComponent(p)) };
    } catch {
      return undefined; // a % that begins no character
    }
  }
  return undefined;
}

// nothing is the one page for what does not exist and for what is not shown to
// this person: it tells nobody which.
function nothing() {
  return {
    title: 'Not found',
    content: el('div', { class: 'card narrow' }, heading('There is nothing here for you'),
      el('p', {}, 'What you are looking for does not exist, or it is not shared with you, or not any more.'),
      el('p', {}, el('a', { class: 'button', href: '#/' }, signedIn() ? 'Go to your projects' : 'Sign in'))),
  };
}

function trouble(error, where) {
  const unlicensed = error.code === 'company-not-licensed';
  return {
    title: unlicensed ? 'Not open' : 'Something went wrong', part: where?.view.part,
    content: el('div', { class: 'card narrow' }, heading(unlicensed ? 'The portal is not open for your company' : 'That did not work'),
      el('p', {}, error instanceof Problem ? error.message : 'Something went wrong in this page.'),
      unlicensed ? el('p', {}, 'Ask the agency that you work with. Nothing of yours is lost.') : el('p', {}, el('button', { type: 'button', class: 'button', click: show }, 'Try again'))),
  };
}

// frame shows who is signed in and where one can go.
async function frame(part) {
  const nav = document.getElementById('nav');
  const me = await whoAmI().catch(() => null);
  if (!me) {
    nav.replaceChildren();
    return;
  }
  const link = (name, href, text) => el('a', { href, 'aria-current': part === name ? 'true' : null }, text);
  const members = workspacesOf(me).length > 0;
  const out = el('button', { type: 'button', class: 'link', click: () => busy(out, leave) }, 'Sign out');
  nav.replaceChildren(
    ...(isClient(me) || !members ? [link('portal', '#/portal/projects', members ? 'Portal' : 'Projects')] : []),
    ...(members ? [link('team', '#/team', 'Team')] : []),
    link('notifications', '#/notifications', 'Notifications'),
    el('a', { class: 'who', href: '#/account', title: me.email, 'aria-current': part === 'account' ? 'true' : null }, me.name), out);
}

async function leave() {
  const told = await signOut();
  parting = told ? 'You are signed out.' : 'You are signed out in this tab. Foyer could not be reached to end the session: it ends by itself within the hour.';
  if (location.hash === '#/sign-in') await show();
  else location.replace('#/sign-in');
}

document.getElementById('skip').addEventListener('click', (event) => {
  event.preventDefault(); // the fragment is the address of the view
  main.focus();
});
window.addEventListener('hashchange', show);
// A page that comes back from the browser's memory may belong to somebody who has
// signed out since.
window.addEventListener('pageshow', (event) => event.persisted && location.reload());
show();
