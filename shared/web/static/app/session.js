// Who is signed in.
import { askCode } from './code.js';
import { call, forgetToken, get, keepToken, signedIn } from './api.js';

let me = null;
let last = null; // the address of who was signed in last, for signing in again

// whoAmI is the person of the session, asked once for a session.
export async function whoAmI(signal) {
  if (!signedIn()) me = null;
  else if (!me) {
    me = (await get('/me', {}, signal)).body;
    last = me.email;
  }
  return me;
}

// lastAddress is the address of the person whose session may have ended; null
// where nobody was signed in.
export function lastAddress() {
  return last;
}

// forgetMe makes whoAmI ask again: memberships may have changed.
export function forgetMe() {
  me = null;
}

// signIn begins a session, with a code too where the person has a second factor. One that this tab had before ends, as well as that can
// be told: it would otherwise stay valid unseen.
export async function signIn(email, password) {
  const { body: begun } = await call('POST', '/sessions', { body: { email, password }, anonymous: true });
  const body = begun.challenge ? await askCode(begun.challenge) : begun;
  if (signedIn()) await call('DELETE', '/sessions').catch(() => {});
  forgetMe();
  keepToken(body.accessToken);
}

// signOut ends the session. It says whether Foyer knows of it: the tab forgets the
// session in any case.
export async function signOut() {
  let told = true;
  try {
    await call('DELETE', '/sessions');
  } catch (problem) {
    told = problem.status === 401;
  }
  forgetMe();
  forgetToken();
  last = null;
  return told;
}

// isClient and workspacesOf say as what a person comes: as a client, as a member.
export function isClient(person) {
  return person.memberships.some((m) => m.kind === 'client');
}

export function workspacesOf(person) {
  return person.memberships.filter((m) => m.kind === 'member');
}
