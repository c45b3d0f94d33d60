import type { LanguageFn } from 'highlight.js';
import hljs from 'highlight.js/lib/core';

/** A coloured stretch of text. Scanner's text stays text: no HTML is ever made of it. */
export interface Stretch {
  readonly text: string;
  readonly scope: string | null;
}

/** Only what is needed is loaded, when it is needed. */
const languages: Readonly<Record<string, () => Promise<{ default: LanguageFn }>>> = {
  bash: () => import('highlight.js/lib/languages/bash'),
  c: () => import('highlight.js/lib/languages/c'),
  cpp: () => import('highlight.js/lib/languages/cpp'),
  csharp: () => import('highlight.js/lib/languages/csharp'),
  dockerfile: () => import('highlight.js/lib/languages/dockerfile'),
  go: () => import('highlight.js/lib/languages/go'),
  java: () => import('highlight.js/lib/languages/java'),
  javascript: () => import('highlight.js/lib/languages/javascript'),
  json: () => import('highlight.js/lib/languages/json'),
  kotlin: () => import('highlight.js/lib/languages/kotlin'),
  php: () => import('highlight.js/lib/languages/php'),
  python: () => import('highlight.js/lib/languages/python'),
  ruby: () => import('highlight.js/lib/languages/ruby'),
  rust: () => import('highlight.js/lib/languages/rust'),
  sql: () => import('highlight.js/lib/languages/sql'),
  typescript: () => import('highlight.js/lib/languages/typescript'),
  xml: () => import('highlight.js/lib/languages/xml'),
  yaml: () => import('highlight.js/lib/languages/yaml'),
};

const endings: Readonly<Record<string, string>> = {
  sh: 'bash', c: 'c', h: 'c', cc: 'cpp', cpp: 'cpp', hpp: 'cpp', cs: 'csharp', go: 'go', java: 'java', js: 'javascript', jsx: 'javascript', mjs: 'javascript',
  cjs: 'javascript', json: 'json', kt: 'kotlin', php: 'php', py: 'python', rb: 'ruby', rs: 'rust', sql: 'sql', ts: 'typescript', tsx: 'typescript', html: 'xml',
  xml: 'xml', vue: 'xml', yaml: 'yaml', yml: 'yaml', tf: 'go',
};

export function languageOf(path: string): string | null {
  const name = path.split('/').at(-1)?.toLowerCase() ?? '';
  return name.startsWith('dockerfile') ? 'dockerfile' : (endings[name.split('.').at(-1) ?? ''] ?? null);
}

/** The library's tree of a highlighted text, which it has beside the HTML that we do not want. */
interface Node {
  readonly scope?: string;
  readonly children: readonly (Node | string)[];
}

export async function highlight(code: string, path: string): Promise<readonly Stretch[]> {
  const language = languageOf(path);
  const load = language === null ? undefined : languages[language];
  if (language === null || load === undefined) {
    return [{ text: code, scope: null }];
  }
  if (hljs.getLanguage(language) === undefined) {
    hljs.registerLanguage(language, (await load()).default);
  }
  const result = hljs.highlight(code, { language, ignoreIllegals: true });
  // Its type calls the emitter private; its tree is what its documentation describes for renderers.
  const { rootNode } = result._emitter as unknown as { readonly rootNode: Node };
  return stretchesOf(rootNode, null);
}

function stretchesOf(node: Node, scope: string | null): readonly Stretch[] {
  return node.children.flatMap((child) => (typeof child === 'string' ? [{ text: child, scope }] : stretchesOf(child, child.scope ?? scope)));
}
