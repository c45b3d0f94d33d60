import { Numbered } from '../lib/numbered.ts';
import type { Evidence } from '../store/findings.ts';
import { grown } from './place-batches.ts';

/** Of each finding of a scan the digest of all of it, and where it is kept if an earlier scan kept it: 8 to 16 bytes a finding. */
export class EvidenceIndex {
  #digests = new Float64Array(1024);
  #length = 0;
  /** Number of the scan in `#scans`, from 1; 0: kept by this one. */
  #scanOf = new Uint32Array(0);
  #ordinalOf = new Uint32Array(0);
  readonly #scans = new Numbered();

  /** In the order of the ordinals. */
  add(digest: number): void {
    if (this.#length === this.#digests.length) {
      this.#digests = grown(this.#digests, new Float64Array(this.#length * 2));
    }
    this.#digests[this.#length] = digest;
    this.#length += 1;
  }

  digestAt(ordinal: number): number {
    return this.#digests[ordinal] ?? 0;
  }

  keepAt(ordinal: number, evidence: Evidence | null): void {
    if (evidence === null) {
      return;
    }
    if (ordinal >= this.#scanOf.length) {
      const room = Math.max(this.#digests.length, ordinal + 1);
      this.#scanOf = grown(this.#scanOf, new Uint32Array(room));
      this.#ordinalOf = grown(this.#ordinalOf, new Uint32Array(room));
    }
    this.#scanOf[ordinal] = this.#scans.numberOf(evidence.scanId) + 1;
    this.#ordinalOf[ordinal] = evidence.ordinal;
  }

  /** Null: the scan keeps it itself. */
  at(ordinal: number): Evidence | null {
    const number = this.#scanOf[ordinal] ?? 0;
    return number === 0 ? null : { scanId: this.#scans.textOf(number - 1), ordinal: this.#ordinalOf[ordinal] as number };
  }
}
