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
    this.#head = null;
    this.#read(head);
  }

  #read(text: string): void {
    for (const character of text) {
      this.#size += 1;
      if (this.#size > this.#limits.elementMax) {
        throw new ReportError(`One row of the report is longer than ${this.#limits.elementMax} characters.`, {
          where: `line ${this.#begunIn}`,
        });
      }
      if (character === '\n') {
        this.#line += 1;
      }
      this.#step(character);
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
