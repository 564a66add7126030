'use strict';
(() => {
  const words = JSON.parse(document.getElementById('words').textContent);
  const language = document.documentElement.lang;
  const [site, subject, token] = location.hash.slice(1).split('.');
  const at = (id) => document.getElementById(id);

  const element = (name, members, ...children) => {
    const made = Object.assign(document.createElement(name), members);
    made.append(...children);
    return made;
  };

  const post = async (to, more) => {
    const answer = await fetch(`./${to}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ site, subject, token, ...more }),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  const box = (id, title, checked, ...more) =>
    element('label', {}, element('input', { type: 'checkbox', name: 'granted', value: id, checked }), title, ...more);

  const serviceOf = (service, yes) =>
    element(
      'li',
      {},
      box(service.id, element('bdi', { textContent: service.name }), yes),
      element('p', { className: 'muted', textContent: [service.aim, service.provider, service.country].filter(Boolean).join(' · ') }),
    );

  // A purpose counts only if all of its services are on, as in the notice itself.
  const keepInStep = (row) => {
    const [purpose, ...services] = row.querySelectorAll('input');
    row.addEventListener('change', ({ target }) => {
      if (target === purpose) for (const one of services) one.checked = purpose.checked;
      else purpose.checked = services.every(({ checked }) => checked);
    });
  };

  const purposeOf = ({ id, title, text, services }, current) => {
    const answer = current?.choice.purposes[id] ?? false;
    const row = element(
      'li',
      {},
      box(id, title, answer),
      element('p', { className: 'muted', textContent: text }),
      element('ul', {}, ...services.map((one) => serviceOf(one, current?.choice.services?.[one.id] ?? answer))),
    );
    keepInStep(row);
    return row;
  };

  const show = ({ name, page, purposes, current }) => {
    at('site').textContent = name;
    at('lead').textContent = words.lead.replace('{site}', name);
    at('state').textContent = current
      ? words.decided.replace('{date}', new Date(current.recordedAt).toLocaleString(language, { dateStyle: 'long', timeStyle: 'short' }))
      : words.undecided.replace('{page}', page || name);
    at('purposes').replaceChildren(...purposes.map((one) => purposeOf(one, current)));
    at('asked').hidden = false;
    at('erase').hidden = !current;
  };

  const end = (text) => {
    at('asked').hidden = at('erase').hidden = true;
    at('lead').textContent = text;
    at('title').tabIndex = -1;
    at('title').focus();
  };

  const why = (error) => (error.message === '404' ? words.over : words.failed);

  at('asked').querySelector('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const boxes = [...event.target.querySelectorAll('input')];
    const what = event.submitter?.value;
    if (what !== 'some') for (const one of boxes) one.checked = what === 'all';
    const granted = boxes.filter(({ checked }) => checked).map(({ value }) => value);
    at('status').textContent = '';
    try {
      show(await post('decision', { granted }));
      at('status').textContent = words.saved;
    } catch (error) {
      at('status').textContent = why(error);
    }
  });

  at('erase').querySelector('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      const { decisions } = await post('erasure', {});
      end(words.erased.replace('{count}', decisions));
    } catch (error) {
      at('status').textContent = why(error);
    }
  });

  post('case', {}).then(show, (error) => end(why(error)));
})();
