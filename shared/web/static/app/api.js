// Calls of Foyer's API, and the session that they are made with.

// The access token is kept for this tab only, so that a reload does not sign out;
// neither localStorage nor a cookie would end with the tab.
const tokenKey = 'foyer.token';
let token = sessionStorage.getItem(tokenKey);

// signedIn says whether this tab has a session, as far as it knows.
export function signedIn() {
  return token !== null;
}

export function keepToken(accessToken) {
  token = accessToken;
  sessionStorage.setItem(tokenKey, accessToken);
}

export function forgetToken() {
  token = null;
  sessionStorage.removeItem(tokenKey);
}

// Problem is an answer that is an error (RFC 9457), or that there was none (status 0).
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || words[status] || 'Something went wrong. Try again in a moment.');
    this.status = status;
    this.code = body.code || '';
    this.errors = Array.isArray(body.errors) ? body.errors : [];
    this.matches = Array.isArray(body.matches) ? body.matches : [];
  }
}

// What the gateway answers by itself has no detail.
const words = {
  0: 'Foyer cannot be reached. Look at your connection, then try again.',
  401: 'Your session has ended. Sign in again.',
  413: 'That is too much text.',
  429: 'Too many requests. Wait a moment, then try again.',
  503: 'Foyer is busy. Wait a moment, then try again.',
};

// call sends a request and gives back {body, etag}. It throws a Problem for every
// other answer than success, and the abort error where signal was aborted.
export async function call(method, path, { body, etag, key, signal, anonymous } = {}) {
  const headers = { Accept: 'application/json' };
  const sent = anonymous ? null : token;
  if (sent) headers.Authorization = `Bearer ${sent}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (etag) headers['If-Match'] = etag;
  if (key) headers['Idempotency-Key'] = key;
  let response;
  try {
    response = await fetch(`/v1${path}`, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body), cache: 'no-store', credentials: 'omit' });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, {});
  }
  const answer = await json(response);
  if (response.ok) return { body: answer, etag: response.headers.get('ETag') };
  if (response.status === 401 && sent !== null && sent === token) forgetToken();
  throw new Problem(response.status, answer);
}

async function json(response) {
  try {
    return (await response.json()) ?? {};
  } catch {
    return {}; // no body, or none of ours
  }
}

// get reads; query holds parameters, empty ones are left out.
export function get(path, query = {}, signal = undefined) {
  return call('GET', path + queryOf(query), { signal });
}

// queryOf is '?a=b' of those parameters that have a value.
export function queryOf(query) {
  const set = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString();
  return set && `?${set}`;
}

// path makes a path of literal text and values: path`/projects/${id}`. A value that
// would lead to another path of the API is none of its ids: like an absent thing.
export function path(literals, ...values) {
  if (values.some((v) => /^\.*$/.test(v))) throw new Problem(404, {});
  return String.raw({ raw: literals }, ...values.map(encodeURIComponent));
}

// keys gives the Idempotency-Key of a form: the same while the same thing is sent
// again (after a lost answer), another for anything else and after a success.
export function keys() {
  let last = null;
  return {
    of(body) {
      const text = JSON.stringify(body);
      if (last?.text !== text) {
        const random = crypto.getRandomValues(new Uint8Array(16));
        last = { text, key: Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('') };
      }
      return last.key;
    },
    used() {
      last = null;
    },
  };
}
