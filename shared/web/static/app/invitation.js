// The page that the link of an invitation's mail leads to.
import { Problem, call, forgetToken, get, path, signedIn } from './api.js';
import { busy, el, heading, note, terms, time } from './dom.js';
import { field, form } from './forms.js';
import { choice } from './passwords.js';
import { forgetMe, signIn, signOut, whoAmI } from './session.js';
import { landing } from './signin.js';

// The token is in this variable only. It opens an account: it does not stay in the
// address bar, where it would be copied and photographed.
let token = null;

// invitation shows who invites and to what. Looking changes nothing, for mail
// scanners look too; only what a person does from here on is sent.
export async function invitation({ params, signal }) {
  if (params[0]) {
    token = params[0];
    history.replaceState(null, '', '#/invitation');
  }
  if (!token) return incomplete();
  let invited;
  try {
    invited = (await call('GET', path`/invitations/${token}`, { anonymous: true, signal })).body;
  } catch (problem) {
    if (refusal(problem)) return refused();
    throw problem;
  }
  const card = el('div', { class: 'card narrow' });
  welcome(card, invited);
  return { title: 'Invitation', content: card };
}

// refusal says whether an answer means that the link opens nothing: expired, used,
// revoked, replaced and invented ones are not told apart.
function refusal(problem) {
  return problem.status === 404;
}

function welcome(card, invited) {
  const trouble = el('div');
  const go = el('button', { type: 'button', class: 'button', click: () => busy(go, async () => {
    try {
      await call('POST', path`/invitations/${token}/opening`, { anonymous: true });
      await next(card, invited);
    } catch (problem) {
      failed(card, trouble, problem);
    }
  }) }, 'Continue');
  card.replaceChildren(heading(headline(invited)), el('p', {}, `Hello ${invited.name},`), el('p', {}, purpose(invited)),
    terms([
      ['Invited by', invited.inviterName], ['Project', invited.projectName], ['Agency', invited.workspaceName], ['Your company', invited.company],
      ['Your address', invited.email], ['Open until', time(invited.expiresAt)],
    ]),
    el('p', {}, invited.signInFirst ? 'You use Foyer already: next, sign in with the password that you have.' : 'Next, you choose a password.'),
    trouble, el('div', { class: 'actions' }, go),
    el('p', { class: 'quiet' }, 'Did you not expect this? Then close the page: nothing happens unless you continue.'));
}

function headline({ inviterName, projectName, workspaceName }) {
  if (inviterName && projectName) return `${inviterName} invites you to “${projectName}”`;
  return inviterName ? `${inviterName} invites you to ${workspaceName}` : `Your invitation to ${workspaceName}`;
}

function purpose({ company, workspaceName }) {
  return company
    ? `Foyer is where ${workspaceName} shares its work with you: you see what is meant for you, and give feedback and approvals in one place.`
    : `Foyer is where ${workspaceName} brings its clients into its projects: they see what the team shares with them, and nothing else.`;
}

// next asks for what the acceptance needs: a password, or the account that is
// there already.
async function next(card, invited) {
  if (!invited.signInFirst) choosePassword(card, invited);
  else {
    const me = signedIn() ? await whoAmI().catch(() => null) : null;
    if (!me) signInFirst(card, invited);
    else if (same(me.email, invited.email)) acceptAs(card, me);
    else otherAccount(card, invited, me);
  }
  (card.querySelector('[data-focus]') ?? card.querySelector('h1')).focus();
}

function same(one, other) {
  return one.toLowerCase() === other.toLowerCase();
}

function choosePassword(card, invited) {
  // For the password manager: what it is the password of.
  const address = field({ name: 'email', label: 'You sign in with', type: 'email', value: invited.email, readonly: true, autocomplete: 'username' });
  const { fields, check } = choice();
  card.replaceChildren(heading('Choose a password'), form({
    fields: [address, ...fields], check, button: 'Accept and sign in',
    submit: ({ password: chosen }) => accept(card, invited, { password: chosen }, (accepted) => signIn(accepted.email, chosen)),
  }));
}

function signInFirst(card, invited) {
  const address = field({ name: 'email', label: 'E-mail address', type: 'email', value: invited.email, readonly: true, autocomplete: 'username' });
  const password = field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', maxlength: 256, 'data-focus': true });
  card.replaceChildren(heading('Sign in to accept'), el('p', {}, 'This address has an account already. Accept the invitation with it.'), form({
    fields: [address, password], button: 'Sign in and accept',
    submit: async (values) => {
      await signIn(invited.email, values.password);
      await accept(card, invited, {});
    },
  }));
}

function acceptAs(card, me) {
  const trouble = el('div');
  const go = el('button', { type: 'button', class: 'button', click: () => busy(go, async () => {
    try {
      await accept(card, me, {});
    } catch (problem) {
      failed(card, trouble, problem);
    }
  }) }, 'Accept the invitation');
  card.replaceChildren(heading('Accept the invitation'), el('p', {}, 'You are signed in as ', el('strong', {}, me.email), '.'), trouble, el('div', { class: 'actions' }, go));
}

function otherAccount(card, invited, me) {
  const go = el('button', { type: 'button', class: 'button', click: () => busy(go, async () => {
    await signOut();
    await next(card, invited);
  }) }, 'Sign out and go on');
  card.replaceChildren(heading('The invitation is for another account'),
    el('p', {}, 'You are signed in as ', el('strong', {}, me.email), '. The invitation is for ', el('strong', {}, invited.email), '.'), el('div', { class: 'actions' }, go));
}

// accept accepts, lets then sign in, and goes to what the person can now see.
async function accept(card, invited, body, then = async () => {}) {
  try {
    const answer = await call('POST', path`/invitations/${token}/acceptance`, { body, anonymous: body.password !== undefined });
    token = null;
    forgetMe(); // a membership more
    await then(answer.body).catch((problem) => {
      if (problem instanceof Problem) throw new Accepted();
      throw problem;
    });
    location.replace(await landing().catch(() => '#/'));
  } catch (problem) {
    if (problem instanceof Accepted) accepted(card);
    else if (problem.code === 'sign-in-first') {
      forgetToken();
      forgetMe();
      signInFirst(card, invited); // the account came to be meanwhile
    } else if (refusal(problem)) card.replaceWith(refused().content);
    else throw problem;
  }
}

// Accepted: the invitation is accepted, only signing in did not work.
class Accepted extends Error {}

function accepted(card) {
  card.replaceChildren(heading('The invitation is accepted'), el('p', {}, 'Only signing in did not work just now. Sign in with the password that you have chosen.'),
    el('p', {}, el('a', { class: 'button', href: '#/sign-in' }, 'Sign in')));
}

function failed(card, trouble, problem) {
  if (!(problem instanceof Problem)) throw problem;
  if (refusal(problem)) card.replaceWith(refused().content);
  else trouble.replaceChildren(note('error', el('p', {}, problem.message)));
}

function refused() {
  token = null;
  return {
    title: 'Link not valid',
    content: el('div', { class: 'card narrow' }, heading('This link is not valid any more'),
      el('p', {}, 'It may have been used already, it may have expired, or a newer mail has replaced it.'),
      el('h2', {}, 'What you can do'),
      el('ul', {},
        el('li', {}, 'Have you chosen a password already? Then ', el('a', { href: '#/sign-in' }, 'sign in'), '.'),
        el('li', {}, 'Look for a newer mail with an invitation, and open the link there.'),
        el('li', {}, 'Otherwise ask whoever invited you to send the invitation again.'))),
  };
}

function incomplete() {
  return {
    title: 'Invitation',
    content: el('div', { class: 'card narrow' }, heading('Open the link in the mail once more'),
      el('p', {}, 'For your safety this page does not keep the link of your invitation. Nothing is lost: open it in the mail again.'),
      el('p', {}, 'Have you chosen a password already? Then ', el('a', { href: '#/sign-in' }, 'sign in'), '.')),
  };
}
