import type { ReadOptions, ReportEvent, ReportSource } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import type { Finding } from '../../core/matching/finding.ts';
import { mapTexts } from './map-texts.ts';
import { oneLine } from './text.ts';

/** Of these lists a finding keeps so many entries. */
const keptMax = 100;
const furtherLocationsMax = 20;
const progressEvery = 500;

export type Reading = (source: ReportSource, options: ReadOptions) => AsyncIterable<ReportEvent>;

/**
 * What every format's reading goes through: the number of findings is bounded, long texts are cut with a complaint, what
 * no database or browser can hold (NUL, lone surrogates) is gone, and progress is told.
 */
export function keepWithinLimits(reading: Reading): Reading {
  return (source, options) => kept(reading, source, options);
}

async function* kept(
  reading: Reading,
  source: ReportSource,
  options: ReadOptions,
): AsyncIterable<ReportEvent> {
  const { limits } = options;
  const progress = { bytes: 0, findings: 0 };
  const tidy = new Tidy(limits.stringMax);
  for await (const event of reading(counting(source, progress), options)) {
    if (event.kind !== 'finding') {
      yield event;
      continue;
    }
    progress.findings += 1;
    if (progress.findings > limits.findingsMax) {
      const hint = 'Split it into several scans with a category each.';
      throw new ReportError(`The report has more than ${limits.findingsMax} findings.`, {
        where: `finding ${limits.findingsMax + 1}`,
        hint,
      });
    }
    const before = tidy.cut;
    const finding = mapTexts(fewer(event.finding), tidy.text);
    if (tidy.cut > before && before < keptMax) {
      const message = `A text longer than ${limits.stringMax} characters was cut.`;
      yield {
        kind: 'complaint',
        complaint: { message, where: `finding ${progress.findings}, ${oneLine(finding.ruleId)}` },
      };
    }
    yield finding === event.finding ? event : { kind: 'finding', finding };
    if (progress.findings % progressEvery === 0) {
      options.onProgress?.({ ...progress });
    }
  }
  options.onProgress?.({ ...progress });
}

/** Bytes of the newest reading, since a report may be read more than once. */
function counting(source: ReportSource, progress: { bytes: number }): ReportSource {
  return {
    open: async function* () {
      progress.bytes = 0;
      for await (const chunk of source.open()) {
        progress.bytes += chunk.length;
        yield chunk;
      }
    },
  };
}

class Tidy {
  readonly #most: number;
  cut = 0;

  constructor(most: number) {
    this.#most = most;
  }

  readonly text = (text: string): string => {
    const whole = text.length > this.#most ? text.slice(0, this.#most) : text;
    this.cut += whole === text ? 0 : 1;
    const plain = whole.includes('\u0000') ? whole.replaceAll('\u0000', '') : whole;
    return plain.isWellFormed() ? plain : plain.toWellFormed();
  };
}

function fewer(finding: Finding): Finding {
  const { furtherLocations, cwe, cve, advisories, references } = finding;
  const lists = [cwe, cve, advisories, references ?? []];
  if (
    (furtherLocations?.length ?? 0) <= furtherLocationsMax &&
    lists.every((list) => list.length <= keptMax)
  ) {
    return finding;
  }
  return {
    ...finding,
    furtherLocations: furtherLocations?.slice(0, furtherLocationsMax),
    cwe: cwe.slice(0, keptMax),
    cve: cve.slice(0, keptMax),
    advisories: advisories.slice(0, keptMax),
    references: references?.slice(0, keptMax),
  };
}
