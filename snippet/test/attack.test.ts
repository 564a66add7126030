import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { complaints, meanwhile, until } from './harness/browser.ts';
import { bundle } from './harness/bundle.ts';
import { html, openLab } from './harness/lab.ts';
import { blocking } from './harness/notice.ts';
import { ACCEPT, BANNER } from './harness/selectors.ts';
import { KEPT, NAMES, namesOf, tryAll } from './ways.ts';

// What pages and their libraries do that could get a known third party past auto-block, or break for it.
const lab = openLab();

const open = async (body = '', before = '') => {
  const site = await lab.world.addSite(blocking);
  const context = await lab.browser.newContext();
  const page = await context.newPage();
  const faults = complaints(page);
  await page.goto(lab.world.page('/', html(before + lab.world.tag('', site), body)));
  await page.waitForSelector(BANNER);
  return { page, faults, close: () => context.close() };
};

const ran = (page: Page) => page.evaluate(() => [...((self as any).ran || [])].sort());

/** Nothing until the grant, then each of these once. */
const startsOnce = async (page: Page, wanted: string[]): Promise<void> => {
  const { world } = lab;
  await meanwhile(300);
  assert.deepEqual(world.hits, []);
  await page.click(ACCEPT);
  await until(() => world.hits.length >= wanted.length, `${wanted.length} requests follow the grant`);
  await meanwhile(300);
  assert.deepEqual([...world.hits].sort(), [...wanted].sort());
};

const POLLUTED = `<script>
  for (const name of ['url', 'href', 'text', 'type', 'rel', 'complete', 'assent', 'assentHeld', 'guard', 'held', 'ask', 'hold'])
    Object.prototype[name] = name === 'complete' ? true : 'text/plain';
  for (const name of ['get', 'set', 'value', 'apply', 'construct']) Object.prototype[name] = () => {};
</script>`;

// As libraries do that watch requests: some before this script, some after it.
const wrap = () => {
  const { fetch: native } = self;
  self.fetch = (...args) => native(...args);
  for (const name of ['open', 'send'] as const) {
    const original = XMLHttpRequest.prototype[name] as (...args: unknown[]) => void;
    XMLHttpRequest.prototype[name] = function (this: XMLHttpRequest, ...args: unknown[]) {
      return original.apply(this, args);
    };
  }
  for (const name of ['appendChild', 'insertBefore'] as const) {
    const original = Node.prototype[name] as (...args: unknown[]) => unknown;
    Node.prototype[name] = function (this: Node, ...args: unknown[]) {
      return original.apply(this, args);
    } as never;
  }
  const { setAttribute } = Element.prototype;
  Element.prototype.setAttribute = function (...args) {
    return setAttribute.apply(this, args);
  };
  const source = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, 'src')!;
  Object.defineProperty(HTMLImageElement.prototype, 'src', {
    ...source,
    set(value) {
      source.set!.call(this, value);
    },
  });
};

const HOSTILE: Record<string, [before: string, after: () => void]> = {
  'a polluted Object.prototype': [POLLUTED, () => undefined],
  'functions that were patched before and after': [`<script>(${wrap})()</script>`, wrap],
};

for (const [what, [before, after]] of Object.entries(HOSTILE))
  test(`${what} lets nothing through, and nothing is lost`, async () => {
    const { page, close } = await open('', before);
    await page.evaluate(after);
    await tryAll(page, lab.world.vendor, 'before');
    await meanwhile(500);
    assert.deepEqual(lab.world.hits, []);
    await page.click(ACCEPT);
    await until(() => namesOf(lab.world.hits, 'before').length >= KEPT.length, 'what was kept starts');
    await tryAll(page, lab.world.vendor, 'after');
    await until(() => namesOf(lab.world.hits, 'after').length >= NAMES.length, 'everything goes after the grant');
    await close();
  });

test('what document.write puts into a page that is being read waits, from gated scripts on too', async () => {
  const { world } = lab;
  const site = await world.addSite(blocking);
  const context = await lab.browser.newContext();
  const page = await context.newPage();
  const write = (name: string) => `<script>
  document.write('<p title="a > b">ad <scr' + 'ipt src="${world.vendor}/${name}.js">', '</scr' + 'ipt><img alt="" src="${world.vendor}/${name}.gif"><scr' + 'ipt data-assent="marketing">(self.ran ||= []).push("${name} text")</scr' + 'ipt>');
  document.writeln("<p><iframe title='t' src='${world.vendor}/${name}.html'></iframe>");
</script><b>after ${name}</b>`;
  const gated = `<script type="text/plain" data-assent="analytics">self.gated = true</script>`;
  world.page('/', html(world.tag('', site), write('first') + gated + write('second')));
  await page.goto(`${world.shop}/`);
  await page.evaluate(() => (self as any).assent.accept(['analytics']));
  assert.equal(await page.locator('b').count(), 2);
  world.reset();
  await page.reload();
  await until(() => page.evaluate(() => (self as any).gated === true), 'the gated script runs while the page is read');
  await meanwhile(300);
  assert.deepEqual([world.hits, await ran(page)], [[], []]);
  await page.evaluate(() => (self as any).assent.accept());
  const wanted = ['first', 'second'].flatMap((name) => [`/${name}.gif`, `/${name}.html`, `/${name}.js`]);
  await until(() => world.hits.length >= wanted.length, 'all that was written starts');
  await meanwhile(200);
  assert.deepEqual([...world.hits].sort(), wanted);
  assert.deepEqual(await ran(page), ['first', 'first text', 'second', 'second text']);
  await context.close();
});

test('a page that is written anew after it was read is still guarded', async () => {
  const { page, close } = await open('<p>old</p>');
  await page.evaluate((at) => {
    document.open();
    document.write(`<!doctype html><title>New</title><body><img alt="" src="${at}/written.gif"><div id="box"></div>`);
    document.close();
    document.querySelector('#box')!.innerHTML = `<iframe src="${at}/frame.html"></iframe>`;
  }, lab.world.vendor);
  await meanwhile(300);
  assert.deepEqual(lab.world.hits, []);
  await page.evaluate(() => (self as any).assent.accept());
  await until(() => lab.world.hits.length === 2, 'both start');
  await close();
});

const apps: Record<string, string> = {
  react: `import { createRoot } from 'react-dom/client';
const App = () => <div>
  <iframe width="300" title="t" src={at + '/frame.html'} /><img src={at + '/image.gif'} alt="" />
  <link rel="stylesheet" href={at + '/style.css'} precedence="default" /><script async src={at + '/script.js'} />
  <picture><source srcSet={at + '/source.gif'} /><img alt="" src="/own.gif" /></picture>
  <div dangerouslySetInnerHTML={{ __html: '<img alt="" src="' + at + '/markup.gif">' }} />
</div>;
createRoot(document.getElementById('app')).render(<App />);`,
  vue: `import { createApp, h } from 'vue';
createApp({ render: () => h('div', [
  h('iframe', { width: 300, title: 't', src: at + '/frame.html' }), h('img', { alt: '', src: at + '/image.gif' }),
  h('link', { href: at + '/style.css', rel: 'stylesheet' }), h('script', { src: at + '/script.js', async: true }),
  h('picture', [h('source', { srcset: at + '/source.gif' }), h('img', { alt: '', src: '/own.gif' })]),
  h('div', { innerHTML: '<img alt="" src="' + at + '/markup.gif">' }),
]) }).mount('#app');`,
};

for (const [framework, entry] of Object.entries(apps))
  test(`what ${framework} renders waits and starts once`, async () => {
    const { world } = lab;
    const text = await bundle(`const at = '${world.vendor}';\n${entry}`);
    const app = `<script src="${world.page(`/${framework}.js`, text, { 'content-type': 'text/javascript' })}"></script>`;
    const { page, faults, close } = await open(`<div id="app"></div>${app}`);
    await page.waitForSelector('#app picture', { state: 'attached' });
    const wanted = ['/frame.html', '/image.gif', '/markup.gif', '/script.js', '/source.gif', '/style.css'];
    await startsOnce(page, wanted);
    assert.deepEqual(await ran(page), ['script']);
    // A sheet that fails is one that React says so of, where it comes from no matter.
    assert.deepEqual(faults, framework === 'react' ? ['Uncaught (in promise) #<Event>'] : []);
    await close();
  });

// How jQuery, htmx and Turbo run the scripts of what they fetched: they make each anew, attribute by attribute.
const renew = `const renew = (root) => {
  for (const old of root.querySelectorAll('script')) {
    const script = document.createElement('script');
    for (const { name, value } of old.attributes) script.setAttribute(name, value);
    script.textContent = old.textContent;
    old.replaceWith(script);
  }
};`;

const LIBRARIES: Record<string, string> = {
  jquery: `box.innerHTML = text;
    for (const script of box.querySelectorAll('script')) if (/^$|module|javascript/.test(script.type)) {
      if (script.src) { const tag = document.createElement('script'); tag.src = script.src; document.head.appendChild(tag).remove(); }
      else { const tag = document.createElement('script'); tag.text = script.textContent; document.head.appendChild(tag).remove(); }
    }`,
  htmx: `const fragment = new DOMParser().parseFromString('<body><template>' + text + '</template></body>', 'text/html').querySelector('template').content;
    renew(fragment);
    while (fragment.childNodes.length) box.insertBefore(fragment.firstChild, null);`,
  turbo: `const next = new DOMParser().parseFromString('<body>' + text + '</body>', 'text/html');
    const body = document.adoptNode(next.body);
    renew(body);
    document.body.replaceWith(body);`,
  'a view transition': `document.startViewTransition(() => { box.innerHTML = text; renew(box); });`,
};

for (const [library, code] of Object.entries(LIBRARIES))
  test(`what is put into the page as ${library} puts it waits and starts once, and own scripts run at once`, async () => {
    const { world } = lab;
    const { page, faults, close } = await open();
    await page.evaluate(
      `{ ${renew} const box = document.body.appendChild(document.createElement('section'));
        const text = '<script src="${world.vendor}/script.js"></scr' + 'ipt><scr' + 'ipt>(self.ran ||= []).push("own && more")</scr' + 'ipt><iframe title="t" src="${world.vendor}/frame.html"></iframe>';
        ${code} }`,
    );
    await until(async () => (await ran(page)).length > 0, "the page's own script runs");
    assert.deepEqual(await ran(page), ['own && more']);
    await meanwhile(300);
    assert.deepEqual(world.hits, []);
    await page.evaluate(() => (self as any).assent.accept());
    await until(async () => (await ran(page)).length > 1, 'the script runs');
    await until(() => world.hits.includes('/frame.html'), 'the frame loads');
    await meanwhile(300);
    assert.deepEqual(await ran(page), ['own && more', 'script']);
    assert.deepEqual(faults, []);
    await close();
  });

test('texts of scripts and styles, and all other markup, stay what they were', async () => {
  const { page, faults, close } = await open();
  const result = await page.evaluate((at) => {
    const script = document.createElement('script');
    script.innerHTML = `self.kept = 1 && '<img src="${at}/x.gif">' && 2 < 3 && '&amp;';`;
    const style = document.createElement('style');
    style.innerHTML = `a > b { color: red; background: url(${at}/x?a&b) }`;
    document.body.append(script, style);
    const box = document.createElement('div');
    document.body.append(box);
    box.innerHTML = `<textarea><img src="${at}/shown.gif"></textarea><button onclick="self.clicked = true" title="a > b &amp; '<img src=${at}/t.gif>'">x</button><table><tr><td>1<td><img alt="" src="${at}/cell.gif"></table><a href="${at}/page.html">go</a>`;
    box.querySelector('button')!.click();
    const { title } = box.querySelector('button')!;
    return [
      (self as any).kept,
      style.textContent,
      (self as any).clicked,
      box.querySelectorAll('td').length,
      box.querySelector('textarea')!.value,
      title.length > 9,
      box.querySelector('a')!.href,
    ];
  }, lab.world.vendor);
  const { vendor } = lab.world;
  const text = `a > b { color: red; background: url(${vendor}/x?a&b) }`;
  assert.deepEqual(result, ['&amp;', text, true, 2, `<img src="${vendor}/shown.gif">`, true, `${vendor}/page.html`]);
  await startsOnce(page, ['/cell.gif']);
  assert.deepEqual(faults, []);
  await close();
});

test('who reads an address back is told the one that waits, and may change it', async () => {
  const { page, close } = await open();
  const read = await page.evaluate((at) => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    frame.src = `${at}/film.html`;
    frame.src = frame.src.replace('film', 'other');
    frame.src += '?play';
    return [frame.src, frame.getAttribute('src')];
  }, lab.world.vendor);
  assert.deepEqual(read, [`${lab.world.vendor}/other.html?play`, null]);
  await startsOnce(page, ['/other.html?play']);
  await close();
});

test('links that only name another page keep their address, those that connect to it wait', async () => {
  const at = lab.world.vendor;
  const { page, close } = await open('', `<link rel="canonical" href="${at}/page"><link rel="me" href="${at}/me">`);
  await page.evaluate((href) => {
    for (const rel of ['preconnect', 'dns-prefetch', 'alternate']) {
      document.head.append(Object.assign(document.createElement('link'), { rel, href }));
      document.head.insertAdjacentHTML('beforeend', `<link rel="${rel}" href="${href}">`);
    }
  }, at);
  const withAddress = () =>
    page.locator('link[href]').evaluateAll((all) => all.map((link) => (link as HTMLLinkElement).rel).sort());
  assert.deepEqual(await withAddress(), ['alternate', 'alternate', 'canonical', 'me']);
  await page.click(ACCEPT);
  await until(async () => (await withAddress()).length === 8, 'they connect after the grant');
  await close();
});

test('in shadow roots, whoever made them and whenever, what waits starts with the grant, and what comes after it at once', async () => {
  const { world } = lab;
  const at = world.vendor;
  const inside = (name: string) =>
    `<iframe title="t" data-assent="analytics" data-src="${at}/${name}.html"></iframe><script type="text/plain" data-assent="analytics" src="${at}/${name}.js"></scr` +
    `ipt>`;
  const declared = `<div><template shadowrootmode="open">${inside('declared')}<div><template shadowrootmode="open">${inside('nested')}</template></div></template></div>`;
  const { page, close } = await open(declared);
  await page.evaluate(
    ([open, closed]) => {
      const make = ['open', 'closed'].map((mode) => {
        const box = document.createElement('div');
        const root = box.attachShadow({ mode: mode as 'open' });
        root.innerHTML = (mode === 'open' ? open : closed)!;
        if (mode === 'open') document.body.append(box);
        return { box, root };
      });
      (self as any).made = make;
    },
    [inside('open'), inside('closed')],
  );
  const both = (name: string) => [`/${name}.html`, `/${name}.js`];
  await meanwhile(200);
  assert.equal(await page.locator('[data-assent-embed]').count(), 0);
  await startsOnce(page, ['declared', 'nested', 'open'].flatMap(both));
  world.reset();
  await page.evaluate((text) => {
    const [open, closed] = (self as any).made;
    open.root.append(document.createRange().createContextualFragment(text));
    document.body.append(closed.box);
  }, inside('late'));
  await until(() => world.hits.length >= 4, 'what came later starts');
  await meanwhile(200);
  assert.deepEqual([...world.hits].sort(), ['closed', 'late'].flatMap(both));
  await page.evaluate(() => (self as any).assent.withdraw());
  const left = () =>
    page.evaluate(() => (self as any).made.map(({ root }: any) => root.querySelectorAll('iframe[src]').length));
  assert.deepEqual(await left(), [0, 0], 'a withdrawal empties frames there');
  await close();
});

test('ten thousand insertions are looked at once each, with the guard before them', async () => {
  const { page, close } = await open('<div id="list"></div>');
  const looked = await page.evaluate(async (at) => {
    const list = document.getElementById('list')!;
    let sweeps = 0;
    const native = Document.prototype.querySelectorAll;
    Document.prototype.querySelectorAll = function (this: Document, ...args: [string]) {
      sweeps++;
      return native.apply(this, args);
    } as typeof native;
    for (let count = 0; count < 10_000; count++) {
      const item = document.createElement('p');
      if (count === 9_999) item.innerHTML = `<img alt="" src="${at}/last.gif">`;
      list.append(item);
      if (count % 10 === 0) await Promise.resolve();
    }
    await new Promise((over) => setTimeout(over));
    return sweeps;
  }, lab.world.vendor);
  assert.equal(looked, 0, 'the whole document is not searched again');
  await startsOnce(page, ['/last.gif']);
  await close();
});
