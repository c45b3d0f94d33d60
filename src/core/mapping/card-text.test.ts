import { describe, expect, test } from 'vitest';
import type { Location } from '../matching/finding.ts';
import type { CardSubject } from './card-text.ts';
import { cardBody, cardTitle, moveComment, placeWords } from './card-text.ts';

const bare: CardSubject = {
  id: '42', assetName: 'shop', title: 'SQL injection', description: '', severity: 'high', tool: null, ruleId: null, cwe: [], cve: [],
  location: { kind: 'none' }, snippet: null, impact: null, remediation: null, references: [],
};
const whole: CardSubject = {
  ...bare, description: 'First.\n\n\nSecond,\ncontinued. ', tool: 'semgrep', ruleId: 'sqli', cwe: [89, 90], cve: ['CVE-2026-1'], location: { kind: 'file', path: 'a.ts', startLine: 7 },
  snippet: 'query(x)', impact: 'Data is lost.', remediation: 'Bind it.', references: ['https://example.org/1', 'javascript:alert(1)'],
};
const text = (value: string) => ({ kind: 'text', text: value });
const heading = (value: string) => ({ kind: 'heading', text: value });
const strong = (value: string) => ({ kind: 'strong', text: value });
const code = (value: string) => ({ kind: 'code', text: value });
const paragraph = (...children: object[]) => ({ kind: 'paragraph', children });
const url = 'https://patchboard.example/vulnerabilities/42';
const last = paragraph(text('Closing or moving this card does not validate a fix: only a scan does. '), { kind: 'link', text: 'Vulnerability 42 in Patchboard', url });

describe('the title of a card', () => {
  test('is prefix, id and title, on one line', () => {
    expect(cardTitle('[CONVISO]', { id: '42', title: ' SQL \n injection\t' })).toBe('[CONVISO] 42 - SQL injection');
  });

  test('has no prefix where none is set', () => {
    expect(cardTitle('', { id: '42', title: 'x' })).toBe('42 - x');
  });
});

describe('the body of a card', () => {
  test('tells what, where, evidence, impact, remediation and references, and links back', () => {
    expect(cardBody(whole, url)).toEqual([
      paragraph(strong('Severity: '), text('high'), text(' · found by '), code('semgrep sqli'), text(' · CVE-2026-1, CWE-89, CWE-90')),
      heading('What'), paragraph(text('First.')), paragraph(text('Second,\ncontinued.')),
      heading('Where'), paragraph(text('shop: '), code('a.ts:7')),
      heading('Evidence'), code('query(x)'),
      heading('Impact'), paragraph(text('Data is lost.')),
      heading('Remediation'), paragraph(text('Bind it.')),
      heading('References'),
      { kind: 'list', items: [[{ kind: 'link', text: 'https://example.org/1', url: 'https://example.org/1' }], [text('javascript:alert(1)')]] },
      last,
    ]);
  });

  test('leaves out what is not known', () => {
    expect(cardBody(bare, url)).toEqual([paragraph(strong('Severity: '), text('high')), heading('Where'), paragraph(text('shop: '), code('no place given')), last]);
  });

  test('names a tool without a rule, and a rule without a tool', () => {
    expect(cardBody({ ...bare, tool: 'zap' }, url)[0]).toEqual(paragraph(strong('Severity: '), text('high'), text(' · found by '), code('zap')));
    expect(cardBody({ ...bare, ruleId: 'r1' }, url)[0]).toEqual(paragraph(strong('Severity: '), text('high'), text(' · found by '), code('r1')));
  });

  test('is cut where it would grow without end', () => {
    const long = cardBody({ ...bare, description: 'd'.repeat(9_000), snippet: 's'.repeat(2_001), references: Array.from({ length: 25 }, (_none, at) => `https://e.org/${at}`) }, url);

    expect(long).toContainEqual(paragraph(text('d'.repeat(8_000))));
    expect(long).toContainEqual(code(`${'s'.repeat(2_000)}\n…`));
    expect(long.flatMap((block) => (block.kind === 'list' ? block.items : []))).toHaveLength(20);
    expect(cardBody({ ...bare, snippet: 's'.repeat(2_000) }, url)).toContainEqual(code('s'.repeat(2_000)));
  });

  test('links to web addresses alone', () => {
    const items = cardBody({ ...bare, references: ['HTTP://A', 'xhttps://b', 'https:/c'] }, url).flatMap((block) => (block.kind === 'list' ? block.items.flat() : []));

    expect(items).toEqual([{ kind: 'link', text: 'HTTP://A', url: 'HTTP://A' }, text('xhttps://b'), text('https:/c')]);
  });
});

test.each<[Location, string]>([
  [{ kind: 'file', path: 'a.ts' }, 'a.ts'],
  [{ kind: 'file', path: 'a.ts', startLine: 3 }, 'a.ts:3'],
  [{ kind: 'url', url: 'https://a/b' }, 'https://a/b'],
  [{ kind: 'url', url: 'https://a/b', method: 'POST', parameter: 'q' }, 'POST https://a/b (q)'],
  [{ kind: 'package', package: 'lodash' }, 'lodash'],
  [{ kind: 'package', package: 'lodash', version: '4.17.0', path: 'package.json' }, 'lodash 4.17.0 in package.json'],
  [{ kind: 'host', host: 'db' }, 'db'],
  [{ kind: 'host', host: 'db', port: 5432 }, 'db:5432'],
  [{ kind: 'none' }, 'no place given'],
])('a place is said in one line: %o', (location, words) => {
  expect(placeWords(location)).toBe(words);
});

test('a card that moves by itself says why', () => {
  expect(moveComment('awaiting_validation', 'A person asked.')).toEqual([paragraph(strong('Patchboard: awaiting validation. '), text('A person asked.'))]);
  expect(moveComment('fixed', null)).toEqual([paragraph(strong('Patchboard: fixed. '), text(''))]);
});

describe('the layout of a card', () => {
  const layout = { sections: ['where', 'what'], note: 'Ask **us**.\n\nAlways.' } as const;
  const kinds = (body: ReturnType<typeof cardBody>) => body.map((block) => (block.kind === 'heading' ? block.text : block.kind));

  test('says which parts stand there, in which order, with words of the team’s own before the link back', () => {
    expect(kinds(cardBody(whole, url, layout))).toEqual(['Where', 'paragraph', 'What', 'paragraph', 'paragraph', 'paragraph', 'paragraph', 'paragraph']);
  });

  test('never takes the link back away, and leaves the team’s words plain', () => {
    const body = cardBody(whole, url, { sections: [], note: layout.note });

    expect(body[0]).toEqual({ kind: 'paragraph', children: [{ kind: 'text', text: 'Ask **us**.' }] });
    expect(body.at(-1)).toEqual(last);
  });
});
