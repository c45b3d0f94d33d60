/** What a command is given: its words, and where its own words go. */
export interface CommandIo {
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
  /** A passing line that the next one replaces. Only where a terminal is. */
  readonly progress: (words: string) => void;
  readonly client: { readonly url: string; readonly token: string | null };
  /** A variable of the environment, for secrets that do not stand in a file. */
  readonly variable: (name: string) => string | undefined;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** After `patchboard NAME`; one line for each way to call it. */
  readonly usage: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly string[];
  /** Sentences below the examples. */
  readonly notes?: readonly string[];
  /** Exit code: 0 done, 1 it failed, 2 wrong use. */
  run(given: Given, io: CommandIo): Promise<number>;
}

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly describes: string;
}

export interface Given {
  readonly positionals: readonly string[];
  text(name: string): string | undefined;
  is(name: string): boolean;
}

/** Wrong use: exit code 2, with what to write instead. */
export class WrongUse extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WrongUse';
  }
}

/** Options that every command has. */
export const sharedOptions = {
  json: { type: 'boolean', describes: 'Print JSON, for scripts.' },
  help: { type: 'boolean', short: 'h', describes: 'Show this.' },
} as const satisfies Readonly<Record<string, OptionSpec>>;
