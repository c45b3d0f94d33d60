import type { Location } from '../matching/finding.ts';
import type { Block, Inline, RichText } from '../rich-text.ts';
import { paragraph, text } from '../rich-text.ts';
import type { Severity, Status } from '../vocabulary.ts';

/** What a card tells about a vulnerability; texts are hostile and stay plain here. */
export interface CardSubject {
  readonly id: string;
  readonly assetName: string;
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  readonly tool: string | null;
  readonly ruleId: string | null;
  readonly cwe: readonly number[];
  readonly cve: readonly string[];
  readonly location: Location;
  readonly snippet: string | null;
  readonly impact: string | null;
  readonly remediation: string | null;
  readonly references: readonly string[];
}

const snippetMax = 2_000;
const descriptionMax = 8_000;
const referencesMax = 20;

/** `[CONVISO] {Issue ID} - {Vulnerability Title}`, on one line; the tracker's limit is applied by its renderer. */
export function cardTitle(prefix: string, subject: Pick<CardSubject, 'id' | 'title'>): string {
  const title = subject.title.replace(/\s+/gu, ' ').trim();
  return `${prefix === '' ? '' : `${prefix} `}${subject.id} - ${title}`;
}

export const cardSections = ['summary', 'what', 'where', 'evidence', 'impact', 'remediation', 'references'] as const;
export type CardSection = (typeof cardSections)[number];

/** Which parts a card's body has, in which order, and words of the team's own. The link back always stands last. */
export interface CardLayout {
  readonly sections: readonly CardSection[];
  readonly note: string;
}

export const cardLayoutDefault: CardLayout = { sections: cardSections, note: '' };

/** As the layout says: by default what, where, evidence, impact, remediation, references; and a link back. */
export function cardBody(subject: CardSubject, url: string, layout: CardLayout = cardLayoutDefault): RichText {
  return [
    ...layout.sections.flatMap((name) => sectionsByName[name](subject)),
    ...paragraphs(layout.note),
    paragraph(
      'Closing or moving this card does not validate a fix: only a scan does. ',
      { kind: 'link', text: `Vulnerability ${subject.id} in Patchboard`, url },
    ),
  ];
}

const sectionsByName: Readonly<Record<CardSection, (subject: CardSubject) => readonly Block[]>> = {
  summary: (subject) => [paragraph({ kind: 'strong', text: 'Severity: ' }, subject.severity, ...toolWords(subject))],
  what: ({ description }) => section('What', description.slice(0, descriptionMax)),
  where: ({ assetName, location }) => [{ kind: 'heading', text: 'Where' }, paragraph(`${assetName}: `, { kind: 'code', text: placeWords(location) })],
  evidence: ({ snippet }) => (snippet === null ? [] : [{ kind: 'heading', text: 'Evidence' }, codeBlock(snippet)]),
  impact: ({ impact }) => section('Impact', impact),
  remediation: ({ remediation }) => section('Remediation', remediation),
  references: referenceList,
};

/** Where a vulnerability is, in one line. */
export function placeWords(location: Location): string {
  switch (location.kind) {
    case 'file':
      return location.startLine === undefined ? location.path : `${location.path}:${location.startLine}`;
    case 'url':
      return `${location.method === undefined ? '' : `${location.method} `}${location.url}${
        location.parameter === undefined ? '' : ` (${location.parameter})`
      }`;
    case 'package':
      return `${location.package}${location.version === undefined ? '' : ` ${location.version}`}${
        location.path === undefined ? '' : ` in ${location.path}`
      }`;
    case 'host':
      return `${location.host}${location.port === undefined ? '' : `:${location.port}`}`;
    case 'none':
      return 'no place given';
  }
}

/** Why the card moved by itself, for people on the board. */
export function moveComment(status: Status, note: string | null): RichText {
  const words = status.replaceAll('_', ' ');
  return [paragraph({ kind: 'strong', text: `Patchboard: ${words}. ` }, note ?? '')];
}

function toolWords(subject: CardSubject): readonly Inline[] {
  const ids = [...subject.cve, ...subject.cwe.map((cwe) => `CWE-${cwe}`)].join(', ');
  const tool = [subject.tool, subject.ruleId].filter((word) => word !== null).join(' ');
  return [
    ...(tool === '' ? [] : [text(' · found by '), { kind: 'code', text: tool } as const]),
    ...(ids === '' ? [] : [text(` · ${ids}`)]),
  ];
}

function section(heading: string, words: string | null): readonly Block[] {
  const kept = paragraphs(words ?? '');
  return kept.length === 0 ? [] : [{ kind: 'heading', text: heading }, ...kept];
}

function paragraphs(words: string): readonly Block[] {
  const parts = words.split(/\n{2,}/u).map((part) => part.trim());
  return parts.filter((part) => part !== '').map((part) => paragraph(part));
}

function codeBlock(snippet: string): Block {
  const cut = snippet.length > snippetMax ? `${snippet.slice(0, snippetMax)}\n…` : snippet;
  return { kind: 'code', text: cut };
}

function referenceList(subject: CardSubject): readonly Block[] {
  if (subject.references.length === 0) {
    return [];
  }
  const items = subject.references
    .slice(0, referencesMax)
    .map((url): readonly Inline[] => [/^https?:\/\//iu.test(url) ? { kind: 'link', text: url, url } : text(url)]);
  return [
    { kind: 'heading', text: 'References' },
    { kind: 'list', items },
  ];
}
