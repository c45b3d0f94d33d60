import { describe, expect, test } from 'vitest';
import { findingsIn, read } from '../kit/describe-format.ts';
import { driver, only, place, report } from './build-report.ts';
import sarif from './index.ts';

/** What real tools do with a result. */

describe('a rule is found', () => {
  test.each([
    ['by its id alone', { ruleId: 'R2' }, 'R2', 'Second rule.'],
    ['by index alone', { ruleIndex: 1 }, 'R2', 'Second rule.'],
    ['by the index of a reference', { rule: { index: 1 } }, 'R2', 'Second rule.'],
    [
      'by the parent of a hierarchical id, whose own name stays',
      { ruleId: 'CA2101/1' },
      'CA2101/1',
      'Parent rule.',
    ],
    ['by id where the index is -1', { ruleId: 'R1', ruleIndex: -1 }, 'R1', 'First rule.'],
    ['not at all, and the message has to do', { ruleId: 'X9' }, 'X9', 'M'],
  ])('%s', async (_how, result, id, title) => {
    expect(await only(result)).toMatchObject({ ruleId: id, title });
  });

  test('in an extension, by the index of its component', async () => {
    const tool = {
      driver,
      extensions: [
        { name: 'a' },
        { name: 'pack', rules: [{ id: 'E1', shortDescription: { text: 'From a pack.' } }] },
      ],
    };

    const finding = await only({ rule: { id: 'E1', index: 0, toolComponent: { index: 1 } } }, { tool });

    expect(finding).toMatchObject({ ruleId: 'E1', title: 'From a pack.' });
  });

  test('after the results as well as before them', async () => {
    const text = `{"runs":[{"results":[{"ruleIndex":1,"message":{"text":"M"}}],"tool":${JSON.stringify({ driver })}}],"version":"2.1.0"}`;

    const [finding] = findingsIn(await read(sarif, [Buffer.from(text)]));

    expect(finding).toMatchObject({ ruleId: 'R2', severity: 'critical' });
  });

  test('and its names of before are kept', async () => {
    const tool = { driver: { name: 'T', rules: [{ id: 'N', deprecatedIds: ['O'] }] } };

    expect((await only({ ruleId: 'N' }, { tool })).ruleAliases).toEqual(['O']);
  });

  test('of two that differ in case each is its own', async () => {
    const tool = {
      driver: {
        name: 'T',
        rules: [
          { id: 'a', shortDescription: { text: 'small' } },
          { id: 'A', shortDescription: { text: 'big' } },
        ],
      },
    };

    expect((await only({ ruleId: 'A' }, { tool })).title).toBe('big');
  });
});

describe('severity', () => {
  test.each([
    ['a score of the rule', { ruleId: 'R2', level: 'note' }, 'critical'],
    [
      'a score of the result before that of the rule',
      { ruleId: 'R2', properties: { 'security-severity': 5 } },
      'medium',
    ],
    [
      'a score of zero says nothing',
      { ruleId: 'R1', level: 'error', properties: { 'security-severity': '0.0' } },
      'high',
    ],
    ['a level', { level: 'note' }, 'low'],
    ['the level none', { level: 'none' }, 'informational'],
    ['nothing is a warning', {}, 'medium'],
  ])('%s', async (_what, result, severity) => {
    expect((await only(result)).severity).toBe(severity);
  });
});

test('a rank is told, and decides no severity', async () => {
  expect(await only({ level: 'note', rank: 99.5 })).toMatchObject({ severity: 'low', attributes: { rank: '99.5' } });
  expect((await only({ rank: -1 })).attributes).toBeUndefined();
});

test('a level that a run was told to give a rule comes before the rule’s own, and after the result’s', async () => {
  const rules = [{ id: 'A', defaultConfiguration: { level: 'error' } }, { id: 'B', defaultConfiguration: { level: 'error' } }, { id: 'C', defaultConfiguration: { level: 'error' } }];
  const overrides = [
    { descriptor: { id: 'A' }, configuration: { level: 'note' } },
    { descriptor: { index: 1 }, configuration: { level: 'none' } },
    { descriptor: { id: 'C' }, configuration: { enabled: true } },
  ];
  const run = { tool: { driver: { name: 'T', rules } }, invocations: [{ executionSuccessful: true, ruleConfigurationOverrides: overrides }] };
  const severity = async (result: object) => (await only(result, run)).severity;

  expect(await severity({ ruleId: 'A' })).toBe('low');
  expect(await severity({ ruleId: 'A', level: 'warning' })).toBe('medium');
  expect(await severity({ ruleIndex: 1 })).toBe('informational');
  expect(await severity({ ruleId: 'C' })).toBe('high');
});

test('what names a result in one run only is no part of it: ids, correlation, what is new since a baseline', async () => {
  const result = { ruleId: 'R1', locations: [place('a.c', { startLine: 4 })] };
  const fleeting = (letter: string) => ({
    guid: `${letter.repeat(8)}-0000-4000-8000-000000000000`,
    correlationGuid: `${letter.repeat(8)}-1111-4000-8000-000000000000`,
    occurrenceCount: 3,
    provenance: { firstDetectionTimeUtc: '2026-01-01T00:00:00Z' },
  });
  const plain = await only(result);

  for (const baselineState of ['new', 'unchanged', 'updated']) {
    expect(await only({ ...result, ...fleeting('a'), baselineState }, { baselineGuid: 'b' })).toEqual(plain);
  }
});

test('fingerprints of both kinds are kept by their names, as evidence', async () => {
  const finding = await only({ partialFingerprints: { 'primaryLocationLineHash/v1': 'p1' }, fingerprints: { 'stable/v2': 'f2', empty: '', none: 7 } });

  expect(finding.fingerprints).toEqual({ 'primaryLocationLineHash/v1': 'p1', 'stable/v2': 'f2' });
});

test('the lines around come from the context region', async () => {
  const lines = ['one', 'two', 'three', 'four', 'flagged', 'six', 'seven'];
  const location = { physicalLocation: { artifactLocation: { uri: 'a.c' }, region: { startLine: 14, snippet: { text: 'flagged' } }, contextRegion: { startLine: 10, snippet: { text: lines.join('\n') } } } };

  expect(await only({ locations: [location] })).toMatchObject({ snippet: 'flagged', context: { before: ['two', 'three', 'four'], after: ['six', 'seven'] } });
});

describe('what is no finding', () => {
  test.each(['pass', 'notApplicable', 'review', 'open', 'informational'])(
    'a result of the kind %s',
    async (kind) => {
      expect(findingsIn(await read(sarif, [report([{ kind, message: { text: 'M' } }])]))).toEqual([]);
    },
  );

  test('a result that is gone since the baseline', async () => {
    expect(
      findingsIn(await read(sarif, [report([{ baselineState: 'absent', message: { text: 'M' } }])])),
    ).toEqual([]);
  });
});

test.each([
  ['accepted', [{ status: 'accepted' }], true],
  ['without a status', [{ kind: 'inSource' }], true],
  ['under review', [{ status: 'underReview' }], undefined],
  ['rejected beside an accepted one', [{ status: 'accepted' }, { status: 'rejected' }], undefined],
  ['in an empty list', [], undefined],
])('a suppression %s', async (_what, suppressions, suppressed) => {
  expect((await only({ suppressions })).suppressed).toBe(suppressed);
});

describe('CWE', () => {
  test('in tags, properties, relationships and taxa', async () => {
    const rules = [
      {
        id: 'Q',
        properties: { tags: ['external/cwe/cwe-079', 'security'], cwe: ['CWE-89: SQL'] },
        relationships: [
          { target: { id: '20', toolComponent: { name: 'CWE' } } },
          { target: { id: 'A1', toolComponent: { name: 'OWASP' } } },
        ],
      },
    ];

    const finding = await only(
      { ruleId: 'Q', taxa: [{ id: 'CWE-22', toolComponent: { index: 0 } }] },
      { tool: { driver: { name: 'T', rules } }, taxonomies: [{ name: 'CWE' }] },
    );

    expect(finding.cwe).toEqual([79, 89, 20, 22]);
  });

  test('tags that are no list', async () => {
    const rules = [{ id: 'Q', properties: { tags: 'CWE-79' } }];

    expect((await only({ ruleId: 'Q' }, { tool: { driver: { name: 'T', rules } } })).cwe).toEqual([79]);
  });
});

describe('a message', () => {
  test('may be the rule’s, with placeholders and links to be filled', async () => {
    const rules = [
      { id: 'Q', messageStrings: { default: { text: "Value '{0}' comes from [here](1) in {{{1}}}." } } },
    ];

    const finding = await only(
      { ruleId: 'Q', message: { id: 'default', arguments: ['x', 'f'] } },
      { tool: { driver: { name: 'T', rules } } },
    );

    expect(finding.description).toBe("Value 'x' comes from here in {f}.");
  });

  test('keeps its braces where there is nothing to fill', async () => {
    expect((await only({ message: { text: 'Use {0} and {{a}}' } })).description).toBe('Use {0} and {{a}}');
  });
});

test('a message of Markdown alone is told, and links into the report become their words', async () => {
  expect((await only({ message: { markdown: 'See **here**.' } })).description).toContain('See **here**.');
  expect((await only({ message: { text: 'Plain.', markdown: '**Rich**.' } })).description).toContain('Plain.');
  expect((await only({ message: { text: 'From [a request](1) to [a query](sarif:/runs/0/results/0), see [the page](https://a.example/x).' } })).description).toContain(
    'From a request to a query, see [the page](https://a.example/x).',
  );
});

test('a code flow is told as further places, and a huge one is bounded', async () => {
  const locations = Array.from({ length: 5_000 }, (_one, index) => ({
    location: place(`f${index}.c`, { startLine: index + 1 }),
  }));

  const finding = await only({
    locations: [place('a.c', { startLine: 1 })],
    codeFlows: [{ threadFlows: [{ locations }] }],
  });

  expect(finding.furtherLocations?.length).toBe(20);
  expect(finding.furtherLocations?.[1]).toMatchObject({ path: 'f1.c', startLine: 2 });
});

test('the words that stand for a withheld fingerprint are none', async () => {
  const finding = await only({
    fingerprints: { 'matchBasedId/v1': 'requires login' },
    partialFingerprints: { primaryLocationLineHash: 'ab:1' },
  });

  expect(finding.fingerprints).toEqual({ primaryLocationLineHash: 'ab:1' });
});

test('of a secret scanner’s snippet only a keyed digest is kept', async () => {
  const secret = 'Zk3-not-a-real-secret-9';
  const result = {
    ruleId: 'generic-api-key',
    message: { text: `generic-api-key has detected secret ${secret} for file a.env.` },
    locations: [place('a.env', { startLine: 1, snippet: { text: secret } })],
  };

  const finding = await only(result, { tool: { driver: { name: 'gitleaks', rules: [] } } });

  expect(finding).toMatchObject({
    kind: 'secret',
    discriminators: [expect.stringMatching(/^[0-9a-f]{32}$/u)],
  });
  expect(JSON.stringify(finding)).not.toContain(secret);
});

test('names like __proto__ reach no prototype', async () => {
  const bytes = Buffer.from(
    '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"T"}},"results":[{"ruleId":"__proto__","message":{"text":"M"},"fingerprints":{"__proto__":"x"},"properties":{"__proto__":{"severity":"high"}}}]}]}',
  );

  const [finding] = findingsIn(await read(sarif, [bytes]));

  expect(finding?.fingerprints).toEqual({});
  expect(({} as Record<string, unknown>)['severity']).toBeUndefined();
});
