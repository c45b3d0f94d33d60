import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Vulnerability } from '../../src/contracts/api/vulnerabilities.ts';
import type { Status } from '../../src/core/vocabulary.ts';
import type { SandboxExample } from '../../src/trackers/kit/sandbox.ts';
import type { FakeFinding, Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';
import { stageTrackers } from './stage-trackers.ts';

/** The table of the lifecycle, column by column, over each tracker: the vulnerability, and its card, after each event. */

const names = { identified: 'identified', in_progress: 'inProgress', awaiting_validation: 'awaitingValidation', fixed: 'fixed', risk_accepted: 'riskAccepted', false_positive: 'falsePositive' } as const;
const statuses = Object.keys(names) as readonly Status[];
const working: readonly Status[] = ['identified', 'in_progress', 'awaiting_validation'];
const reason = 'Looked at by the team.';

const findingOf = (name: string): FakeFinding => ({ rule: `rule-${name}`, path: `src/${name}.ts`, line: 12, text: `query("${name}" + id)` });

describe.each(stageTrackers)('$name', (tracker) => {
  let stage: Stage;
  let mapping: SandboxExample['statusMapping'];

  beforeAll(async () => {
    stage = await openStage({ tracker: { id: tracker.id, sandbox: tracker.make() }, pollMs: 60_000 });
    mapping = stage.sandbox.example.statusMapping;
    const { webhookUrl } = await connect(stage);
    stage.sandbox.addWebhook({ url: webhookUrl });
  });
  afterAll(async () => {
    stage.sandbox.deliver = async () => 200;
    await stage.sandbox.settled();
    await stage.close();
  });

  const stateOf = (status: Status) => mapping[names[status]];
  const cardOf = (ref: string | undefined) => stage.sandbox.cards().find((card) => card.ref === ref);
  const read = (id: string) => stage.call<Vulnerability>('GET', `/api/v1/vulnerabilities/${id}`);
  const decide = (id: string, status: Status, more: object = {}, expected = 200) => stage.call('POST', `/api/v1/vulnerabilities/${id}/status`, { status, reason, ...more }, expected);
  const refOf = (one: Vulnerability) => one.links[0]?.card?.ref ?? '';

  /** A vulnerability has this status, and its card, if it has one, stands in this state; answers both. */
  const settled = (id: string, status: Status, state: string = stateOf(status), drift: string | null = null) =>
    stage.until(
      `${id} is ${status}, its card in ${state}${drift === null ? '' : `, with drift ${drift}`}`,
      async () => {
        const one = await read(id);
        const [link] = one.links;
        return { one, is: { status: one.status, card: cardOf(refOf(one))?.state, link: link?.state, drift: link?.drift?.kind ?? null } };
      },
      ({ is }) => is.status === status && is.card === state && is.link === 'linked' && is.drift === drift,
    );

  /** An asset with one vulnerability of each name, each in its status, with a card where that status belongs. */
  async function bring(asset: string, wishes: Readonly<Record<string, Status>>): Promise<Readonly<Record<string, string>>> {
    const made = await stage.call<{ id: string }>('POST', '/api/v1/assets', { name: asset, key: asset }, 201);
    const all = Object.keys(wishes);
    await stage.scan(`key:${asset}`, [...all, 'stays'].map(findingOf));
    const { items } = await stage.call<{ items: Vulnerability[] }>('GET', `/api/v1/vulnerabilities?assetId=${made.id}&limit=100`);
    const ids = Object.fromEntries(all.map((name) => [name, items.find(({ title }) => title.includes(`rule-${name}`))?.id ?? '']));
    await Promise.all(all.map((name) => settled(ids[name] ?? '', 'identified')));
    if (all.some((name) => wishes[name] === 'fixed')) {
      await stage.scan(`key:${asset}`, [...all.filter((name) => wishes[name] !== 'fixed'), 'stays'].map(findingOf));
    }
    for (const name of all.filter((one) => wishes[one] !== 'identified' && wishes[one] !== 'fixed')) {
      await decide(ids[name] ?? '', wishes[name] as Status);
    }
    await Promise.all(all.map((name) => settled(ids[name] ?? '', wishes[name] as Status)));
    return ids;
  }

  test('columns 1 and 2: what a newer scan sees, and what it no longer sees', async () => {
    const seen = Object.fromEntries(statuses.map((status) => [`seen-${status}`, status]));
    const unseen = Object.fromEntries(statuses.map((status) => [`unseen-${status}`, status]));
    const ids = await bring('scans', { ...seen, ...unseen });
    const before = await Promise.all(Object.values(ids).map(async (id) => refOf(await read(id))));

    const scan = await stage.scan('key:scans', ['stays', 'new', ...Object.keys(seen)].map(findingOf));

    const expected: Readonly<Record<string, Status>> = {
      'seen-identified': 'identified',
      'seen-in_progress': 'in_progress',
      'seen-awaiting_validation': 'identified',
      'seen-fixed': 'identified',
      'seen-risk_accepted': 'risk_accepted',
      'seen-false_positive': 'false_positive',
      'unseen-identified': 'fixed',
      'unseen-in_progress': 'fixed',
      'unseen-awaiting_validation': 'fixed',
      'unseen-fixed': 'fixed',
      'unseen-risk_accepted': 'fixed',
      'unseen-false_positive': 'false_positive',
    };
    await Promise.all(Object.entries(expected).map(([name, status]) => settled(ids[name] ?? '', status)));
    expect(scan.summary).toMatchObject({ created: 1, reappeared: 1, fixed: 4, held: 0 });
    // The same records, the same cards.
    expect(await Promise.all(Object.values(ids).map(async (id) => refOf(await read(id))))).toEqual(before);
  });

  test('column 3: what a person decides, and what the lifecycle refuses', async () => {
    const ids = await bring('person', Object.fromEntries(statuses.map((status) => [`from-${status}`, status])));
    const of = (status: Status) => ids[`from-${status}`] ?? '';

    const walk = async (from: Status) => {
      // Any but fixed: each of the others in turn, and where it began.
      for (const to of [...working.filter((one) => one !== from), from]) {
        await decide(of(from), to);
        await settled(of(from), to);
      }
      await decide(of(from), 'fixed', {}, 409);
      const final = from === 'identified' ? 'risk_accepted' : 'false_positive';
      await decide(of(from), final);
      await settled(of(from), final);
    };
    await Promise.all(working.map(walk));
    await decide(of('fixed'), 'risk_accepted', {}, 409);
    await decide(of('fixed'), 'false_positive', {}, 409);
    await settled(of('fixed'), 'fixed');
    const reopen = async (final: Status) => {
      await decide(of(final), 'in_progress', {}, 409);
      await decide(of(final), 'fixed', {}, 409);
      await decide(of(final), 'identified');
      await settled(of(final), 'identified');
    };
    await Promise.all([reopen('risk_accepted'), reopen('false_positive')]);
    // An accepted risk that expires is open again.
    await decide(of('risk_accepted'), 'risk_accepted', { expiresAt: new Date(Date.now() + 1_500).toISOString() });
    await settled(of('risk_accepted'), 'identified');
    const { items } = await stage.call<{ items: { to: string | null; cause: { kind: string } }[] }>('GET', `/api/v1/vulnerabilities/${of('risk_accepted')}/timeline`);
    expect(items.find(({ to }) => to === 'identified')?.cause.kind).toBe('expiry');
  });

  test('column 4: what people do to the card', async () => {
    const ids = await bring('board', Object.fromEntries(statuses.map((status) => [`from-${status}`, status])));
    const { people, example } = stage.sandbox;
    const walk = async (from: Status, steps: readonly (readonly [to: string, status: Status, drift?: string])[]) => {
      const id = ids[`from-${from}`] ?? '';
      const ref = refOf(await read(id));
      for (const [to, status, drift] of steps) {
        await people.move(ref, to);
        await settled(id, status, to, drift ?? null);
      }
    };
    const [identified, inProgress, awaiting, fixed, accepted, falsePositive] = statuses.map(stateOf) as [string, string, string, string, string, string];

    await Promise.all([
      walk('identified', [
        [inProgress, 'in_progress'],
        [identified, 'identified'],
        [example.unmappedState, 'identified', 'unmapped_state'],
        [fixed, 'awaiting_validation'],
        [identified, 'identified'],
        [accepted, 'risk_accepted'],
        [inProgress, 'risk_accepted', 'lifecycle'],
      ]),
      walk('in_progress', [
        [fixed, 'awaiting_validation'],
        [inProgress, 'in_progress'],
        [awaiting, 'awaiting_validation'],
        [falsePositive, 'false_positive'],
        [identified, 'false_positive', 'lifecycle'],
      ]),
      walk('awaiting_validation', [
        [fixed, 'awaiting_validation'],
        [inProgress, 'in_progress'],
        [accepted, 'risk_accepted'],
      ]),
      walk('fixed', [[identified, 'fixed', 'lifecycle']]),
      walk('risk_accepted', [[identified, 'risk_accepted', 'lifecycle']]),
      walk('false_positive', [[inProgress, 'false_positive', 'lifecycle']]),
    ]);
  });
});
