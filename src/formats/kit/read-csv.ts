import type { ReadLimits, ReportSource } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';

export interface Row {
  /** The line in which the row begins. */
  readonly line: number;
  readonly cells: readonly string[];
  /** False: the file ends before the row does, as whole files and cut ones may. */
  readonly ended: boolean;
}

/** Comma-separated values (RFC 4180), also with `;` or tabs, with quoted line breaks; empty lines are left out. */
export async function* readCsv(source: ReportSource, limits: ReadLimits): AsyncIterable<Row> {
  const reader = new CsvReader(limits);
  const decoder = new TextDecoder('utf-8');
  for await (const chunk of source.open()) {
    reader.feed(decoder.decode(chunk, { stream: true }));
    for (const row of reader.take()) {
      yield row;
    }
  }
  reader.feed(decoder.decode());
  reader.finish();
  for (const row of reader.take()) {
    yield row;
  }
}

class CsvReader {
  readonly #limits: ReadLimits;
  #head: string | null = '';
  #separator = ',';
  #rows: Row[] = [];
  #cells: string[] = [];
  #cell = '';
  #size = 0;
  #line = 1;
  #begunIn = 1;
  /** What may end a cell without quotes; a quote in its middle is text. */
  #special = /[,\r\n]/gu;
  #state: 'start' | 'plain' | 'quoted' | 'after quote' = 'start';

  constructor(limits: ReadLimits) {
    this.#limits = limits;
  }

  take(): readonly Row[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  feed(text: string): void {
    if (this.#head === null) {
      this.#read(text);
      return;
    }
    // The first line tells what separates cells.
    this.#head += text;
    if (/[\r\n]/u.test(this.#head) || this.#head.length > this.#limits.stringMax) {
      this.#begin();
    }
  }

  finish(): void {
    if (this.#head !== null) {
      this.#begin();
    }
    if (this.#state === 'quoted') {
      const hint = 'Upload the whole file; a quote inside a cell is written twice.';
      throw new ReportError('The report ends inside a quoted cell: it was cut short.', {
        where: `line ${this.#begunIn}`,
        hint,
      });
    }
    this.#endRow(false);
  }

  #begin(): void {
    const head = this.#head ?? '';
    const [first = ''] = head.split(/\r?\n|\r/u);
    const outside = first.replace(/"[^"]*"/gu, '');
    const count = (separator: string) => outside.split(separator).length;
    this.#separator = [',', ';', '\t'].sort((one, other) => count(other) - count(one))[0] ?? ',';
    this.#special = new RegExp(`[${this.#separator}\\r\\n]`, 'gu');
    this.#head = null;
    this.#read(head);
  }

  #read(text: string): void {
    let at = 0;
    while (at < text.length) {
      const to = this.#plainUntil(text, at);
      if (to > at) {
        this.#take(text.slice(at, to));
        at = to;
        continue;
      }
      const character = text[at] as string;
      this.#measure(1);
      this.#line += character === '\n' ? 1 : 0;
      this.#step(character);
      at += 1;
    }
  }

  /** Where what is plainly the cell's text ends. */
  #plainUntil(text: string, at: number): number {
    if (this.#state === 'quoted') {
      const quote = text.indexOf('"', at);
      return quote < 0 ? text.length : quote;
    }
    if (this.#state !== 'plain') {
      return at;
    }
    this.#special.lastIndex = at;
    return this.#special.exec(text)?.index ?? text.length;
  }

  #take(plain: string): void {
    this.#measure(plain.length);
    this.#cell += plain;
    if (this.#state === 'quoted') {
      this.#line += plain.split('\n').length - 1;
    }
  }

  #measure(characters: number): void {
    this.#size += characters;
    if (this.#size > this.#limits.elementMax) {
      const where = `line ${this.#begunIn}`;
      throw new ReportError(`One row of the report is longer than ${this.#limits.elementMax} characters.`, {
        where,
      });
    }
  }

  #step(character: string): void {
    if (this.#state === 'quoted') {
      if (character === '"') {
        this.#state = 'after quote';
      } else {
        this.#cell += character;
      }
      return;
    }
    if (character === '\n' || character === '\r') {
      this.#endRow(true);
    } else if (character === this.#separator) {
      this.#endCell();
    } else if (character === '"' && this.#state === 'after quote') {
      this.#cell += '"';
      this.#state = 'quoted';
    } else if (character === '"' && this.#state === 'start') {
      this.#state = 'quoted';
    } else if (this.#state === 'after quote') {
      if (character !== ' ') {
        const hint =
          'A cell that holds a quote, a separator or a line break stands in quotes, and its quotes are doubled.';
        throw new ReportError('Text follows the closing quote of a cell.', {
          where: `line ${this.#line}`,
          hint,
        });
      }
    } else {
      this.#cell += character;
      this.#state = 'plain';
    }
  }

  #endCell(): void {
    this.#cells.push(this.#cell);
    this.#cell = '';
    this.#state = 'start';
  }

  #endRow(ended: boolean): void {
    const something = this.#cells.length > 0 || this.#cell.trim() !== '' || this.#state === 'after quote';
    if (something) {
      this.#endCell();
      this.#rows.push({ line: this.#begunIn, cells: this.#cells, ended });
    }
    this.#cells = [];
    this.#cell = '';
    this.#state = 'start';
    this.#size = 0;
    this.#begunIn = this.#line;
  }
}
