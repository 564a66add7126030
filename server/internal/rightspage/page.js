'use strict';
(() => {
  const words = JSON.parse(document.getElementById('words').textContent);
  const language = document.documentElement.lang;
  const address = `../../v1/sites/${document.body.dataset.site}/handovers/`;
  const token = location.hash.slice(1);
  let pass = '';

  const element = (name, members, ...children) => {
    const made = Object.assign(document.createElement(name), members);
    made.append(...children);
    return made;
  };

  const moment = (at, timeStyle) => new Date(at).toLocaleString(language, { dateStyle: 'long', timeStyle });

  const post = (to, body) =>
    fetch(address + to, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });

  const fileOf = (name, content) => {
    const blob = new Blob([JSON.stringify(content, null, 2)], { type: 'application/json' });
    return element(
      'p',
      { className: 'files' },
      element('a', { href: URL.createObjectURL(blob), download: `${name}.json` }, words.save),
    );
  };

  const receiptsOf = (decisions) =>
    element(
      'ul',
      { className: 'services' },
      ...decisions.map(({ id, action, recordedAt }) =>
        element(
          'li',
          {},
          element('a', { href: `../../receipts/${id}`, target: '_blank', rel: 'noopener' }, moment(recordedAt, 'short')),
          ` ${words[`panel.${action}`] ?? action}`,
        ),
      ),
    );

  const said = ({ request, decisions, processing }) => {
    const { reference, state, honoured, due } = request;
    const text = (state === 'done' ? words.done : words.registered)
      .replace('{reference}', reference)
      .replace('{date}', moment(due));
    const told = [element('p', {}, honoured ? `${words.holds} ${text}` : text)];
    if (decisions) told.push(receiptsOf(decisions), fileOf('decisions', decisions));
    if (processing) told.push(fileOf('processing', processing));
    return told;
  };

  const why = { 403: words.ended, 404: words.nothing };

  const ask = async (kind, about) => {
    try {
      const answer = await post(`requests?language=${language.startsWith('de') ? 'de' : 'en'}`, { pass, kind, about });
      return answer.ok ? said(await answer.json()) : [why[answer.status] ?? words.failed];
    } catch {
      return [words.failed];
    }
  };

  // What cannot be undone is asked twice.
  const isMeant = (form) => {
    const button = form.querySelector('button');
    if (form.dataset.kind !== 'erasure' || button.textContent === words.really) return true;
    button.textContent = words.really;
    return false;
  };

  for (const form of document.querySelectorAll('form')) {
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (!isMeant(form)) return;
      const button = form.querySelector('button');
      button.disabled = true;
      form.nextElementSibling.replaceChildren(...(await ask(form.dataset.kind, form.elements.about?.value ?? '')));
      button.disabled = false;
    });
  }

  const open = async () => {
    history.replaceState(null, '', location.pathname);
    try {
      const answer = await post('pass', { token });
      if (answer.ok) ({ pass } = await answer.json());
    } catch {
      // It is told like an address that was used: the visitor opens the page again.
    }
    document.getElementById(pass ? 'open' : 'closed').hidden = false;
  };

  if (token) open();
  else document.getElementById('closed').hidden = false;
})();
