// Forms: labels, hints, and the faults that Foyer finds, each at its field.
import { Problem } from './api.js';
import { announce, busy, el } from './dom.js';
import { signInAgain } from './signin.js';

let made = 0;

// field is one input with its label. type may be any of HTML's, 'textarea',
// 'select' (options: [{value, text}]) or 'checkbox'.
export function field({ name, label, type = 'text', hint, value, options = [], optional = false, ...attributes }) {
  const id = `f${++made}-${name}`;
  const described = [hint && `${id}-hint`, `${id}-fault`].filter(Boolean).join(' ');
  const common = { id, name, 'aria-describedby': described, required: !optional && type !== 'checkbox', ...attributes };
  let input;
  if (type === 'textarea') input = el('textarea', { rows: 4, ...common });
  else if (type === 'select') input = el('select', common, options.map((o) => el('option', { value: o.value }, o.text)));
  else input = el('input', { type, ...common });
  if (type === 'checkbox') input.checked = Boolean(value);
  else if (value !== undefined) input.value = value;
  const fault = el('p', { class: 'fault', id: `${id}-fault` });
  const name_ = el('label', { for: id }, label, optional && type !== 'checkbox' ? el('span', { class: 'quiet' }, ' (optional)') : null);
  const help = hint && el('p', { class: 'hint', id: `${id}-hint` }, hint);
  const node = type === 'checkbox' ? el('div', { class: 'field check' }, input, name_, help, fault) : el('div', { class: 'field' }, name_, help, input, fault);
  return {
    name, input, node,
    get value() {
      return type === 'checkbox' ? input.checked : input.value;
    },
    fault(text) {
      fault.textContent = text;
      if (text) input.setAttribute('aria-invalid', 'true');
      else input.removeAttribute('aria-invalid');
    },
    clear() {
      if (type === 'checkbox') input.checked = false;
      else if (type === 'select') input.selectedIndex = 0;
      else input.value = '';
    },
  };
}

// form is a form of fields. submit gets their values by name; what it throws is
// shown: a fault of the input at its field, anything else above the button.
// check may find faults before anything is sent: it gives {name: text}.
export function form({ fields, button, quiet = false, extra = [], check, submit }) {
  const trouble = el('div', { role: 'alert' });
  const send = el('button', { type: 'submit', class: quiet ? 'button quiet' : 'button' }, button);
  const show = (faults, rest) => {
    for (const f of fields) f.fault(faults[f.name] || '');
    trouble.replaceChildren(...(rest ? [el('p', { class: 'note error' }, rest)] : []));
    const first = fields.find((f) => faults[f.name]);
    if (first) {
      first.input.focus();
      announce(`${first.node.querySelector('label').textContent}: ${faults[first.name]}`);
    }
  };
  // method: were this script ever to fail, a password must not end up in an address.
  const node = el('form', {
    method: 'post', novalidate: true,
    submit: (event) => {
      event.preventDefault();
      busy(send, async () => {
        const values = Object.fromEntries(fields.map((f) => [f.name, f.value]));
        const early = { ...missing(fields), ...check?.(values) };
        show(early, '');
        if (Object.keys(early).length > 0) return;
        try {
          await attempt(() => submit(values));
        } catch (error) {
          if (!(error instanceof Problem)) console.error(error);
          show(...(error instanceof Problem ? sorted(error, fields) : [{}, 'Something went wrong in this page.']));
        }
      });
    },
  }, fields.map((f) => f.node), extra, trouble, el('div', { class: 'actions' }, send));
  return node;
}

// attempt sends, and where the session has ended asks for the password and sends
// once more: what somebody has written is not lost with a session.
async function attempt(send) {
  try {
    await send();
  } catch (problem) {
    if (problem.status !== 401 || signingIn.includes(problem.code) || !(await signInAgain())) throw problem;
    await send();
  }
}

// signingIn are refusals of a sign-in, not of a session.
const signingIn = ['invalid-credentials', 'wrong-code', 'challenge-over'];

// missing are the fields that need a value and have none that will do.
function missing(fields) {
  const faults = {};
  for (const f of fields) {
    const v = f.input.validity;
    if (v.valueMissing || (f.input.required && f.input.type !== 'password' && !String(f.value).trim())) faults[f.name] = 'Fill this in.';
    else if (v.typeMismatch && f.input.type === 'email') faults[f.name] = 'This is not an e-mail address.';
    else if (v.badInput) faults[f.name] = 'This is not complete.';
  }
  return faults;
}

// sorted divides a problem into what belongs at fields and the rest.
function sorted(problem, fields) {
  const faults = {};
  const rest = [];
  for (const { location = '', message = '' } of problem.errors) {
    const name = location.replace(/^body\./, '');
    if (!fields.some((f) => f.name === name)) rest.push(`${location}: ${message}`);
    else faults[name] = `${faults[name] ? `${faults[name]}; ` : ''}${message}`;
  }
  for (const name of Object.keys(faults)) faults[name] = `${faults[name][0].toUpperCase()}${faults[name].slice(1)}.`;
  const some = Object.keys(faults).length > 0;
  return [faults, rest.join('; ') || (some ? '' : problem.message)];
}
