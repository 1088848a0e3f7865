// The code of a second factor, asked for on top of the page.
import { Problem, call } from './api.js';
import { el } from './dom.js';
import { field, form } from './forms.js';

// askCode asks until the code is right, and gives the session's tokens. It throws a
// Problem where the person leaves it, or the sign-in has ended meanwhile.
export function askCode(challenge) {
  return new Promise((resolve, reject) => {
    let tokens = null;
    const dialog = el('dialog', { 'aria-labelledby': 'code-title', close: () => {
      dialog.remove();
      if (tokens) resolve(tokens);
      else reject(new Problem(401, { code: 'challenge-over', detail: dialog.returnValue || 'Signing in was not completed.' }));
    } }, el('h2', { id: 'code-title' }, 'One more step'), form({
      fields: [field({ name: 'code', label: 'Code of your authenticator', inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: 6, autofocus: true, spellcheck: 'false' })],
      button: 'Sign in',
      check: ({ code }) => (/^[0-9]{6}$/.test(code.trim()) ? {} : { code: 'It has six digits.' }),
      submit: async ({ code }) => {
        try {
          tokens = (await call('POST', '/sessions/challenges', { body: { challenge, code: code.trim() }, anonymous: true })).body;
          dialog.close();
        } catch (problem) {
          if (problem.code !== 'challenge-over') throw problem;
          dialog.close(problem.message);
        }
      },
    }), el('p', {}, el('button', { type: 'button', class: 'link', click: () => dialog.close() }, 'Not now')));
    document.body.append(dialog);
    dialog.showModal();
  });
}
