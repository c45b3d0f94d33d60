import { SaxesParser } from 'saxes';
import type { ReadLimits, ReportSource } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import { decodeXml } from './decode-xml.ts';
import { withoutDeclarations } from './xml-doctype.ts';
import type { XmlElement } from './xml-element.ts';

/** An element that was asked for, or the begin or end of one on the way. */
export type XmlPiece =
  | { readonly kind: 'begin'; readonly path: string; readonly attributes: ReadonlyMap<string, string> }
  | { readonly kind: 'element'; readonly path: string; readonly element: XmlElement; readonly where: string }
  | { readonly kind: 'end'; readonly path: string };

export interface SplitXmlOptions {
  /** Paths of elements (`Report/ReportHost/ReportItem`) to collect whole. What is not on the way to them is skipped. */
  readonly wanted: readonly string[];
  /** Elements within the wanted ones that are dropped unread: large and of no use. */
  readonly dropped?: readonly string[];
  /** The root must be this element. */
  readonly root: string;
  /** See `withoutDeclarations`. Without it any DOCTYPE is refused. */
  readonly elementDeclarations?: boolean;
  readonly limits: ReadLimits;
}

const stepLength = 64 * 1024;

/** Cuts an XML text of any length into the elements asked for. No entity but the five of XML itself, no DOCTYPE. */
export async function* splitXml(source: ReportSource, options: SplitXmlOptions): AsyncIterable<XmlPiece> {
  const splitter = new XmlSplitter(options);
  const text = decodeXml(source);
  for await (const chunk of options.elementDeclarations === true ? withoutDeclarations(text) : text) {
    splitter.feed(chunk);
    for (const piece of splitter.take()) {
      yield piece;
    }
  }
  splitter.finish();
  for (const piece of splitter.take()) {
    yield piece;
  }
}

interface Building {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  readonly text: string[];
}

class XmlSplitter {
  readonly #options: SplitXmlOptions;
  readonly #wanted: ReadonlySet<string>;
  readonly #onTheWay: ReadonlySet<string>;
  readonly #parser = new SaxesParser();
  readonly #names: string[] = [];
  #pieces: XmlPiece[] = [];
  #fault: ReportError | null = null;
  /** The wanted element under way and those open within it. */
  #building: Building[] = [];
  #droppedAt = 0;
  #size = 0;
  #written = 0;

  constructor(options: SplitXmlOptions) {
    this.#options = options;
    this.#wanted = new Set(options.wanted);
    this.#onTheWay = new Set(options.wanted.flatMap(parents));
    const parser = this.#parser;
    parser.on('error', (error) => this.#fail(`The report is not well-formed XML: ${plainReason(error)}`));
    parser.on('doctype', () => this.#refuseDoctype());
    parser.on('opentag', (tag) => this.#open(tag.name, tag.attributes as Readonly<Record<string, string>>));
    parser.on('closetag', (tag) => this.#close(tag.name));
    parser.on('text', (text) => this.#text(text));
    parser.on('cdata', (text) => this.#text(text));
  }

  take(): readonly XmlPiece[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  feed(chunk: string): void {
    for (let from = 0; from < chunk.length; from += stepLength) {
      const part = chunk.slice(from, from + stepLength);
      this.#size += part.length;
      this.#written += part.length;
      this.#bounded();
      this.#parser.write(part);
      this.#throwFault();
    }
  }

  finish(): void {
    if (this.#written === 0) {
      throw new ReportError('The report is empty.', {
        where: 'line 1',
        hint: 'Look whether the scanner wrote its output to another file.',
      });
    }
    this.#parser.close();
    this.#throwFault();
  }

  #throwFault(): void {
    if (this.#fault !== null) {
      throw this.#fault;
    }
  }

  #open(name: string, given: Readonly<Record<string, string>>): void {
    if (this.#names.length === 0 && name !== this.#options.root) {
      this.#fail(`The report's root is “${name.slice(0, 60)}”, not “${this.#options.root}”`);
    }
    this.#names.push(name);
    if (this.#names.length > this.#options.limits.depthMax) {
      this.#fail(`The report is nested deeper than ${this.#options.limits.depthMax} levels`);
    }
    if (this.#droppedAt > 0 || this.#fault !== null) {
      return;
    }
    const attributes = new Map(Object.entries(given));
    if (this.#building.length > 0) {
      if (this.#options.dropped?.includes(name) === true) {
        this.#droppedAt = this.#names.length;
        return;
      }
      this.#building.push({ name, attributes, children: [], text: [] });
      return;
    }
    const path = this.#names.join('/');
    if (this.#wanted.has(path)) {
      this.#building.push({ name, attributes, children: [], text: [] });
    } else if (this.#onTheWay.has(path)) {
      this.#size = 0;
      this.#pieces.push({ kind: 'begin', path, attributes });
    }
  }

  #close(name: string): void {
    const path = this.#names.join('/');
    this.#names.pop();
    if (this.#droppedAt > 0) {
      if (this.#names.length < this.#droppedAt) {
        this.#droppedAt = 0;
      }
      return;
    }
    const built = this.#building.pop();
    if (built === undefined) {
      this.#size = 0;
      if (this.#onTheWay.has(path)) {
        this.#pieces.push({ kind: 'end', path });
      }
      return;
    }
    const element = {
      name,
      attributes: built.attributes,
      children: built.children,
      text: built.text.join(''),
    };
    const parent = this.#building.at(-1);
    if (parent === undefined) {
      this.#size = 0;
      this.#pieces.push({ kind: 'element', path, element, where: this.#where(path) });
    } else {
      parent.children.push(element);
    }
  }

  #text(text: string): void {
    if (this.#droppedAt === 0) {
      this.#building.at(-1)?.text.push(text);
    }
  }

  /** Whatever has come since the last element was finished is in memory. */
  #bounded(): void {
    const most = this.#options.limits.elementMax;
    if (this.#size > most + stepLength) {
      this.#fail(`One element of the report is larger than ${most} characters`);
      this.#throwFault();
    }
  }

  #refuseDoctype(): void {
    const hint = 'Remove the DOCTYPE declaration; the report does not need it.';
    this.#fault ??= new ReportError('The report has a DOCTYPE, which is refused.', {
      where: this.#where('the start'),
      hint,
    });
    this.#throwFault();
  }

  #fail(message: string): void {
    this.#fault ??= new ReportError(`${message}.`, {
      where: this.#where(this.#names.join('/') || 'the start'),
    });
  }

  #where(path: string): string {
    return `${path}, line ${this.#parser.line}, column ${this.#parser.column}`;
  }
}

function parents(path: string): readonly string[] {
  const steps = path.split('/');
  return steps.slice(1).map((_step, index) => steps.slice(0, index + 1).join('/'));
}

/** The parser's own words without the place, and without what the file says. */
function plainReason(error: Error): string {
  const words = error.message.replace(/^\d+:\d+:\s*/u, '').replace(/[\s:.]+$/u, '');
  return /unclosed|unexpected end|must contain a root/iu.test(words)
    ? 'it ends in the middle, so it was cut short'
    : words.slice(0, 120);
}
