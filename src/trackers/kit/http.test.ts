import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Exchange, HttpRequest } from '../../contracts/tracker.ts';
import { makeHttpClient } from './http.ts';
import { faultOf } from './stage.ts';
import { closeServersAfterEach, serve, serveSocket } from './test-servers.ts';

const loopback = ['127.0.0.0/8', '::1/128'];
closeServersAfterEach();

function client(origin: string, more: Partial<Parameters<typeof makeHttpClient>[0]> = {}) {
  const exchanges: Exchange[] = [];
  const http = makeHttpClient({
    allowedOrigins: [origin],
    allowedNetworks: loopback,
    onExchange: (exchange) => exchanges.push(exchange),
    ...more,
  });
  return { http, exchanges };
}

const read = (url: string): HttpRequest => ({ method: 'GET', url, purpose: 'read' });
const write = (url: string): HttpRequest => ({ method: 'POST', url, purpose: 'write', body: { a: 1 } });

describe('a request that surely was not executed', () => {
  test('a refused connection is unavailable, for a write too', async () => {
    const { origin, close } = await serve((_incoming, outgoing) => outgoing.end());
    close();
    const { http } = client(origin);

    expect((await faultOf(http.send(write(origin)))).kind).toBe('unavailable');
    expect((await faultOf(http.send(read(origin)))).kind).toBe('unavailable');
  });

  test('a write is not trusted to a connection that was kept: where nobody listens any more, that is sure', async () => {
    const { origin, close } = await serve((_incoming, outgoing) => outgoing.end());
    const { http } = client(origin);
    await Promise.all(Array.from({ length: 5 }, () => http.send(read(origin))));
    close();

    expect((await faultOf(http.send(write(origin)))).kind).toBe('unavailable');
  });

  test('a name that nobody knows is unavailable', async () => {
    const origin = 'https://no-such-host.invalid';

    expect((await faultOf(client(origin).http.send(write(origin)))).kind).toBe('unavailable');
  });

  test('a TLS handshake that fails is unavailable', async () => {
    const { origin } = await serve((_incoming, outgoing) => outgoing.end());
    const secure = origin.replace('http:', 'https:');

    expect((await faultOf(client(secure).http.send(write(secure)))).kind).toBe('unavailable');
  });

  test('an address that the operator did not allow is unavailable with a hint, and never called', async () => {
    const { origin, seen } = await serve((_incoming, outgoing) => outgoing.end());
    const byName = origin.replace('http://127.0.0.1', 'https://localhost');
    const { http } = client(byName, { allowedNetworks: [] });

    const fault = await faultOf(http.send(write(byName)));

    expect(fault.kind).toBe('unavailable');
    expect(fault.detail.hint).toContain('PATCHBOARD_ALLOWED_NETWORKS');
    expect(seen).toHaveLength(0);
  });

  test('a host that only the operator could vouch for is called inside the operator’s networks alone', async () => {
    const { origin, seen } = await serve((_incoming, outgoing) => outgoing.end('{}'));
    const wish = { ...read(origin), ownNetworkOnly: true };

    const inside = await client(origin).http.send(wish);
    const outside = await faultOf(
      client('https://8.8.8.8').http.send({ ...read('https://8.8.8.8'), ownNetworkOnly: true }),
    );

    expect(inside.status).toBe(200);
    expect(outside.message).toMatch(/8\.8\.8\.8 is not in PATCHBOARD_ALLOWED_NETWORKS/u);
    expect(seen).toHaveLength(1);
  });

  test('a moment that has passed sends nothing', async () => {
    const { origin, seen } = await serve((_incoming, outgoing) => outgoing.end('{}'));
    const { http } = client(origin);

    const fault = await faultOf(http.send({ ...write(origin), sendBefore: http.now() - 1 }));

    expect(fault.kind).toBe('unavailable');
    expect(seen).toHaveLength(0);
  });

  test('another origin than those of the connection gets no credentials', async () => {
    const { origin, seen } = await serve((_incoming, outgoing) => outgoing.end('{}'));
    const { http } = client('https://example.com');

    const fault = await faultOf(http.send({ ...read(origin), headers: { apikey: 'key' } }));

    expect(fault.kind).toBe('forbidden');
    expect(seen).toHaveLength(0);
  });
});

describe('a request whose answer is lost', () => {
  test('a connection that breaks after the request went out leaves a write uncertain and a read unavailable', async () => {
    const host = await serveSocket(() => 'reset');
    const { http } = client(`http://${host}`);

    expect((await faultOf(http.send(write(`http://${host}`)))).kind).toBe('uncertain');
    expect((await faultOf(http.send(read(`http://${host}`)))).kind).toBe('unavailable');
  });

  test('it is sent once and never again', async () => {
    let arrived = 0;
    const host = await serveSocket(() => {
      arrived += 1;
      return 'reset';
    });

    await faultOf(client(`http://${host}`).http.send(read(`http://${host}`)));

    expect(arrived).toBe(1);
  });

  test('silence until the time is over leaves a write uncertain', async () => {
    const host = await serveSocket(() => 'silence');
    const { http } = client(`http://${host}`, { timeoutMs: 50 });

    const fault = await faultOf(http.send(write(`http://${host}`)));

    expect(fault.kind).toBe('uncertain');
    expect(fault.detail.errorClass).toBe('timeout');
  });
});

describe('an answer', () => {
  test('a redirect is not followed', async () => {
    const other = await serve((_incoming, outgoing) => outgoing.end('{}'));
    const { origin } = await serve((_incoming, outgoing) =>
      outgoing.writeHead(302, { location: other.origin }).end(),
    );

    const answer = await client(origin).http.send({ ...read(origin), headers: { apikey: 'key' } });

    expect(answer.status).toBe(302);
    expect(other.seen).toHaveLength(0);
  });

  test('a cookie is not sent back', async () => {
    const { origin, seen } = await serve((_incoming, outgoing) =>
      outgoing.setHeader('set-cookie', 'a=1').end('{}'),
    );
    const { http } = client(origin);

    await http.send(read(origin));
    await http.send(read(origin));

    expect(seen.map(({ headers }) => headers.cookie)).toEqual([undefined, undefined]);
  });

  test('a packed answer is unpacked', async () => {
    const { origin } = await serve((_incoming, outgoing) =>
      outgoing.setHeader('content-encoding', 'gzip').end(gzipSync('\uFEFF{"a":1}')),
    );

    expect((await client(origin).http.send(read(origin))).text).toBe('{"a":1}');
  });

  test('an answer that is too long when unpacked is no answer', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    const { origin } = await serve((_incoming, outgoing) =>
      outgoing.setHeader('content-encoding', 'gzip').end(bomb),
    );
    const { http } = client(origin, { responseBytesMax: 1_000_000 });

    const fault = await faultOf(http.send(read(origin)));

    expect(fault.kind).toBe('unavailable');
    expect(fault.message).toContain('longer than 1000000 bytes');
  });

  test('an answer that is too long on the wire leaves a write uncertain', async () => {
    const { origin } = await serve((_incoming, outgoing) => outgoing.end(Buffer.alloc(200_000)));
    const { http } = client(origin, { responseBytesMax: 100_000 });

    expect((await faultOf(http.send(write(origin)))).kind).toBe('uncertain');
  });

  test('any status is an answer', async () => {
    const { origin } = await serve((_incoming, outgoing) =>
      outgoing.writeHead(503, { 'Retry-After': '7' }).end('<p>'),
    );

    const answer = await client(origin).http.send(read(origin));

    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '7' }, text: '<p>' });
  });
});

describe('what is kept of an exchange', () => {
  test('it has no secret: not by name, not by value, not in address, body or answer', async () => {
    const { origin } = await serve((_incoming, outgoing, body) =>
      outgoing.end(
        JSON.stringify({
          access_token: 'TOKEN-1',
          said: 'key is KEY-12345 and pass PASS-123',
          body,
          code: 'C101',
        }),
      ),
    );
    const { http, exchanges } = client(origin);
    const basic = Buffer.from('user:PASS-123').toString('base64');

    await http.send({
      ...write(`${origin}/x?api_key=QUERY-1&code=QUERY-2&page=3`),
      headers: { apikey: 'KEY-12345', authorization: `Basic ${basic}` },
      body: { client_secret: 'SECRET-1', nested: [{ password: 'SECRET-2' }], url: 'SECRET-3', title: 'kept' },
      secretFields: ['url'],
    });
    await http.send({
      ...write(origin),
      headers: { authorization: 'Bearer KEY-12345' },
      body: 'grant_type=code&code=QUERY-3&refresh_token=SECRET-4&password=PASS-123',
    });

    const kept = JSON.stringify(exchanges);
    expect(kept).not.toMatch(/KEY-12345|QUERY-\d|SECRET-\d|TOKEN-1|PASS-123/u);
    expect(kept).not.toContain(basic);
    expect(kept).toContain('page=3');
    expect(kept).toContain('C101');
    expect(exchanges[0]).toMatchObject({ method: 'POST', status: 200, error: null });
  });

  test('long bodies are cut, and what was cut is said', async () => {
    const { origin } = await serve((_incoming, outgoing) => outgoing.end('x'.repeat(100_000)));
    const { http, exchanges } = client(origin);

    await http.send(read(origin));

    expect(exchanges[0]?.responseBody).toMatch(/^x{16384}… \[83616 more\]$/u);
  });

  test('a failure is kept with its reason', async () => {
    const host = await serveSocket(() => 'reset');
    const { http, exchanges } = client(`http://${host}`);

    await faultOf(http.send(write(`http://${host}`)));

    expect(exchanges[0]).toMatchObject({ status: null, responseBody: null });
    expect(exchanges[0]?.error).toMatch(/^POST http/u);
  });
});
