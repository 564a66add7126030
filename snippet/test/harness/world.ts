import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Decision, Exposure, Notice, Receipt } from '../../../schemas/types.gen.ts';
import { startAssent } from './assent.ts';
import { usual } from './notice.ts';

export interface Page {
  html: string;
  headers?: Record<string, string>;
}

/** What the way to the server does with a decision: lets it pass, breaks off, answers 500, or never answers. */
export type Weather = 'fair' | 'down' | 'error' | 'hang' | 'crowded' | 'full';

const read = async (stream: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
};

const types: Record<string, string> = { js: 'text/javascript', css: 'text/css', gif: 'image/gif', html: 'text/html' };

// A stand-in third party: a script tells that it ran, `hang` never answers, the rest is empty.
const vendor = (url: string, response: ServerResponse): void => {
  const [, name, kind] = url.match(/^\/([\w-]+)\.(\w+)/) || [];
  if (name === 'hang') return;
  response.setHeader('content-type', types[kind || ''] || 'text/plain');
  response.setHeader('access-control-allow-origin', '*');
  response.end(kind === 'js' ? `(self.ran ||= []).push('${name}')` : '');
};

/** All hosts that a test needs behind one port: *.test names lead here (see browser.ts). The server gets further flags. */
export const startWorld = async (...flags: string[]) => {
  const assent = await startAssent('--trusted-proxy', '127.0.0.0/8', ...flags);
  const pages = new Map<string, Page>();
  const world = {
    pages,
    /** Addresses that third parties were asked for. */
    hits: [] as string[],
    /** Decisions that reached the server's door, whatever the weather. */
    posts: [] as Decision[],
    /** What it was told beside them: that a layer came on screen. */
    exposures: [] as Exposure[],
    /** Every request to the server, in order with the hits. */
    log: [] as string[],
    weather: 'fair' as Weather,
    /** Address that visitors come from, as a proxy tells it; empty for this machine's. */
    address: '',
    site: '',
    port: 0,
    shop: '',
    vendor: '',
    assent: '',
    addSite: (notice = usual): Promise<string> => assent.addSite(world.shop, notice),
    publish: (site: string, notice: Notice): Promise<void> => assent.publish(site, notice),
    /** What the server has on record of a decision, by its receipt's address. */
    recorded: async (receipt: string): Promise<Receipt> =>
      (await (await fetch(world.door + receipt)).json()) as Receipt,
    /** The server itself, beside the way to it. */
    door: `http://127.0.0.1:${assent.port}`,
    /** What it has printed so far. */
    printed: assent.printed,
    link: (site: string): Promise<string> => assent.link(site),
    stub: (site: string): Promise<string> => assent.stub(site),
    /** Publishes a page under the shop's origin and returns its address. */
    page(path: string, html: string, headers: Record<string, string> = {}): string {
      pages.set(path, { html, headers });
      return world.shop + path;
    },
    tag: (attributes = 'async', site = ''): string =>
      `<script ${attributes} src="${world.assent}/s/${site || world.site}.js"></script>`,
    reset(): void {
      world.hits = [];
      world.posts = [];
      world.exposures = [];
      world.log = [];
      world.weather = 'fair';
      world.address = '';
    },
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await assent.stop();
    },
  };

  const forward = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    world.log.push(`assent ${incoming.method} ${incoming.url}`);
    const body = await read(incoming);
    if (incoming.method === 'POST') {
      const posts: unknown[] = incoming.url?.endsWith('/exposures') ? world.exposures : world.posts;
      posts.push(JSON.parse(body));
      if (world.weather === 'hang') return;
      if (world.weather === 'down') return void response.destroy();
      const failure = { error: 500, crowded: 429, full: 503 }[world.weather as string];
      if (failure) return void response.writeHead(failure, { 'access-control-allow-origin': '*' }).end();
    }
    const { method, url } = incoming;
    const headers = { ...incoming.headers, ...(world.address ? { 'x-forwarded-for': world.address } : {}) };
    const upstream = request({ host: '127.0.0.1', port: assent.port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode || 502, answer.headers);
      answer.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    upstream.end(body);
  };

  const server = createServer((incoming, response) => {
    const host = incoming.headers.host || '';
    if (host.startsWith('assent.')) return void forward(incoming, response);
    if (host.includes('shop.')) {
      const page = pages.get(incoming.url?.split('?')[0] || '');
      response.writeHead(page ? 200 : 404, { 'content-type': 'text/html; charset=utf-8', ...page?.headers });
      return void response.end(page?.html);
    }
    world.hits.push(incoming.url || '');
    world.log.push(`vendor ${incoming.url}`);
    vendor(incoming.url || '', response);
  });
  server.on('upgrade', (incoming, socket) => {
    world.hits.push(incoming.url || '');
    socket.destroy();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  world.port = port;
  world.shop = `http://www.shop.test:${port}`;
  world.vendor = `http://vendor.test:${port}`;
  world.assent = `http://assent.test:${port}`;
  world.site = await world.addSite();
  return world;
};

export type World = Awaited<ReturnType<typeof startWorld>>;
