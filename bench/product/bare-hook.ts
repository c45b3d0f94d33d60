import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StoreAddress } from '../../src/store/open.ts';
import { openStore } from '../../src/store/open.ts';

/** The least that a webhook's door could do: one insert, then 200. Started with the database's address as JSON. */
const store = openStore(JSON.parse(process.argv[2] ?? '') as StoreAddress);
await store.pool.query(
  'create table if not exists bare_hooks (id bigint generated always as identity primary key, body bytea not null)',
);
const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    store.pool.query('insert into bare_hooks (body) values ($1)', [Buffer.concat(parts)]).then(
      () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}'),
      () => response.writeHead(503).end(),
    );
  });
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('SIGTERM', () => {
  server.closeAllConnections();
  server.close(() => void store.close().then(() => process.exit(0)));
});
