import type { Page } from 'playwright-core';

/** A way in which a page's script makes a request: a function that is run in the page, with an address without extension. */
type Way = ((address: string) => void) | string;

const elements: Record<string, Way> = {
  'script-property': (address) => {
    const script = document.createElement('script');
    script.src = `${address}.js`;
    script.type = 'text/javascript';
    document.head.append(script);
  },
  'script-attribute': (address) => {
    const script = document.createElement('script');
    document.head.append(script);
    script.setAttribute('SRC', `${address}.js`);
  },
  'script-without-scheme': (address) => {
    const script = document.createElement('script');
    script.src = `${address.replace('http:', '')}.js`;
    document.head.append(script);
  },
  'script-with-text': (address) => {
    const script = document.createElement('script');
    script.src = `${address}.js`;
    script.text = '{lang: "de"}';
    document.head.append(script);
  },
  'script-of-svg': (address) => {
    const script = document.createElementNS('http://www.w3.org/2000/svg', 'script');
    script.setAttribute('href', `${address}.js`);
    document.body.append(script);
  },
  'frame-property': (address) => {
    const frame = document.createElement('iframe');
    frame.src = `${address}.html`;
    document.body.append(frame);
  },
  'frame-attribute': (address) => {
    const frame = document.createElement('iframe');
    frame.setAttribute('src', `${address}.html`);
    document.body.append(frame);
  },
  'frame-of-set': (address) => {
    const frame = document.createElement('frame');
    frame.src = `${address}.html`;
    const set = document.createElement('frameset');
    set.append(frame);
    document.documentElement.append(set);
  },
  'frame-text': (address) => {
    const frame = document.createElement('iframe');
    frame.srcdoc = `<p>Picture</p><img alt="" src="${address}.gif">`;
    document.body.append(frame);
  },
  picture: (address) => {
    const image = document.createElement('img');
    document.body.append(image);
    image.src = `${address}.gif`;
  },
  'picture-outside': (address) => {
    new Image(1, 1).src = `${address}.gif`;
  },
  'picture-set': (address) => {
    const image = new Image();
    image.srcset = `${address}.gif 1x, ${address}-2.gif 2x`;
    document.body.append(image);
  },
  'picture-set-later-candidate': (address) => {
    const image = new Image();
    image.srcset = `/own.gif 9x, ${address}.gif 1x`;
    document.body.append(image);
  },
  'picture-source': (address) => {
    const picture = document.createElement('picture');
    const source = document.createElement('source');
    source.srcset = `${address}.gif`;
    picture.append(source, document.createElement('img'));
    document.body.append(picture);
  },
  'picture-of-svg': (address) => {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    const image = document.createElementNS('http://www.w3.org/2000/svg', 'image');
    image.setAttributeNS('http://www.w3.org/1999/xlink', 'xlink:href', `${address}.gif`);
    svg.append(image);
    document.body.append(svg);
  },
  'picture-button': (address) => {
    const input = document.createElement('input');
    input.type = 'image';
    input.src = `${address}.gif`;
    document.body.append(input);
  },
  film: (address) => {
    const video = document.createElement('video');
    video.preload = 'auto';
    document.body.append(video);
    video.src = `${address}.mp4`;
  },
  'film-source': (address) => {
    const video = document.createElement('video');
    const source = document.createElement('source');
    video.preload = 'auto';
    document.body.append(video);
    source.src = `${address}.mp4`;
    video.append(source);
  },
  'film-poster': (address) => {
    const video = document.createElement('video');
    video.poster = `${address}.gif`;
    document.body.append(video);
  },
  'film-track': (address) => {
    const video = document.createElement('video');
    const track = document.createElement('track');
    video.crossOrigin = 'anonymous';
    track.src = `${address}.vtt`;
    video.append(track);
    document.body.append(video);
    track.track.mode = 'showing';
  },
  sound: (address) => {
    new Audio(`${address}.mp3`).preload = 'auto';
  },
  'sound-property': (address) => {
    const audio = new Audio();
    audio.preload = 'auto';
    audio.src = `${address}.mp3`;
  },
  embed: (address) => {
    const embed = document.createElement('embed');
    embed.type = 'text/html';
    embed.src = `${address}.html`;
    document.body.append(embed);
  },
  object: (address) => {
    const object = document.createElement('object');
    object.type = 'text/html';
    object.data = `${address}.html`;
    document.body.append(object);
  },
  style: (address) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = `${address}.css`;
    document.head.append(link);
  },
  'style-relation-last': (address) => {
    const link = document.createElement('link');
    link.href = `${address}.css`;
    document.head.append(link);
    link.rel = 'stylesheet';
  },
  preload: (address) => {
    const link = document.createElement('link');
    Object.assign(link, { rel: 'preload', as: 'script', href: `${address}.js?preload` });
    document.head.append(link);
  },
  'preload-module': (address) => {
    const link = document.createElement('link');
    Object.assign(link, { rel: 'modulepreload', href: `${address}.js?preload` });
    document.head.append(link);
  },
  'preload-set': (address) => {
    const link = document.createElement('link');
    Object.assign(link, { rel: 'preload', as: 'image', imageSrcset: `${address}.gif 1x` });
    document.head.append(link);
  },
  prefetch: (address) => {
    const link = document.createElement('link');
    Object.assign(link, { rel: 'prefetch', href: `${address}.txt` });
    document.head.append(link);
  },
  namespace: (address) => {
    const image = document.createElement('img');
    image.setAttributeNS(null, 'src', `${address}.gif`);
    document.body.append(image);
  },
  node: (address) => {
    const script = document.createElement('script');
    const attribute = document.createAttribute('src');
    attribute.value = `${address}.js`;
    document.head.append(script);
    script.setAttributeNode(attribute);
  },
  'node-value': (address) => {
    const frame = document.createElement('iframe');
    frame.setAttribute('src', '');
    frame.attributes.getNamedItem('src')!.value = `${address}.html`;
    document.body.append(frame);
  },
  'node-named': (address) => {
    const frame = document.createElement('iframe');
    const attribute = document.createAttribute('src');
    attribute.value = `${address}.html`;
    frame.attributes.setNamedItem(attribute);
    document.body.append(frame);
  },
};

const markup: Record<string, Way> = {
  'markup-picture': (address) => {
    document.createElement('div').innerHTML = `<img src="${address}.gif">`;
  },
  'markup-frame': (address) => {
    const box = document.createElement('div');
    document.body.append(box);
    box.innerHTML = `<p>Video</p><iframe src="${address}.html"></iframe>`;
  },
  'markup-beside': (address) => {
    document.body.insertAdjacentHTML('beforeend', `<link rel="stylesheet" href="${address}.css">`);
  },
  'markup-instead': (address) => {
    const box = document.createElement('div');
    document.body.append(box);
    box.outerHTML = `<div><img src='${address}.gif'></div>`;
  },
  'markup-fragment': (address) => {
    document.body.append(document.createRange().createContextualFragment(`<script src=${address}.js></script>`));
  },
  'markup-sources': (address) => {
    const box = document.createElement('div');
    document.body.append(box);
    box.innerHTML = `<picture><source srcset="${address}.gif"><img alt="" src="/own.gif"></picture>`;
  },
  'markup-of-svg': (address) => {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    document.body.append(svg);
    svg.innerHTML = `<g><image href="${address}.gif"/></g>`;
  },
  'markup-text': (address) => {
    const box = document.createElement('div');
    document.body.append(box);
    box.innerHTML = `<iframe srcdoc="<img alt='' src='${address}.gif'>"></iframe>`;
  },
  'markup-sanitised': (address) => {
    const box = document.createElement('div');
    document.body.append(box);
    const text = `<img alt="" src="${address}.gif">`;
    if ((box as any).setHTML)
      (box as any).setHTML(text, { sanitizer: { dataAttributes: true, attributes: ['src', 'alt'] } });
    else box.innerHTML = text;
  },
  'markup-of-editor': (address) => {
    const box = document.createElement('div');
    box.contentEditable = 'true';
    document.body.append(box);
    box.focus();
    document.execCommand('insertHTML', false, `<img alt="" src="${address}.gif">`);
  },
  'markup-unusual': (address) => {
    const box = document.createElement('div');
    document.body.append(box);
    box.innerHTML = `<IMG/alt='a > b'/SRC = ${address}.gif\n>`;
  },
  parsed: (address) => {
    const text = `<iframe src="${address}.html"></iframe>`;
    document.body.append(...new DOMParser().parseFromString(text, 'text/html').body.childNodes);
  },
  'parsed-unsafe': (address) => {
    const box = document.createElement('div');
    document.body.append(box);
    (box as any).setHTMLUnsafe(`<iframe src="${address}.html"></iframe>`);
  },
  'template-nested': (address) => {
    const box = document.createElement('div');
    box.innerHTML = `<template><p><iframe src="${address}.html"></iframe></p></template>`;
    document.body.append(box.querySelector('template')!.content.cloneNode(true));
  },
  'template-imported': (address) => {
    const template = document.createElement('template');
    template.innerHTML = `<img alt="" src="${address}.gif">`;
    document.body.append(document.importNode(template.content, true));
  },
  clone: (address) => {
    const frame = document.createElement('iframe');
    frame.src = `${address}.html`;
    document.body.append(frame.cloneNode());
  },
};

// A frame that has its address from a document of its own, put somewhere near `box`.
const put = (how: string): Way => `(address) => {
  const text = '<iframe src="' + address + '.html"></iframe>';
  const frame = new DOMParser().parseFromString(text, 'text/html').body.firstChild;
  const box = document.createElement('div');
  document.body.append(box);
  ${how};
}`;

const insertions: Record<string, Way> = {
  'put-child': put('box.appendChild(frame)'),
  'put-before-another': put('document.body.insertBefore(frame, box)'),
  'put-instead-of-another': put('document.body.replaceChild(frame, box)'),
  'put-last': put('box.append("text", frame)'),
  'put-first': put('box.prepend(frame)'),
  'put-instead-of-all': put('box.replaceChildren(frame)'),
  'put-before': put('box.before(frame)'),
  'put-after': put('box.after(frame)'),
  'put-instead': put('box.replaceWith(frame)'),
  'put-beside': put('box.insertAdjacentElement("afterend", frame)'),
  'put-after-text': put('box.append("text"); box.firstChild.after(frame)'),
  'put-into-range': put('const range = document.createRange(); range.selectNodeContents(box); range.insertNode(frame)'),
  'put-fragment': put('const all = document.createDocumentFragment(); all.append(frame); box.append(all)'),
  'put-deep': put('const outer = document.createElement("p"); outer.append(frame); box.append(outer)'),
  'put-adopted': put('box.append(document.adoptNode(frame))'),
};

const roots: Record<string, Way> = {
  'shadow-open': (address) => {
    const box = document.createElement('div');
    const frame = document.createElement('iframe');
    document.body.append(box);
    box.attachShadow({ mode: 'open' }).append(frame);
    frame.src = `${address}.html`;
  },
  'shadow-closed': (address) => {
    const box = document.createElement('div');
    const root = box.attachShadow({ mode: 'closed' });
    root.innerHTML = `<p><iframe src="${address}.html"></iframe></p>`;
    document.body.append(box);
  },
  'shadow-nested': (address) => {
    const box = document.createElement('div');
    const inner = document.createElement('div');
    box.attachShadow({ mode: 'closed' }).append(inner);
    const script = document.createElement('script');
    script.src = `${address}.js`;
    inner.attachShadow({ mode: 'closed' }).append(script);
    document.body.append(box);
  },
  'shadow-of-custom': (address) => {
    const name = `x-${Math.random().toString(36).slice(2)}`;
    customElements.define(
      name,
      class extends HTMLElement {
        connectedCallback() {
          this.attachShadow({ mode: 'open' }).innerHTML = `<img alt="" src="${address}.gif">`;
        }
      },
    );
    document.body.append(document.createElement(name));
  },
  'shadow-declared': (address) => {
    const box = document.createElement('div');
    document.body.append(box);
    (box as any).setHTMLUnsafe(
      `<p><template shadowrootmode="open"><iframe src="${address}.html"></iframe></template></p>`,
    );
  },
  'blank-frame-markup': (address) => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    frame.contentDocument!.body.innerHTML = `<img alt="" src="${address}.gif">`;
  },
  'blank-frame-element': (address) => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const script = frame.contentDocument!.createElement('script');
    script.src = `${address}.js`;
    frame.contentDocument!.body.append(script);
  },
  'blank-frame-written': (address) => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    frame.contentDocument!.write(`<p>ad</p><img alt="" src="${address}.gif">`);
    frame.contentDocument!.close();
  },
};

/** Those that leave nothing behind with which the request could be made later. */
const calls: Record<string, Way> = {
  beacon: (address) => {
    (self as any).told.push(['beacon', navigator.sendBeacon(`${address}.txt`, 'x')]);
  },
  fetch: (address) => {
    fetch(`${address}.txt`).then(
      () => (self as any).told.push(['fetch', true]),
      (error) => (self as any).told.push(['fetch', error instanceof TypeError]),
    );
  },
  'fetch-request': (address) => {
    fetch(new Request(`${address}.txt`, { method: 'POST', body: 'x' })).catch(() => 0);
  },
  'fetch-url': (address) => {
    fetch(new URL(`${address}.txt`)).catch(() => 0);
  },
  'blank-frame-fetch': (address) => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const { fetch, Request } = frame.contentWindow as typeof window;
    fetch(new Request(`${address}.txt`)).catch(() => 0);
  },
  'blank-frame-picture': (address) => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    new (frame.contentWindow as typeof window).Image().src = `${address}.gif`;
  },
  xhr: (address) => {
    const request = new XMLHttpRequest();
    request.open('GET', `${address}.txt`, true, 'name', 'word');
    for (const name of ['load', 'error'])
      request.addEventListener(name, () => (self as any).told.push(['xhr', name, request.status]));
    request.send();
  },
  socket: (address) => {
    const socket = new WebSocket(`${address.replace('http', 'ws')}.txt`);
    socket.onclose = () => (self as any).told.push(['socket', socket.readyState]);
  },
  events: (address) => {
    const events = new EventSource(`${address}.txt`);
    events.onerror = () => (self as any).told.push(['events', events.readyState]);
  },
  font: (address) => {
    new FontFace('Own', `url(${address}.woff2)`).load().catch(() => (self as any).told.push(['font', false]));
  },
};

const WAYS: Record<string, Way> = { ...elements, ...markup, ...insertions, ...roots, ...calls };

export const NAMES = Object.keys(WAYS).sort();

/** Those that leave an element in the page, with which the gate makes the request once it may. */
export const KEPT = NAMES.filter((name) => !(name in calls) && name !== 'markup-picture');

/** Kept, but outside the document, where only the time before the answer is remembered. */
export const OUTSIDE = ['picture-outside', 'sound', 'sound-property'];

/** What whoever asked is told of a call that must not go: the same as without a network. */
export const FAILED = ['beacon false', 'events 2', 'fetch true', 'font false', 'socket 3', 'xhr error 0'];

/** Tries every way, with addresses that begin with `mark`. */
export const tryAll = (page: Page, host: string, mark: string) =>
  page.evaluate(
    ([ways, address]) => {
      (self as any).told = [];
      for (const [name, way] of Object.entries(ways as Record<string, string>))
        new Function(`return ${way}`)()(`${address}-${name}`);
    },
    [Object.fromEntries(NAMES.map((name) => [name, `${WAYS[name]}`])), `${host}/${mark}`] as const,
  );

/** Which ways the requests of one trial came by. Films and sounds are asked for in pieces. */
export const namesOf = (hits: readonly string[], mark: string): string[] =>
  hits
    .flatMap((hit) => hit.match(`^/${mark}-([\\w-]+?)(-2)?\\.`)?.[1] || [])
    .filter((name, i, all) => !/^(film|sound)/.test(name) || all.indexOf(name) === i)
    .sort();
