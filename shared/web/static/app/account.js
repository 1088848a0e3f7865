// A person's own account: name, password, address, second factor, sessions.
import { Problem, call, forgetToken, get, path } from './api.js';
import { busy, el, heading, note } from './dom.js';
import { field, form } from './forms.js';
import { choice } from './passwords.js';
import { forgetMe } from './session.js';

const own = (name = 'password', label = 'Your password') => field({ name, label, type: 'password', autocomplete: 'current-password', maxlength: 256 });
const sixDigits = () => field({ name: 'code', label: 'Code of your authenticator', inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: 6, spellcheck: 'false' });
const again = () => window.dispatchEvent(new HashChangeEvent('hashchange'));

// account shows it, and lets each part be changed.
export async function account({ signal }) {
  const { body: me, etag } = await get('/me', {}, signal);
  return { title: 'Your account', content: [heading('Your account'), el('p', { class: 'quiet' }, me.email), whom(me, etag), password(), address(), factor(me), sessions()] };
}

function part(title, ...children) {
  return el('section', { class: 'card', 'aria-label': title }, el('h2', {}, title), ...children);
}

// done puts a message in the place of the form.
function done(section, text) {
  section.replaceChildren(section.querySelector('h2'), note('done', el('p', { role: 'status' }, text)));
}

function whom(me, etag) {
  const language = field({ name: 'language', label: 'Language of mails', type: 'select', optional: true, options: [{ value: '', text: 'As the agency writes' }, { value: 'en', text: 'English' }, { value: 'de', text: 'Deutsch' }] });
  language.input.value = me.language ?? '';
  return part('Name and language', form({
    fields: [field({ name: 'name', label: 'Name', value: me.name, maxlength: 100, autocomplete: 'name' }), language], button: 'Save', quiet: true,
    submit: async ({ name, language: chosen }) => {
      await call('PATCH', '/me', { body: { name: name.trim(), ...(chosen && { language: chosen }) }, etag });
      forgetMe();
      again();
    },
  }));
}

function password() {
  const { fields, check } = choice('new');
  const section = part('Password', form({
    fields: [own('current', 'Your password now'), ...fields], check, button: 'Change the password', quiet: true,
    submit: async (values) => {
      await call('PUT', '/me/password', { body: { current: values.current, new: values.new } });
      done(section, 'Your password is changed. Your other sessions have ended.');
    },
  }));
  return section;
}

function address() {
  const section = part('E-mail address', form({
    fields: [field({ name: 'email', label: 'New address', type: 'email', maxlength: 254, autocomplete: 'email' }), own()], button: 'Send a link to it', quiet: true,
    submit: async ({ email, password: mine }) => {
      await call('POST', '/me/address', { body: { email: email.trim(), password: mine } });
      done(section, 'A link is on its way to the new address. Until it is confirmed there, nothing changes.');
    },
  }));
  return section;
}

// factor begins, completes and ends the second factor.
function factor(me) {
  const section = part('Second factor');
  if (me.secondFactor === 'totp') {
    section.append(el('p', {}, 'Signing in asks for a code of your authenticator.'), form({
      fields: [own(), sixDigits()], button: 'Do without it', quiet: true,
      submit: async (values) => {
        await call('DELETE', '/me/totp', { body: values });
        forgetMe();
        again();
      },
    }));
    return section;
  }
  section.append(el('p', {}, 'With an authenticator app, a password alone does not open your account.'), form({
    fields: [own()], button: 'Set it up', quiet: true,
    submit: async ({ password: mine }) => {
      const { body } = await call('POST', '/me/totp', { body: { password: mine } });
      section.replaceChildren(section.querySelector('h2'), el('p', {}, 'Add Foyer to your authenticator: ', el('a', { href: body.link }, 'open it on this device'), ', or type this in:'),
        el('p', {}, el('code', {}, body.secret)), form({
          fields: [sixDigits()], button: 'Confirm', quiet: true,
          submit: async ({ code }) => {
            await call('PUT', '/me/totp', { body: { password: mine, code } });
            forgetMe();
            again();
          },
        }));
    },
  }));
  return section;
}

function sessions() {
  const trouble = el('div');
  const out = el('button', { type: 'button', class: 'button quiet', click: () => busy(out, async () => {
    try {
      await call('DELETE', '/sessions/all');
      forgetMe();
      forgetToken();
      location.replace('#/sign-in');
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      trouble.replaceChildren(note('error', el('p', {}, problem.message)));
    }
  }) }, 'Sign out everywhere');
  return part('Sessions', el('p', {}, 'Ends your sessions on all devices, this one too.'), trouble, el('div', { class: 'actions' }, out));
}

// The token is in this variable only: it does not stay in the address bar.
let token = null;

// addressChange is where the mail to a new address leads. Looking at it changes
// nothing, for mail scanners look too.
export async function addressChange({ params }) {
  if (params[0]) {
    token = params[0];
    history.replaceState(null, '', '#/address-change');
  }
  const card = el('div', { class: 'card narrow' });
  const say = (title, ...text) => {
    card.replaceChildren(heading(title), ...text);
    card.querySelector('h1').focus();
  };
  const trouble = el('div');
  const go = el('button', { type: 'button', class: 'button', click: () => busy(go, async () => {
    try {
      await call('POST', path`/address-changes/${token}`, { anonymous: true });
      token = null;
      forgetMe();
      say('Your address is changed', el('p', {}, 'From now on you sign in with it.'), el('p', {}, el('a', { class: 'button', href: '#/' }, 'Go on')));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.status === 404) say('This link does not work any more', el('p', {}, 'It is used or expired, or another was sent since. Ask for a new one in your account.'));
      else trouble.replaceChildren(note('error', el('p', {}, problem.message)));
    }
  }) }, 'Confirm the address');
  if (token) card.append(heading('Is this your new address?'), el('p', {}, 'Confirm that you read mail at the address that this link came to.'), trouble, el('div', { class: 'actions' }, go));
  else card.append(heading('This link is not complete'), el('p', {}, 'Open it once more from the mail.'));
  return { title: 'New address', content: card };
}
