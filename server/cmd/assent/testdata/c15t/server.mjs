// c15t's backend behind Node's http server, on SQLite with the durability that Assent has: WAL and synchronous=FULL.
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { c15tInstance } from '@c15t/backend';
import { kyselyAdapter } from '@c15t/backend/db/adapters/kysely';
import { migrator } from '@c15t/backend/db/migrator';
import { DB } from '@c15t/backend/db/schema';
import Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';

const [, , file, origin] = process.argv;
const database = new Database(file);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
const adapter = kyselyAdapter({ db: new Kysely({ dialect: new SqliteDialect({ database }) }), provider: 'sqlite' });
await (await migrator({ db: DB.client(adapter), schema: 'latest' })).execute();
const c15t = c15tInstance({
  appName: 'bench',
  basePath: '/',
  trustedOrigins: [origin],
  adapter,
  logger: { level: 'error' },
});

const server = createServer(async (request, response) => {
  const { method, headers, url } = request;
  const body = Readable.toWeb(request);
  const answer = await c15t.handler(
    new Request(`http://${headers.host}${url}`, { method, headers, body, duplex: 'half' }),
  );
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(Buffer.from(await answer.arrayBuffer()));
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ Address: `127.0.0.1:${server.address().port}` }));
});
// The bench holds the other end: it closes when the bench ends, whatever becomes of it.
process.stdin.resume().on('end', () => process.exit());
