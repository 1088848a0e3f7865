// Signing in.
import { get } from './api.js';
import { el, heading, note } from './dom.js';
import { field, form } from './forms.js';
import { isClient, lastAddress, signIn, whoAmI, workspacesOf } from './session.js';

// signInView asks for address and password. With back one stays at the address
// that was asked for; ended says that a session was there before.
export async function signInView({ back = false, ended = false } = {}) {
  const fields = [
    field({ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username', maxlength: 254, 'data-focus': true, spellcheck: 'false', autocapitalize: 'none' }),
    field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', maxlength: 256 }),
  ];
  const signInForm = form({
    fields, button: 'Sign in',
    submit: async ({ email, password }) => {
      await signIn(email.trim(), password);
      if (back) window.dispatchEvent(new HashChangeEvent('hashchange')); // the same address, now as somebody
      else location.replace(await landing());
    },
  });
  return {
    title: 'Sign in',
    content: el('div', { class: 'card narrow' }, heading('Sign in'),
      ended && note('', el('p', {}, 'Your session has ended. Sign in again to go on where you were.')),
      back && !ended && location.hash.length > 2 && el('p', {}, 'Sign in to see the page that you opened.'),
      signInForm,
      el('p', {}, el('a', { href: '#/password-forgotten' }, 'Forgotten your password?')),
      el('p', { class: 'quiet' }, 'New here? The link in your invitation’s mail leads to choosing a password.')),
  };
}

// landing is where a person begins: clients at their projects (in it, if it is the
// only one), members at their team.
export async function landing() {
  const me = await whoAmI();
  if (me && !isClient(me) && workspacesOf(me).length > 0) return '#/team';
  const { body } = await get('/portal/projects', { limit: 2 });
  if (body.items.length === 1 && !body.next) return `#/portal/projects/${body.items[0].id}`;
  return '#/portal/projects';
}

// signInAgain asks the person whose session has ended for their password, on top of
// the page that they are at. It says whether they are signed in again.
export function signInAgain() {
  const email = lastAddress();
  if (!email) return Promise.resolve(false);
  return new Promise((resolve) => {
    const dialog = el('dialog', { 'aria-labelledby': 'again', close: () => {
      dialog.remove();
      resolve(dialog.returnValue === 'done');
    } }, el('h2', { id: 'again' }, 'Your session has ended'), el('p', {}, 'What you have written is still here. Sign in again to send it.'), form({
      fields: [
        field({ name: 'email', label: 'E-mail address', type: 'email', value: email, readonly: true, autocomplete: 'username' }),
        field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', maxlength: 256, autofocus: true }),
      ],
      button: 'Sign in',
      submit: async ({ password }) => {
        await signIn(email, password);
        dialog.close('done');
      },
    }), el('p', {}, el('button', { type: 'button', class: 'link', click: () => dialog.close() }, 'Not now')));
    document.body.append(dialog);
    dialog.showModal();
  });
}
