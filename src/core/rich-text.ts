/**
 * What we write on a card, before any tracker's syntax. Texts are plain: whoever renders them escapes them.
 * A renderer may drop decoration but never words.
 */

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'strong'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly url: string };

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly kind: 'list'; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: 'code'; readonly text: string };

export type RichText = readonly Block[];

export function text(value: string): Inline {
  return { kind: 'text', text: value };
}

export function paragraph(...children: readonly (Inline | string)[]): Block {
  return { kind: 'paragraph', children: children.map((child) => (typeof child === 'string' ? text(child) : child)) };
}
