import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync } from 'node:zlib';
import type { Contender } from './contenders.ts';

const types: Record<string, string> = { js: 'text/javascript', css: 'text/css', html: 'text/html' };

// The same page for all: paragraphs as short as a shop's, so that a notice that is the largest text stands out.
const paragraphs = '<p>Stoneware from a small workshop by the sea, thrown, glazed and fired by hand.</p>'.repeat(12);

// A page of today has a script of its own, and with it the browser's interfaces for elements, styles and storage in its
// memory already: what they take is no one's to save.
const own = `const make = (kind, text) => Object.assign(document.createElement(kind), { textContent: text });
const note = make('p', 'Open today until ' + new Date(0).toLocaleTimeString(navigator.language));
const link = make('a', ' Find us');
link.href = location.pathname + '#map';
note.dataset.kind = 'note';
note.classList.add('note');
note.style.color = 'inherit';
note.title = localStorage.getItem('seen') || document.cookie.slice(0, 8);
document.body.classList.add('js');
note.append(link, make('button', 'Hide'));
note.addEventListener('click', (event) => event.target.closest('button')?.remove());
document.querySelectorAll('h1').forEach((title) => title.after(note));`;

const page = (head: string, body: string): string => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Shop</title><meta name="viewport" content="width=device-width"><link rel="icon" href="data:">
<style>body{margin:2em auto;max-width:40em;font:16px/1.5 sans-serif}</style>${head}</head>
<body><h1>Shop</h1>${paragraphs}<script>${own}</script>${body}</body></html>`;

export interface BenchSite {
  readonly shop: string;
  /** Publishes a contender's page and files, compressed as content networks do, and returns the page's address. */
  add(contender: Contender): string;
  stop(): Promise<void>;
}

/** Serves the pages from one origin and the contenders' files from another. Browsers take brotli from *.localhost. */
export const startSite = async (): Promise<BenchSite> => {
  const served = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const [path = ''] = (request.url || '').split('?');
    const body = served.get(path);
    const kind = types[path.split('.').pop()!];
    response.writeHead(body ? 200 : 404, {
      'content-type': `${kind || types.html}; charset=utf-8`,
      'content-encoding': 'br',
      'access-control-allow-origin': '*',
      'cache-control': kind ? 'max-age=3600' : 'no-store',
    });
    response.end(body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const origin = (name: string) => `http://${name}.localhost:${port}`;
  return {
    shop: origin('shop'),
    add({ name, head, body, files }) {
      const folder = `/${encodeURIComponent(name)}`;
      for (const [file, bytes] of Object.entries(files)) {
        // tarteaucitron asks for two folders of its own.
        for (const at of ['', '/css', '/lang']) served.set(`${folder}${at}/${file}`, brotliCompressSync(bytes));
      }
      const fill = (text: string) =>
        text.replaceAll('{tool}', origin('tool') + folder).replaceAll('{tag}', 'self.gatedTag?.()');
      served.set(folder, brotliCompressSync(page(fill(head), fill(body))));
      return origin('shop') + folder;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
};
