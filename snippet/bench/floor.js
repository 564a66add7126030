// The least that a notice can be: two buttons, a choice that lasts, a tag that waits. It is what the others are compared
// with, not something to use: one language, no purposes, no record, no way back.
(() => {
  const run = () => {
    for (const waiting of document.querySelectorAll('script[type="text/plain"][data-assent]')) {
      const script = document.createElement('script');
      script.text = waiting.text;
      waiting.replaceWith(script);
    }
  };
  const style = `#floor{position:fixed;inset:auto 1em 1em;display:flex;gap:1em;align-items:center;padding:1em;
background:#fff;border:1px solid #888;border-radius:1em;font:16px/1.5 sans-serif;color:#111}
#floor p{flex:1;margin:0}#floor button{min-height:44px;padding:0 1em;font:inherit}`;
  const ask = () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    document.adoptedStyleSheets.push(sheet);
    const floor = document.createElement('div');
    floor.id = 'floor';
    floor.setAttribute('role', 'dialog');
    const text = document.createElement('p');
    text.textContent = 'We would like to measure how this site is used. You decide.';
    floor.append(text);
    for (const [label, answer] of [
      ['Accept', 'yes'],
      ['Reject', 'no'],
    ]) {
      const button = document.createElement('button');
      button.textContent = label;
      button.onclick = () => {
        document.cookie = `floor=${answer};path=/;max-age=15552000;samesite=lax`;
        floor.remove();
        if (answer === 'yes') run();
      };
      floor.append(button);
    }
    document.body.append(floor);
  };
  const [, answer] = document.cookie.match(/(?:^|; )floor=(\w+)/) || [];
  const act = answer === 'yes' ? run : answer ? () => {} : ask;
  if (document.readyState !== 'loading') act();
  else document.addEventListener('DOMContentLoaded', act);
})();
