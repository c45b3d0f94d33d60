import { hash } from 'node:crypto';
import type { Finding } from '../core/matching/finding.ts';
import type { Evidence, StagedFinding } from '../store/findings.ts';
import { dropFindings, loadFindings, stageFindings } from '../store/findings.ts';
import { knownEvidence } from '../store/looks.ts';
import type { Store } from '../store/open.ts';
import type { FoundScope } from '../store/scopes.ts';
import { findScope } from '../store/scopes.ts';
import { EvidenceIndex } from './evidence-index.ts';
import type { FindingSink } from './read-scan.ts';
import { ScopeLooks } from './scope-looks.ts';

const partBytes = 1024 * 1024;
/** Up to here what was read stays at hand; a longer report is read again from the database, a batch at a time. */
const keptBytesMax = 4 * 1024 * 1024;

/** A finding takes about twice so many bytes of a report: what a scope knows is read in one pass where it is at most about twice as much. */
const bytesALook = 200;
const looksLeast = 2_000;

/** So much of what is new stays at hand as text until it is matched: it need not be fetched again. */
const newsBytesMax = 16 * 1024 * 1024;

const descriptionMax = 20_000;
const snippetMax = 8_000;

/** What a run is told apart by within the scan: its scope. */
interface ScopeName {
  readonly tool: string;
  readonly category: string;
}

interface StagedScan {
  readonly id: string;
  readonly assetId: string;
  readonly branch: string;
  readonly reportBytes: number;
}

interface KnownScope extends FoundScope {
  /** Null: far more than the report can show. */
  readonly looks: ScopeLooks | null;
}

interface Waiting extends StagedFinding {
  readonly run: ScopeName;
  readonly look: number;
  readonly evidence: number;
}

/**
 * The findings of one scan on their way into the database, while the report is read: memory holds a bounded part of them,
 * however many there are. What the scope was told before, to the letter, is kept already and is not written again.
 */
export class StagedFindings implements FindingSink {
  readonly #store: Store;
  readonly #scan: StagedScan;
  readonly #key: string;
  readonly #scopes = new Map<string, Promise<KnownScope | null>>();
  /** By what each run's scope saw everything last, as soon as that is read. */
  readonly #looks = new Map<ScopeName, ScopeLooks | null>();
  readonly #index = new EvidenceIndex();
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #kept: Map<number, Finding> | null = new Map();
  #bytes = 0;
  /** Texts that this scan keeps itself, by their numbers, as far as there is room. */
  readonly #news = new Map<number, string>();
  #newsBytes = 0;
  #besides = { text: '{}', digest: 0 };
  count = 0;

  constructor(store: Store, scan: StagedScan, digestKey: Uint8Array) {
    this.#key = Buffer.from(digestKey).toString('hex');
    this.#store = store;
    this.#scan = scan;
  }

  /** Forgets what an earlier try of the same scan left. */
  async begin(): Promise<void> {
    await dropFindings(this.#store.db, this.#scan.id);
  }

  async add(given: Finding, run: ScopeName): Promise<{ readonly ordinal: number; readonly look: number }> {
    const finding = trimmed(given);
    const ordinal = this.count;
    const { told, besides } = textsOf(finding);
    const raw = besides === '{}' ? told : `${told.slice(0, -1)},${besides.slice(1)}`;
    const { look, evidence } = isPlain(finding) ? this.#digests(told, besides) : { look: 0, evidence: 0 };
    this.count += 1;
    this.#bytes += raw.length;
    this.#index.add(evidence);
    const kept = look === 0 ? null : this.#keptAs(run, look, evidence);
    this.#index.keepAt(ordinal, kept);
    if (kept === null) {
      this.#waiting.push({ ordinal, raw, run, look, evidence });
      this.#waitingBytes += raw.length;
    }
    if (this.#bytes > keptBytesMax) {
      this.#kept = null;
    }
    this.#kept?.set(ordinal, finding);
    if (this.#waitingBytes >= partBytes) {
      await this.#write();
    }
    return { ordinal, look };
  }

  /** Where it is kept, as far as that can be said at once: then its text need not be held. What it misses, `#keep` finds. */
  #keptAs(run: ScopeName, look: number, evidence: number): Evidence | null {
    const looks = this.#looks.get(run);
    if (looks === undefined) {
      this.#looks.set(run, null);
      // Who needs them hears of a failure.
      this.#scopeOf(run).then((scope) => this.#looks.set(run, scope?.looks ?? null)).catch(() => {});
    }
    return looks?.evidenceOf(look, evidence) ?? null;
  }

  /** Two times 52 bits that nobody outside can make collide: of what it tells, and of all of it. */
  #digests(told: string, besides: string): { readonly look: number; readonly evidence: number } {
    const digits = hash('sha256', `${this.#key}${told}`, 'hex');
    if (besides !== this.#besides.text) {
      // Mostly the same again and again.
      this.#besides = { text: besides, digest: besides === '{}' ? 0 : bits(hash('sha256', `${this.#key}${besides}`, 'hex'), 0) };
    }
    return { look: bits(digits, 0), evidence: (bits(digits, 13) + this.#besides.digest) % 2 ** 52 };
  }

  async end(): Promise<void> {
    await this.#write();
    await this.#writing;
  }

  async drop(): Promise<void> {
    await this.#writing.catch(() => {});
    await dropFindings(this.#store.db, this.#scan.id);
  }

  /** About how long so many of them are, in bytes. */
  lengthOf(count: number): number {
    return this.count === 0 ? 0 : (this.#bytes / this.count) * count;
  }

  /** Where a finding is kept, and the digest of all of it (0: none). */
  evidenceOf(ordinal: number): Evidence {
    return this.#index.at(ordinal) ?? { scanId: this.#scan.id, ordinal };
  }

  digestOf(ordinal: number): number {
    return this.#index.digestAt(ordinal);
  }

  /**
   * By what the scope saw everything last; null: that is too much to be read for this report, or another scan of it came between. What a
   * person merged or split meanwhile is not detected any more by this scope as what it was.
   */
  async looksOf(run: ScopeName, lastScanAt: Date | null): Promise<ScopeLooks | null> {
    const scope = await this.#scopeOf(run);
    return scope !== null && scope.last_scan_at?.getTime() === lastScanAt?.getTime() ? scope.looks : null;
  }

  async load(ordinals: readonly number[]): Promise<readonly Finding[]> {
    if (this.#kept !== null) {
      return ordinals.map((ordinal) => this.#kept?.get(ordinal) as Finding);
    }
    const places = ordinals.map((ordinal) => ({ ...this.evidenceOf(ordinal), text: this.#takeNews(ordinal) }));
    const texts = new Map<string, string>();
    for (const [scanId, some] of Map.groupBy(places.filter(({ text }) => text === undefined), (place) => place.scanId)) {
      for (const row of await loadFindings(this.#store.db, scanId, some.map((place) => place.ordinal))) {
        texts.set(`${scanId} ${row.ordinal}`, row.raw);
      }
    }
    return places.map(({ scanId, ordinal, ...place }) => {
      const text = place.text ?? texts.get(`${scanId} ${ordinal}`);
      if (text === undefined) {
        throw new Error(`Finding ${ordinal} of scan ${scanId} is gone.`);
      }
      return JSON.parse(text) as Finding;
    });
  }

  #takeNews(ordinal: number): string | undefined {
    const text = this.#news.get(ordinal);
    if (text !== undefined) {
      this.#news.delete(ordinal);
      this.#newsBytes -= text.length;
    }
    return text;
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
    this.#writing = this.#keep(part);
    // Whoever writes next, or ends, hears of it.
    this.#writing.catch(() => {});
  }

  async #keep(part: readonly Waiting[]): Promise<void> {
    for (const [run, some] of Map.groupBy(part, (one) => one.run)) {
      const plain = some.filter((one) => one.look !== 0);
      const scope = plain.length === 0 ? null : await this.#scopeOf(run);
      if (scope !== null && scope.looks !== null) {
        const { looks } = scope;
        plain.forEach((one) => this.#index.keepAt(one.ordinal, looks.evidenceOf(one.look, one.evidence)));
      } else if (scope !== null) {
        for (const { nth, evidence } of await knownEvidence(this.#store.db, scope.id, plain)) {
          this.#index.keepAt((plain[nth] as Waiting).ordinal, evidence);
        }
      }
    }
    const news = part.filter((one) => this.#index.at(one.ordinal) === null);
    for (const { ordinal, raw } of news) {
      if (this.#kept === null && this.#newsBytes + raw.length <= newsBytesMax) {
        this.#news.set(ordinal, raw);
        this.#newsBytes += raw.length;
      }
    }
    if (news.length > 0) {
      await stageFindings(this.#store, this.#scan.id, news);
    }
  }

  #scopeOf(run: ScopeName): Promise<KnownScope | null> {
    const name = `${run.tool}\u0000${run.category}`;
    const known = this.#scopes.get(name) ?? this.#askOf(run);
    this.#scopes.set(name, known);
    return known;
  }

  async #askOf({ tool, category }: ScopeName): Promise<KnownScope | null> {
    const { assetId, branch, reportBytes } = this.#scan;
    const scope = await findScope(this.#store.db, { assetId, tool, branch, category });
    return scope === null ? null : { ...scope, looks: await ScopeLooks.of(this.#store.db, scope.id, Math.max(looksLeast, reportBytes / bytesALook)) };
  }
}

/** What it tells, and what else it bears: mostly nothing, and then nothing of it is copied first. */
function textsOf(finding: Finding): { readonly told: string; readonly besides: string } {
  if (finding.attributes === undefined && finding.furtherLocations === undefined) {
    return { told: JSON.stringify(finding), besides: '{}' };
  }
  const { attributes, furtherLocations, ...telling } = finding;
  return { told: JSON.stringify(telling), besides: JSON.stringify({ attributes, furtherLocations }) };
}

function bits(digits: string, from: number): number {
  return Number.parseInt(digits.slice(from, from + 13), 16);
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
