import { expect, test } from 'vitest';
import { paragraph } from '../../core/rich-text.ts';
import type { Conformance } from './conformance.ts';

const hostileTitle =
  '[CONVISO] 7 - <img src=x onerror=alert(1)>\u202Etxt.exe\u0000 "quoted" & \'more\'\nsecond line';
const hostileText =
  '<script>alert(1)</script> <img src=x onerror=alert(1)> </p></pre> @admin #12 AB#34 [code]<b>x</b>[/code] a\u200Bb \u202Ecba';

/** What scanners say is hostile, and long. */
export function promisesOfWords({ tracker, stage }: Conformance): void {
  test('hostile text arrives neutral, in title, body and comment', async () => {
    const { sandbox, example, create, update } = await stage();
    const body = [
      { kind: 'heading', text: hostileText } as const,
      paragraph(hostileText, { kind: 'link', text: 'click', url: 'javascript:alert(1)' }),
      { kind: 'code', text: hostileText } as const,
    ];
    const card = await create(7, { title: hostileTitle, body });
    await update(card, { state: example.statusMapping.inProgress, comment: [paragraph(hostileText)] });

    const [stored] = sandbox.cards();
    const written = [stored?.body ?? '', ...(stored?.comments ?? [])].join('\n');

    expect(stored?.title).not.toMatch(/[\u0000-\u001F\u202E\u200B]/u);
    expect(written).not.toMatch(/[\u0000\u200B\u202E]/u);
    expect(written).not.toMatch(/@admin|#12|AB#34|\[\/?code\]/u);
    expect(written).not.toMatch(/javascript:/iu);
    expect(written.includes('<p>') ? written : '').not.toMatch(/<(?:script|img)|<\/p><\/pre>/u);
  });

  test('title and body are cut at the tracker’s limits, visibly, with the whole at the link', async () => {
    const { sandbox, create, draft, session } = await stage();
    const body = Array.from({ length: 400 }, () => paragraph('👩🏽 long words '.repeat(150)));

    const card = await create(1, { title: `${draft(1).title} ${'👩🏽'.repeat(400)}`, body });

    const [stored] = sandbox.cards();
    expect(stored?.title.length).toBeLessThanOrEqual(tracker.traits.titleMax);
    expect(stored?.title).toMatch(/…$/u);
    expect(stored?.title).toBe((await session.read(card.ref)).title);
    expect(stored?.body).toContain('the whole is here');
    expect(stored?.body).toContain(draft(1).url);
  });
}
