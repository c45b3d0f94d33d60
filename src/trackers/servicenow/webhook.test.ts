import { createHmac } from 'node:crypto';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { WebhookRequest } from '../../contracts/tracker.ts';
import { businessRule } from './business-rule.ts';
import { draftFor, signIn, soon } from './signed-in.ts';
import { signedAt, webhook } from './webhook.ts';

const secret = 'a secret with ümlaut and $igns';
const ref = '1c741bd70b2322007518478d83673af3';

/** Runs the rule as an instance would, with stand-ins for the platform's own globals. */
function runRule(properties: Record<string, string>, fields: Record<string, string>) {
  const sent: { url: string; headers: Record<string, string>; body: string; midServer: string | null }[] = [];
  class RESTMessageV2 {
    url = '';
    headers: Record<string, string> = {};
    body = '';
    midServer: string | null = null;
    setEndpoint(url: string) {
      this.url = url;
    }
    setHttpMethod() {}
    setHttpTimeout() {}
    disableForcedVariableSubstitution() {}
    setMIDServer(name: string) {
      this.midServer = name;
    }
    setRequestHeader(name: string, value: string) {
      this.headers[name.toLowerCase()] = value;
    }
    setRequestBody(body: string) {
      this.body = body;
    }
    executeAsync() {
      sent.push({ url: this.url, headers: this.headers, body: this.body, midServer: this.midServer });
    }
    execute() {
      this.executeAsync();
      return { getStatusCode: () => 202 };
    }
  }
  class GlideCertificateEncryption {
    generateMac(key: string, _algorithm: string, text: string) {
      return createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
    }
  }
  const world = {
    gs: { getProperty: (name: string, usual: string) => properties[name] ?? usual, warn: () => {} },
    sn_ws: { RESTMessageV2 },
    GlideCertificateEncryption,
    GlideStringUtil: { base64Encode: (text: string) => Buffer.from(text).toString('base64') },
    current: {
      getTableName: () => 'incident',
      getUniqueValue: () => ref,
      getValue: (name: string) => fields[name] ?? null,
    },
    previous: null,
  };
  runInContext(businessRule, createContext(world));
  return sent;
}

const properties = {
  'patchboard.webhook_url': 'https://patchboard.example/webhooks/servicenow/t',
  'patchboard.webhook_secret': secret,
};
const asRequest = (sent: { headers: Record<string, string>; body: string }): WebhookRequest => ({
  headers: sent.headers,
  body: Buffer.from(sent.body),
});

describe('the business rule', () => {
  test('sends a signed nudge that our receiver takes as genuine', () => {
    const [sent] = runRule(properties, {
      number: 'INC0010001',
      sys_mod_count: '4',
      correlation_id: 'pb-ß€😀',
    });

    const request = asRequest(sent ?? { headers: {}, body: '' });

    expect(webhook.isGenuine(request, ['another', secret])).toBe(true);
    expect(webhook.read(request)).toMatchObject({ kind: 'cards', refs: [ref] });
    expect(signedAt(request)).toBe(Number(request.headers['x-patchboard-timestamp']) * 1_000);
  });

  test('does nothing without an address, and signs nothing without a secret', () => {
    expect(runRule({}, {})).toEqual([]);
    expect(runRule({ 'patchboard.webhook_url': 'https://x.example' }, {})[0]?.headers).not.toHaveProperty(
      'x-patchboard-signature',
    );
  });

  test('goes through a MID server if one is named', () => {
    expect(runRule({ ...properties, 'patchboard.mid_server': 'mid1' }, {})[0]?.midServer).toBe('mid1');
  });

  test('holds no secret: what is pasted names properties alone', () => {
    expect(businessRule).not.toMatch(/\{secret\}|\{url\}/u);
    expect(webhook.instructions).toContain('{url}');
    expect(webhook.instructions).toContain('{secret}');
  });
});

describe('a nudge', () => {
  const [sent] = runRule(properties, { sys_mod_count: '4' });
  const genuine = asRequest(sent ?? { headers: {}, body: '' });

  test.each([
    ['another secret', genuine, ['other']],
    ['another body', { ...genuine, body: Buffer.from('{"v":1}') }, [secret]],
    [
      'another timestamp',
      { ...genuine, headers: { ...genuine.headers, 'x-patchboard-timestamp': '1' } },
      [secret],
    ],
    ['no signature', { ...genuine, headers: {} }, [secret]],
    [
      'a cut signature',
      { ...genuine, headers: { ...genuine.headers, 'x-patchboard-signature': 'v1=AAAA' } },
      [secret],
    ],
  ] as const)('with %s is not genuine', (_name, request, secrets) => {
    expect(webhook.isGenuine(request, secrets)).toBe(false);
  });

  test.each(['', '[]', '{"v":1}', '{"v":1,"table":"incident","sys_id":"^OR1=1"}', '\u0000'])(
    'that says “%s” is garbage, not an error',
    (body) => {
      expect(webhook.read({ headers: {}, body: Buffer.from(body) }).kind).toBe('garbage');
    },
  );

  test('comes from the sandbox as from an instance, for our records alone', async () => {
    await using house = await signIn();
    const came: WebhookRequest[] = [];
    house.sandbox.deliver = async ({ headers, body }) => {
      came.push({ headers, body: Buffer.from(body) });
      return 202;
    };
    house.sandbox.addWebhook({ url: 'https://patchboard.example/hook', secret });

    const card = await house.session.create(draftFor(house), soon);
    await house.sandbox.settled();

    expect(came.map((request) => [webhook.isGenuine(request, [secret]), webhook.read(request)])).toEqual([
      [true, { kind: 'cards', refs: [card.ref], deliveryId: null, event: 'incident changed' }],
    ]);
  });
});
