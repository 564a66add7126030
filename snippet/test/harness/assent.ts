import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Notice } from '../../../schemas/types.gen.ts';
import { until } from './browser.ts';

const binary = resolve(process.env.ASSENT_BIN || join(import.meta.dirname, '../../../bin/assent'));

export interface Assent {
  readonly port: number;
  /** Adds a site and returns its id. */
  addSite(origin: string, notice: Notice): Promise<string>;
  /** Publishes another notice of a site and waits until visitors get it. */
  publish(site: string, notice: Notice): Promise<void>;
  /** Runs another command on the server's data and returns what it prints. */
  run(command: string, ...flags: string[]): Promise<string>;
  /** Lets a site link browsers to accounts and returns the secret for its server. */
  link(site: string): Promise<string>;
  /** The stub of a site, as an element. */
  stub(site: string): Promise<string>;
  /** What the server has printed so far. */
  printed(): string;
  stop(): Promise<void>;
}

/** The port that the server was given, once it serves. */
const portOf = async (child: ChildProcess, log: () => string): Promise<number> => {
  while (child.exitCode === null) {
    const [, port] = /"serving","address":"127\.0\.0\.1:(\d+)"/.exec(log()) ?? [];
    if (port && (await fetch(`http://127.0.0.1:${port}/healthz`)).ok) return Number(port);
    await new Promise((later) => setTimeout(later, 50));
  }
  throw new Error(`assent serve ended with ${child.exitCode}: ${log()}`);
};

/** Runs a command that needs no data of a server and returns what it prints. */
export const runApart = async (...words: string[]): Promise<string> =>
  (await promisify(execFile)(binary, words)).stdout;

/** Starts the real server on a free port with an empty data folder of its own, and further flags. */
export const startAssent = async (...flags: string[]): Promise<Assent> => {
  const data = await mkdtemp(join(tmpdir(), 'assent-snippet-'));
  let log = '';
  const child = spawn(binary, ['serve', '--addr', '127.0.0.1:0', '--data', data, ...flags], { stdio: 'pipe' });
  child.on('error', (error) => (log += `${error.message}: run make build first. `));
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log += text));
  const ended = new Promise((over) => child.on('close', over));
  const port = await portOf(child, () => log);
  const file = join(data, 'notice.json');
  return {
    port,
    async addSite(origin, notice) {
      await writeFile(file, JSON.stringify(notice));
      const flags = ['--data', data, '--name', 'Test', '--origin', origin, '--notice', file, '--json'];
      const { id, script } = JSON.parse(await runApart('site', 'add', ...flags)) as { id: string; script: string };
      const served = async () => (await fetch(`http://127.0.0.1:${port}${script}`)).ok;
      await until(served, `the running server serves ${script}`);
      return id;
    },
    async publish(site, notice) {
      const script = async () => (await fetch(`http://127.0.0.1:${port}/s/${site}.js`)).headers.get('etag');
      const before = await script();
      await writeFile(file, JSON.stringify(notice));
      await promisify(execFile)(binary, ['site', 'set', '--data', data, site, '--notice', file]);
      await until(async () => (await script()) !== before, `the running server serves another script of ${site}`);
    },
    async run(command, ...flags) {
      return runApart(command, '--data', data, ...flags);
    },
    async link(site) {
      const served = async () => (await fetch(`http://127.0.0.1:${port}/s/${site}.js`)).text();
      const { stdout } = await promisify(execFile)(binary, ['site', 'link', '--data', data, site]);
      await until(async () => (await served()).includes('links/removal'), `the script of ${site} links`);
      return stdout.trim();
    },
    async stub(site) {
      return (await runApart('site', 'tag', '--data', data, site)).match(/<script>.*<\/script>/)![0];
    },
    printed: () => log,
    async stop() {
      child.kill();
      await ended;
      await rm(data, { recursive: true });
    },
  };
};
