import { Numbered } from '../lib/numbered.ts';
import { firstAt } from '../lib/sorted.ts';
import type { Evidence } from '../store/findings.ts';
import { looksOfScope } from '../store/looks.ts';
import type { Connection } from '../store/open.ts';
import { grown } from './place-batches.ts';

/** By what one scope saw everything last: about 36 bytes a vulnerability. */
export class ScopeLooks {
  #looks = new Float64Array(1024);
  #vulnerabilities = new Float64Array(1024);
  #evidence = new Float64Array(1024);
  #ordinals = new Uint32Array(1024);
  #scans = new Uint32Array(1024);
  #shown = new Uint8Array(1024);
  #length = 0;
  readonly #names = new Numbered();

  /** Null: there are more than `most`. */
  static async of(db: Connection, scopeId: string, most: number): Promise<ScopeLooks | null> {
    const all = new ScopeLooks();
    for await (const one of looksOfScope(db, scopeId, most + 1)) {
      if (all.#length === most) {
        return null;
      }
      all.#makeRoom();
      all.#looks[all.#length] = one.look;
      all.#vulnerabilities[all.#length] = one.vulnerability;
      all.#evidence[all.#length] = one.evidence;
      all.#ordinals[all.#length] = one.keptOrdinal;
      all.#scans[all.#length] = all.#names.numberOf(one.keptBy);
      all.#shown[all.#length] = Number(one.shown);
      all.#length += 1;
    }
    return all;
  }

  /** Where a finding is kept that is, to the letter, what was seen. */
  evidenceOf(look: number, evidence: number): Evidence | null {
    for (let at = this.#firstOf(look); this.#looks[at] === look && at < this.#length; at += 1) {
      if (this.#evidence[at] === evidence) {
        return { scanId: this.#names.textOf(this.#scans[at] as number), ordinal: this.#ordinals[at] as number };
      }
    }
    return null;
  }

  /** What was seen so last; `onlyShown`: without what shows nothing yet of what was seen. */
  vulnerabilitiesOf(look: number, onlyShown: boolean): number[] {
    const ids: number[] = [];
    for (let at = this.#firstOf(look); this.#looks[at] === look && at < this.#length; at += 1) {
      if (!onlyShown || this.#shown[at] === 1) {
        ids.push(this.#vulnerabilities[at] as number);
      }
    }
    return ids;
  }

  #firstOf(look: number): number {
    return firstAt(this.#looks, this.#length, look);
  }

  #makeRoom(): void {
    if (this.#length === this.#looks.length) {
      this.#looks = grown(this.#looks, new Float64Array(this.#length * 2));
      this.#vulnerabilities = grown(this.#vulnerabilities, new Float64Array(this.#length * 2));
      this.#evidence = grown(this.#evidence, new Float64Array(this.#length * 2));
      this.#ordinals = grown(this.#ordinals, new Uint32Array(this.#length * 2));
      this.#scans = grown(this.#scans, new Uint32Array(this.#length * 2));
      this.#shown = grown(this.#shown, new Uint8Array(this.#length * 2));
    }
  }
}
