import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { featuresOf } from './features.ts';
import type { Finding, Location } from './finding.ts';
import { match } from './match.ts';

interface Wish {
  readonly rule?: string;
  readonly path?: string;
  readonly line: number;
  readonly column?: number;
  readonly text?: string;
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  readonly message?: string;
  readonly aliases?: readonly string[];
  readonly severity?: Finding['severity'];
}

function finding(wish: Wish): Finding {
  return {
    ...bare(wish.rule ?? 'R1', { kind: 'file', path: wish.path ?? 'src/a.c', startLine: wish.line, startColumn: wish.column ?? 5 }),
    description: wish.message ?? 'Do not do this.',
    severity: wish.severity ?? 'high',
    snippet: wish.text,
    context: wish.before === undefined && wish.after === undefined ? undefined : { before: wish.before ?? [], after: wish.after ?? [] },
    ruleAliases: wish.aliases,
  };
}

function bare(ruleId: string, location: Location, advisories: readonly string[] = []): Finding {
  return { kind: 'code', ruleId, title: 'T', description: 'D', severity: 'high', cwe: [], cve: [], advisories, location, fingerprints: {} };
}

/** Which new finding each old one became. */
function became(olds: readonly Finding[], news: readonly Finding[]): readonly (number | null)[] {
  const known = olds.map((one, index) => ({ id: String(index + 1), features: featuresOf(one), detected: true }));
  const { pairs } = match(known, news.map(featuresOf));
  return olds.map((_one, index) => pairs.find((pair) => pair.id === String(index + 1) && pair.stage !== 'repeated')?.found ?? null);
}

describe('a vulnerability stays itself', () => {
  test('when its line moves, its message is reworded and its severity is another', () => {
    const olds = [finding({ line: 10, text: 'strcpy(target, source);', message: 'Old words.' })];
    const news = [finding({ line: 240, text: 'strcpy(target, source);', message: 'New words.', severity: 'low' })];

    expect(became(olds, news)).toEqual([0]);
  });

  test('when its line is edited', () => {
    const olds = [finding({ line: 10, text: 'strcpy(target, source);' })];
    const news = [finding({ line: 12, text: 'strcpy(destination_target, source);' })];

    expect(became(olds, news)).toEqual([0]);
  });

  test('when an equal one is put in before it', () => {
    const text = 'assert(x);';
    const at = (line: number, name: string) => finding({ line, text, before: [`void ${name}() {`] });
    const olds = [at(10, 'one'), at(20, 'two'), at(30, 'three')];
    const news = [at(10, 'zero'), at(20, 'one'), at(30, 'two'), at(40, 'three')];

    expect(became(olds, news)).toEqual([1, 2, 3]);
  });

  test('when its file is renamed together with others, although it is the only finding there', () => {
    const name = (folder: string, file: number) => `${folder}/module${file}.c`;
    const of = (folder: string) => [1, 2, 3, 4].map((file) => finding({ path: name(folder, file), line: 7, text: `gets(buffer${file});` }));

    expect(became(of('src'), of('lib/source'))).toEqual([0, 1, 2, 3]);
  });

  test('when its function is moved to another file', () => {
    const body = (path: string, line: number) =>
      ['memcpy(header, packet, length);', 'strcat(greeting, user_name);', 'sprintf(answer, format, user_name);'].map((text, at) =>
        finding({ path, line: line + at * 3, text }),
      );
    const stays = finding({ path: 'src/a.c', line: 3, text: 'system(command_line);' });

    expect(became([stays, ...body('src/a.c', 40)], [stays, ...body('src/b.c', 11)])).toEqual([0, 1, 2, 3]);
  });

  test('when its rule has another name, and the tool says so', () => {
    const olds = [finding({ rule: 'old-name', line: 10, text: 'eval(input)' })];

    expect(became(olds, [finding({ rule: 'new-name', aliases: ['old-name'], line: 10, text: 'eval(input)' })])).toEqual([0]);
    expect(became(olds, [finding({ rule: 'new-name', line: 10, text: 'eval(input)' })])).toEqual([null]);
  });
});

describe('a vulnerability is another', () => {
  test('where only its place is the same', () => {
    const olds = [finding({ line: 10, text: 'strcpy(target, source);' })];

    expect(became(olds, [finding({ line: 10, text: 'gets(wholly_other_thing);' })])).toEqual([null]);
  });

  test('where a fixed one stood, unless its content is much the same', () => {
    const fixed = { id: '1', features: featuresOf(finding({ line: 10, text: 'strcpy(target, source);' })), detected: false };

    const other = match([fixed], [featuresOf(finding({ line: 10, text: 'strcpy(path, getenv("HOME"));' }))]);
    const edited = match([fixed], [featuresOf(finding({ line: 10, text: 'strcpy(target, sources);' }))]);
    const same = match([fixed], [featuresOf(finding({ line: 14, text: 'strcpy(target, source);' }))]);

    expect(other.fresh).toEqual([0]);
    expect(edited.pairs).toMatchObject([{ id: '1', found: 0 }]);
    expect(same.pairs).toMatchObject([{ id: '1', found: 0 }]);
  });
});

describe('a dependency', () => {
  const pack = (rule: string, path: string, advisories: readonly string[], version = '1.0.0') =>
    bare(rule, { kind: 'package', package: 'lodash', ecosystem: 'npm', path, version }, advisories);

  test('is one by any advisory that two tools share, whatever they call the file', () => {
    const trivy = pack('CVE-2021-23337', 'package-lock.json', ['CVE-2021-23337']);
    const grype = pack('GHSA-35jh-r3h4-6jhm', '/app/package-lock.json', ['GHSA-35jh-r3h4-6jhm', 'CVE-2021-23337']);

    expect(became([trivy], [grype])).toEqual([0]);
  });

  test('is the same after an update that does not mend it, and another for another advisory', () => {
    const before = pack('CVE-2021-23337', 'package-lock.json', ['CVE-2021-23337']);

    expect(became([before], [pack('CVE-2021-23337', 'package-lock.json', ['CVE-2021-23337'], '1.0.1')])).toEqual([0]);
    expect(became([before], [pack('CVE-2020-8203', 'package-lock.json', ['CVE-2020-8203'])])).toEqual([null]);
  });

  test('keeps its place in an image that has a new tag and digest', () => {
    const at = (path: string) => pack('CVE-1', path, []);

    expect(became([at(`registry.example/app:1.2@sha256:${'a'.repeat(64)}`)], [at(`registry.example/app:1.3@sha256:${'b'.repeat(64)}`)])).toEqual([0]);
  });

  test('is the same in an archive whose file name bears another version', () => {
    const before = pack('CVE-2021-44228', 'app/lib/log4j-core-2.14.1.jar', ['CVE-2021-44228'], '2.14.1');

    expect(became([before], [pack('CVE-2021-44228', 'app/lib/log4j-core-2.14.2.jar', ['CVE-2021-44228'], '2.14.2')])).toEqual([0]);
  });

  test('is taken for what its own scope knows before anything that another scope does', () => {
    const features = featuresOf(pack('CVE-2021-23337', 'package-lock.json', ['CVE-2021-23337']));
    const known = [
      { id: '1', features, detected: true, foreign: true },
      { id: '2', features, detected: false },
    ];

    expect(match(known, [features]).pairs).toMatchObject([{ id: '2', found: 0 }]);
    expect(match(known.slice(0, 1), [features]).pairs).toMatchObject([{ id: '1', found: 0 }]);
  });

  test('that a report names twice, by CVE and by GHSA, is one', () => {
    const twice = [pack('CVE-1', 'a', ['CVE-1', 'GHSA-1']), pack('GHSA-1', 'a', ['GHSA-1'])];

    expect(match([], twice.map(featuresOf))).toMatchObject({ fresh: [0], echoes: [[1, 0]] });
  });
});

describe('what other tools see', () => {
  test('is the same host with and without its domain', () => {
    const on = (host: string) => bare('10881', { kind: 'host', host, port: 22, protocol: 'tcp' });

    expect(became([on('db01')], [on('DB01.corp.example.com')])).toEqual([0]);
    expect(became([on('db01.corp.example.com')], [on('db02.corp.example.com')])).toEqual([null]);
    expect(became([on('10.0.0.1')], [on('10.0.0.2')])).toEqual([null]);
  });

  test('is the same address with another id in it, and another with another parameter', () => {
    const at = (url: string, parameter: string) => bare('40012', { kind: 'url', url, method: 'GET', parameter });

    expect(became([at('https://shop.example.com/orders/17?x=1', 'q')], [at('https://shop.example.com/orders/4711?x=2', 'q')])).toEqual([0]);
    expect(became([at('https://shop.example.com/orders/17', 'q')], [at('https://shop.example.com/orders/17', 'sort')])).toEqual([null]);
  });

  test('is the same when the source comes along for the first time, or does not any more', () => {
    const bareLine = finding({ line: 10, message: 'A query is made of a request.' });
    const withSource = finding({ line: 14, message: 'A query is made of a request.', text: 'db.query(name);', before: ['function find(name) {'], after: ['}'] });

    expect(became([bareLine], [withSource])).toEqual([0]);
    expect(became([withSource], [bareLine])).toEqual([0]);
  });
});

describe('whatever the report', () => {
  const reports = fc.array(
    fc.record({
      rule: fc.constantFrom('R1', 'R2'),
      path: fc.constantFrom('a.c', 'b/a.c', 'b/c.c'),
      line: fc.integer({ min: 1, max: 60 }),
      column: fc.integer({ min: 1, max: 4 }),
      text: fc.constantFrom(undefined, 'assert(x)', 'assert(y)', 'strcpy(long_target, source)', 'strcpy(target, sauce)'),
      before: fc.constantFrom(undefined, [], ['if (x) {'], ['', 'int y;', '}']),
    }),
    { maxLength: 25 },
  );
  const runs = { numRuns: 60 };

  test('the same again is nothing new and nothing gone', () => {
    fc.assert(
      fc.property(reports, (wishes) => {
        const all = wishes.map((wish) => featuresOf(finding(wish)));
        const first = match([], all);
        const known = first.fresh.map((index) => ({ id: String(index + 1), features: all[index] as (typeof all)[0], detected: true }));

        const again = match(known, all);

        expect(again.fresh).toEqual([]);
        expect(again.missed).toEqual([]);
        expect(again.pairs.every((pair) => pair.stage === 'repeated' || pair.id === String(pair.found + 1))).toBe(true);
      }),
      runs,
    );
  });

  test('the order of neither side matters', () => {
    fc.assert(
      fc.property(reports, reports, fc.integer(), (before, after, seed) => {
        const known = before.map((wish, index) => ({ id: String(index + 1), features: featuresOf(finding(wish)), detected: index % 5 !== 0 }));
        const found = after.map((wish) => featuresOf(finding(wish)));
        const order = found.map((_one, index) => index).toSorted((a, b) => ((a + 1) * (seed % 97)) % 31 - (((b + 1) * (seed % 97)) % 31));
        const content = (index: number) => JSON.stringify(found[index]);

        const straight = match(known, found);
        const mixed = match(known.toReversed(), order.map((index) => found[index] as (typeof found)[0]));

        const told = (pairs: typeof straight.pairs, of: (index: number) => number) =>
          pairs.map((pair) => `${pair.id} ${content(of(pair.found))}`).toSorted();
        expect(told(mixed.pairs, (index) => order[index] as number)).toEqual(told(straight.pairs, (index) => index));
        expect(mixed.missed.toSorted()).toEqual(straight.missed.toSorted());
      }),
      runs,
    );
  });

  test('it is one to one, and each finding is paired, new, or an echo', () => {
    fc.assert(
      fc.property(reports, reports, (before, after) => {
        const known = before.map((wish, index) => ({ id: String(index + 1), features: featuresOf(finding(wish)), detected: true }));
        const { pairs, fresh, echoes, missed } = match(known, after.map((wish) => featuresOf(finding(wish))));

        const own = pairs.filter((pair) => pair.stage !== 'repeated');
        const all = [...pairs.map((pair) => pair.found), ...fresh, ...echoes.map(([echo]) => echo)];
        expect(new Set(own.map((pair) => pair.id)).size).toBe(own.length);
        expect(own.length + missed.length).toBe(known.length);
        expect(all.toSorted((a, b) => a - b)).toEqual(after.map((_one, index) => index));
      }),
      runs,
    );
  });

  test('the same files below another folder are the same vulnerabilities', () => {
    fc.assert(
      fc.property(reports, (wishes) => {
        const all = wishes.map((wish) => featuresOf(finding({ ...wish, text: `${wish.text ?? 'other'} ${wish.line}` })));
        const fresh = match([], all).fresh;
        const known = fresh.map((index) => ({ id: String(index + 1), features: all[index] as (typeof all)[0], detected: true }));

        const moved = match(known, all.map((one) => ({ ...one, place: `checkout/7/${one.place}` })));

        expect(moved.missed).toEqual([]);
      }),
      runs,
    );
  });
});
