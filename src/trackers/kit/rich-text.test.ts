import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Block, Inline, RichText } from '../../core/rich-text.ts';
import { paragraph } from '../../core/rich-text.ts';
import { cutGraphemes, cutTitle, neutral } from './plain-words.ts';
import { toHtml, toPlainText } from './rich-text.ts';

const url = 'https://patchboard.example/v/12';
const harmless = /<(?!\/?(?:p|b|code|pre|ul|li)>|br>|a href="https?:\/\/[^"<>]*">|\/a>)/u;

const inline: fc.Arbitrary<Inline> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('text' as const, 'strong' as const, 'code' as const),
    text: fc.string({ unit: 'grapheme' }),
  }),
  fc.record({
    kind: fc.constant('link' as const),
    text: fc.string(),
    url: fc.oneof(fc.webUrl(), fc.string(), fc.constant('javascript:alert(1)')),
  }),
);
const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('heading' as const, 'code' as const),
    text: fc.string({ unit: 'grapheme', maxLength: 200 }),
  }),
  fc.record({ kind: fc.constant('paragraph' as const), children: fc.array(inline, { maxLength: 5 }) }),
  fc.record({
    kind: fc.constant('list' as const),
    items: fc.array(fc.array(inline, { maxLength: 3 }), { maxLength: 5 }),
  }),
);
const body: fc.Arbitrary<RichText> = fc.array(block, { maxLength: 8 });

describe('as HTML', () => {
  test('each kind of block has its tags, and all text is escaped', () => {
    const rendered = toHtml([
      { kind: 'heading', text: 'What <b>' },
      paragraph('a & "b"\nc', { kind: 'strong', text: '<i>' }, { kind: 'code', text: "x='1'" }),
      {
        kind: 'list',
        items: [
          [{ kind: 'link', text: 'docs', url: 'https://example.com/?a=1&b="2"#3' }],
          [{ kind: 'text', text: 'two' }],
        ],
      },
      { kind: 'code', text: 'if (a < b) {\n}' },
    ]);

    expect(rendered).toBe(
      '<p><b>What &lt;b&gt;</b></p><p>a &amp; &quot;b&quot;<br>c<b>&lt;i&gt;</b><code>x=&#39;1&#39;</code></p>' +
        '<ul><li><a href="https://example.com/?a=1&amp;b=%222%22#3">docs</a></li><li>two</li></ul>' +
        '<pre><code>if (a &lt; b) {\n}</code></pre>',
    );
  });

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    '//evil.example',
    'java\nscript:alert(1)',
  ])('a link to %j is words without a link', (address) => {
    expect(toHtml([paragraph({ kind: 'link', text: 'click', url: address })])).toBe('<p>click</p>');
  });

  test('whatever the text, there are no tags but the harmless ones, and the limit holds', () => {
    fc.assert(
      fc.property(body, fc.integer({ min: 120, max: 600 }), (blocks, max) => {
        const rendered = toHtml(blocks, { max, url });

        expect(rendered).not.toMatch(harmless);
        expect(rendered.length).toBeLessThanOrEqual(max);
      }),
    );
  });

  test('a body that is too long is cut inside its block, tags closed, with the whole at the link', () => {
    const rendered = toHtml([paragraph('first'), paragraph({ kind: 'strong', text: 'word '.repeat(100) })], {
      max: 200,
      url,
    });

    expect(rendered).toMatch(
      /^<p>first<\/p><p><b>(?:word )+.*<\/b><\/p><p>… <a href="https:\/\/patchboard\.example\/v\/12">the whole is here<\/a><\/p>$/u,
    );
    expect(rendered.length).toBeGreaterThan(190);
  });
});

describe('as plain text', () => {
  test('each kind of block can be told from the others', () => {
    const rendered = toPlainText([
      { kind: 'heading', text: 'Where' },
      paragraph('in ', { kind: 'code', text: 'a.ts:3' }),
      {
        kind: 'list',
        items: [
          [{ kind: 'link', text: 'docs', url: 'https://example.com/' }],
          [{ kind: 'text', text: 'two' }],
        ],
      },
      { kind: 'code', text: 'a\nb' },
    ]);

    expect(rendered).toBe('WHERE\n\nin a.ts:3\n\n- docs (https://example.com/)\n- two\n\n    a\n    b');
  });

  test('whatever the text, the limit holds', () => {
    fc.assert(
      fc.property(body, fc.integer({ min: 60, max: 400 }), (blocks, max) => {
        expect(toPlainText(blocks, { max, url }).length).toBeLessThanOrEqual(max);
      }),
    );
  });

  test('a body that is too long says where the whole is', () => {
    expect(toPlainText([paragraph('word '.repeat(100))], { max: 100, url })).toMatch(
      /word w\n\n… the whole is here: https:\/\/patchboard\.example\/v\/12$/u,
    );
  });
});

describe('neutral words', () => {
  test.each([
    ['a mention', 'ask @admin', 'ask @\u2060admin'],
    ['a mention by id', '@<00000000-0000>', '@\u2060<00000000-0000>'],
    ['a card number', 'fixes #12', 'fixes #\u206012'],
    ['an Azure link', 'AB#12 and !34', 'AB#\u206012 and !\u206034'],
    ['ServiceNow HTML', '[code]<script>[/code]', '[\u2060code]<script>[\u2060/code]'],
    ['ServiceNow HTML in capitals', '[CODE]x[ /Code ]', '[\u2060CODE]x[\u2060 /Code ]'],
    ['turned text', 'abc\u202Ecba\u202C', 'abccba'],
    ['hidden text', 'a\u200Bb\u2060c\uFEFFd\u{E0041}e\u00ADf', 'abcdef'],
    ['control characters', 'a\u0000b\u001Bc\td', 'abc\td'],
    ['line ends of every kind', 'a\r\nb\rc\u2028d', 'a\nb\nc\nd'],
    ['half a character', 'a\uD83D', 'a\uFFFD'],
    ['a package with its version', 'lodash@4.17.20', 'lodash@4.17.20'],
    ['an ordinary sentence', 'C# is 100% fine [really]', 'C# is 100% fine [really]'],
  ])('%s', (_what, hostile, expected) => {
    expect(neutral(hostile)).toBe(expected);
  });
});

describe('cutting', () => {
  test('a title is one line and is cut visibly between two characters as people see them', () => {
    expect(cutTitle('two\n lines ', 50)).toBe('two lines');
    expect(cutTitle('abcdef', 4)).toBe('abc…');
    expect(cutTitle('ab👩🏽cd', 5)).toBe('ab…');
    expect(cutTitle('e\u0301e\u0301e\u0301', 4)).toBe('e\u0301…');
  });

  test('no cut is longer than asked, none is empty without need, and each is a beginning', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 0, max: 70 }),
        (text, max) => {
          const kept = cutGraphemes(text, max);

          expect(text.startsWith(kept)).toBe(true);
          expect(kept.length).toBeLessThanOrEqual(max);
          expect(
            [...new Intl.Segmenter('en').segment(text)].map(({ index }) => index).concat(text.length),
          ).toContain(kept.length);
        },
      ),
    );
  });
});
