// Choosing a password, and asking for a link to choose another.
import { call, path } from './api.js';
import { el, heading, note } from './dom.js';
import { field, form } from './forms.js';
import { forgetMe } from './session.js';

// rules are those of shared/identity; Foyer checks them again.
const rules = [
  ['at least 10 characters', (p) => Array.from(p).length >= 10],
  ['a lower-case letter (a to z)', (p) => /[a-z]/.test(p)],
  ['an upper-case letter (A to Z)', (p) => /[A-Z]/.test(p)],
  ['a number (0 to 9)', (p) => /[0-9]/.test(p)],
];

// choice is the fields to choose a password with, which say what it needs, and
// their check. name is what Foyer calls it.
export function choice(name = 'password') {
  const password = field({ name, label: 'New password', type: 'password', autocomplete: 'new-password', maxlength: 256, 'data-focus': true });
  const again = field({ name: 'again', label: 'The same password again', type: 'password', autocomplete: 'new-password', maxlength: 256 });
  const visible = field({ name: 'visible', label: 'Show the password', type: 'checkbox' });
  visible.input.addEventListener('change', () => {
    for (const f of [password, again]) f.input.type = visible.value ? 'text' : 'password';
  });
  const id = `${password.input.id}-rules`;
  const list = el('ul', { class: 'rules', id, 'aria-label': 'The password needs' });
  const show = () => list.replaceChildren(...rules.map(([text, holds]) => {
    const done = holds(password.value);
    return el('li', { class: done ? 'done' : '' }, text, done && el('span', { class: 'unseen' }, ' (done)'));
  }));
  show();
  password.input.addEventListener('input', show);
  password.input.setAttribute('aria-describedby', `${id} ${password.input.getAttribute('aria-describedby')}`);
  password.node.append(list);
  return {
    fields: [password, again, visible],
    check: (values) => {
      const broken = rules.filter(([, holds]) => !holds(values[name])).map(([text]) => text);
      if (values[name] && broken.length > 0) return { [name]: `It needs ${broken.join(', ')}.` };
      return values.again && values[name] !== values.again ? { again: 'The two passwords are not the same.' } : {};
    },
  };
}

// passwordForgotten asks for a link. The answer is the same for every address.
export async function passwordForgotten() {
  const card = el('div', { class: 'card narrow' });
  card.append(heading('Choose a new password'), el('p', {}, 'Give the address that you sign in with. If Foyer knows it, a mail with a link comes to it.'), form({
    fields: [field({ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username', maxlength: 254, 'data-focus': true, spellcheck: 'false', autocapitalize: 'none' })],
    button: 'Send the link',
    submit: async ({ email }) => {
      await call('POST', '/password-resets', { body: { email: email.trim() }, anonymous: true });
      card.replaceChildren(heading('Look into your mail'), el('p', {}, 'If the address is that of an account, a link is on its way. It works once, for an hour.'),
        el('p', { class: 'quiet' }, 'Nothing there after some minutes? Look among the unwanted mails, then try again.'), el('p', {}, el('a', { href: '#/sign-in' }, 'Back to signing in')));
      card.querySelector('h1').focus();
    },
  }));
  return { title: 'New password', content: card };
}

// The token is in this variable only: it does not stay in the address bar.
let token = null;

// passwordReset chooses the password. Looking at it sends nothing.
export async function passwordReset({ params }) {
  if (params[0]) {
    token = params[0];
    history.replaceState(null, '', '#/password-reset');
  }
  const card = el('div', { class: 'card narrow' });
  if (!token) {
    card.append(heading('This link is not complete'), el('p', {}, 'Open it once more from the mail.'));
    return { title: 'New password', content: card };
  }
  const { fields, check } = choice();
  card.append(heading('Choose a new password'), el('p', {}, 'You are signed out everywhere by it.'), form({
    fields, check, button: 'Set the password',
    submit: async ({ password }) => {
      try {
        await call('POST', path`/password-resets/${token}`, { body: { password }, anonymous: true });
      } catch (problem) {
        if (problem.status !== 404) throw problem;
        card.replaceChildren(heading('This link does not work any more'), el('p', {}, 'It works once, for an hour, and only the last one does.'), el('p', {}, el('a', { class: 'button', href: '#/password-forgotten' }, 'Send me another')));
        return;
      }
      token = null;
      forgetMe();
      card.replaceChildren(heading('Your password is set'), note('done', el('p', {}, 'All sessions have ended. Sign in with it now.')), el('p', {}, el('a', { class: 'button', href: '#/sign-in' }, 'Sign in')));
      card.querySelector('h1').focus();
    },
  }));
  return { title: 'New password', content: card };
}
