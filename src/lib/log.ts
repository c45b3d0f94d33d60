import type { DestinationStream } from 'pino';
import pino from 'pino';

export const logLevels = ['error', 'warn', 'info', 'debug', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];
export type Facts = Readonly<Record<string, unknown>>;

/**
 * One line an outcome: a fixed message, the facts beside it. `error` wakes a person, `warn` is read weekly, `info` (the
 * plain call) tells the story, `debug` is off.
 */
export interface Log {
  (message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  debug(message: string, facts?: Facts): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Short lines for a person at a terminal; else one JSON object a line. */
  readonly forPeople?: boolean;
  /** Default: the process's stderr; stdout is for answers. */
  readonly stream?: DestinationStream;
}

const depthMax = 6;
const textMax = 4_000;
const listMax = 100;
const mask = '[redacted]';
const secretName = /password|secret|token|credential|authorization|cookie|api-?_?key|^key$/iu;
/** What gives a secret away inside a text: a header's value, a password in an address, a token in our own links. */
const secretText =
  /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}|(:\/\/[^\s/:@]*:)[^\s/@]+(?=@)|([?&#/](?:setup|token|code|state)[=/])[\w-]{16,}/giu;

export function makeLog(options: LogOptions): Log {
  const stream = options.stream ?? pino.destination({ fd: 2, sync: true });
  const logger = pino(
    {
      level: options.level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.forPeople === true ? { write: (line: string) => stream.write(readable(line)) } : stream,
  );
  const at =
    (level: Exclude<LogLevel, 'silent'>) =>
    (message: string, facts: Facts = {}) =>
      logger[level](redact(facts, 0), message);
  return Object.assign(at('info'), { error: at('error'), warn: at('warn'), debug: at('debug') });
}

/** `12:00:00 warn  link held  link=… because=…` */
function readable(line: string): string {
  const { level, time, msg, ...facts } = JSON.parse(line) as Record<string, unknown>;
  const shown = Object.entries(facts).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const mark = level === 'info' ? '' : `${String(level)}: `;
  return `${String(time).slice(11, 19)} ${mark}${[String(msg), ...shown].join('  ')}\n`;
}

/** Facts without secrets, by their names and by their look, and without bulk. */
function redact(value: unknown, depth: number): object {
  return redactAny(value, depth) as object;
}

function redactAny(value: unknown, depth: number): unknown {
  if (typeof value === 'string') {
    return redactText(value);
  }
  if (value instanceof Error) {
    return redactAny(
      { name: value.name, message: value.message, stack: value.stack, cause: value.cause },
      depth,
    );
  }
  if (typeof value === 'bigint') {
    return value.toString();
  }
  if (typeof value !== 'object' || value === null || value instanceof Date) {
    return value;
  }
  if (depth >= depthMax) {
    return '[deep]';
  }
  if (ArrayBuffer.isView(value)) {
    return `[${value.byteLength} bytes]`;
  }
  if (Array.isArray(value)) {
    return value.slice(0, listMax).map((one) => redactAny(one, depth + 1));
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      isSecret(name, inner) ? mask : redactAny(inner, depth + 1),
    ]),
  );
}

/** Numbers and answers to yes-or-no questions (`tokens: 3`, `hasToken: true`) give nothing away. */
function isSecret(name: string, value: unknown): boolean {
  return secretName.test(name) && (typeof value === 'string' || typeof value === 'object') && value !== null;
}

function redactText(text: string): string {
  const clean = text.replace(secretText, (_whole, scheme?: string, user?: string, place?: string) =>
    scheme !== undefined ? `${scheme} ${mask}` : `${user ?? place ?? ''}${mask}`,
  );
  return clean.length > textMax ? `${clean.slice(0, textMax)}…` : clean;
}
