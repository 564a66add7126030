import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

/** A module worker as edge platforms run them: it answers requests and fetches pages from its origin. */
interface Worker {
  fetch(request: Request, env: { ORIGIN: { fetch(request: Request): Promise<Response> } }): Promise<Response>;
}

/** Loads a worker's source. */
export const loadWorker = async (source: string): Promise<Worker> =>
  ((await import(`data:text/javascript,${encodeURIComponent(source)}`)) as { default: Worker }).default;

/** Fetches from a server on this machine under the name that the address has, which fetch itself cannot. */
export const ask = (port: number, asked: Request): Promise<Response> =>
  new Promise((answered, failed) => {
    const { host, pathname, search } = new URL(asked.url);
    const headers = { ...Object.fromEntries(asked.headers), host };
    request({ host: '127.0.0.1', port, method: asked.method, path: pathname + search, headers }, (incoming) => {
      const list = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]);
      const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
      answered(new Response(body, { status: incoming.statusCode ?? 502, headers: list }));
    })
      .on('error', failed)
      .end();
  });

/** Puts a worker in front of a server on this machine. */
export const startEdge = async (worker: Worker, origin: number) => {
  const respond = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]);
    const asked = new Request(`http://${incoming.headers.host}${incoming.url}`, {
      method: incoming.method ?? 'GET',
      headers,
    });
    const answer = await worker.fetch(asked, { ORIGIN: { fetch: (inner) => ask(origin, inner) } });
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
    outgoing.end(Buffer.from(await answer.arrayBuffer()));
  };
  const server = createServer((incoming, outgoing) => void respond(incoming, outgoing));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
};
