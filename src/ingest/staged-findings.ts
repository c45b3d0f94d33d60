import { hash } from 'node:crypto';
import type { Finding } from '../core/matching/finding.ts';
import type { StagedFinding } from '../store/findings.ts';
import { dropFindings, loadFindings, stageFindings } from '../store/findings.ts';
import type { Store } from '../store/open.ts';
import type { FindingSink } from './read-scan.ts';

const copyBytes = 1024 * 1024;
/** Up to here what was read stays at hand; a longer report is read again from the database, a batch at a time. */
const keptBytesMax = 4 * 1024 * 1024;

const descriptionMax = 20_000;
const snippetMax = 8_000;

/**
 * The findings of one scan on their way into the database, while the report is read: memory holds a bounded part of them,
 * however many there are.
 */
export class StagedFindings implements FindingSink {
  readonly #store: Store;
  readonly #scanId: string;
  readonly #key: string;
  #waiting: StagedFinding[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #kept: Map<number, Finding> | null = new Map();
  #bytes = 0;
  count = 0;

  constructor(store: Store, scanId: string, digestKey: Uint8Array) {
    this.#key = Buffer.from(digestKey).toString('hex');
    this.#store = store;
    this.#scanId = scanId;
  }

  /** Forgets what an earlier try of the same scan left. */
  async begin(): Promise<void> {
    await dropFindings(this.#store.db, this.#scanId);
  }

  async add(given: Finding): Promise<{ readonly ordinal: number; readonly look: number }> {
    const finding = trimmed(given);
    const ordinal = this.count;
    const { attributes, furtherLocations, ...telling } = finding;
    const told = JSON.stringify(telling);
    const besides = attributes === undefined && furtherLocations === undefined ? '{}' : JSON.stringify({ attributes, furtherLocations });
    const raw = besides === '{}' ? told : `${told.slice(0, -1)},${besides.slice(1)}`;
    this.count += 1;
    this.#bytes += raw.length;
    this.#waiting.push({ ordinal, raw });
    this.#waitingBytes += raw.length;
    if (this.#bytes > keptBytesMax) {
      this.#kept = null;
    }
    this.#kept?.set(ordinal, finding);
    if (this.#waitingBytes >= copyBytes) {
      await this.#write();
    }
    return { ordinal, look: isPlain(finding) ? this.#digest(told) : 0 };
  }

  /** 52 bits of a digest that nobody outside can make collide. */
  #digest(told: string): number {
    return Number.parseInt(hash('sha256', `${this.#key}${told}`, 'hex').slice(0, 13), 16);
  }

  async end(): Promise<void> {
    await this.#write();
    await this.#writing;
  }

  async drop(): Promise<void> {
    await this.#writing.catch(() => {});
    await dropFindings(this.#store.db, this.#scanId);
  }

  /** About how long so many of them are, in bytes. */
  lengthOf(count: number): number {
    return this.count === 0 ? 0 : (this.#bytes / this.count) * count;
  }

  async load(ordinals: readonly number[]): Promise<readonly Finding[]> {
    if (this.#kept !== null) {
      return ordinals.map((ordinal) => this.#kept?.get(ordinal) as Finding);
    }
    const rows = await loadFindings(this.#store.db, this.#scanId, ordinals);
    const byOrdinal = new Map(rows.map((row) => [row.ordinal, row.raw]));
    return ordinals.map((ordinal) => JSON.parse(byOrdinal.get(ordinal) ?? '') as Finding);
  }

  /** One write under way while the next part is read. */
  async #write(): Promise<void> {
    await this.#writing;
    if (this.#waiting.length === 0) {
      return;
    }
    const part = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#writing = stageFindings(this.#store, this.#scanId, part);
    // Whoever writes next, or ends, hears of it.
    this.#writing.catch(() => {});
  }
}

/** Known by its file and what stands there, and not suppressed: of such ones the same is the same. */
function isPlain({ kind, location, suppressed }: Finding): boolean {
  return location.kind === 'file' && kind !== 'secret' && suppressed !== true;
}

function trimmed(finding: Finding): Finding {
  const { description, snippet } = finding;
  return description.length <= descriptionMax && (snippet === undefined || snippet.length <= snippetMax)
    ? finding
    : { ...finding, description: description.slice(0, descriptionMax).toWellFormed(), snippet: snippet?.slice(0, snippetMax).toWellFormed() };
}
