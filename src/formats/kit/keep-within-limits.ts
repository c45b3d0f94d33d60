import type {
  Complaint,
  ReadLimits,
  ReadOptions,
  ReportEvent,
  ReportSource,
} from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import type { Finding } from '../../core/matching/finding.ts';
import { mapTexts } from './map-texts.ts';
import { oneByOne } from './one-by-one.ts';
import { oneLine } from './text.ts';

/** Of these lists a finding keeps so many entries. */
const keptMax = 100;
const furtherLocationsMax = 20;
const complaintsMax = 100;
const progressEvery = 500;

/** A format's own reading: events one by one, or several at once where speed matters. */
export type Reading = (
  source: ReportSource,
  options: ReadOptions,
) => AsyncIterable<ReportEvent | readonly ReportEvent[]>;

/**
 * What every format's reading goes through: the number of findings is bounded, long texts are cut with a complaint, what
 * no database or browser can hold (NUL, lone surrogates) is gone, and progress is told.
 */
export function keepWithinLimits(
  reading: Reading,
): (source: ReportSource, options: ReadOptions) => AsyncIterable<ReportEvent> {
  return (source, options) => oneByOne(kept(reading, source, options));
}

async function* kept(
  reading: Reading,
  source: ReportSource,
  options: ReadOptions,
): AsyncIterable<readonly ReportEvent[]> {
  const keeper = new Keeper(options.limits);
  const progress = { bytes: 0 };
  for await (const given of reading(counting(source, progress), options)) {
    const events: ReportEvent[] = [];
    for (const event of Array.isArray(given) ? (given as readonly ReportEvent[]) : [given as ReportEvent]) {
      if (event.kind !== 'finding') {
        events.push(event);
        continue;
      }
      events.push(keeper.keep(event));
      if (keeper.complaint !== null) {
        events.push({ kind: 'complaint', complaint: keeper.complaint });
      }
      if (keeper.findings % progressEvery === 0) {
        options.onProgress?.({ bytes: progress.bytes, findings: keeper.findings });
      }
    }
    yield events;
  }
  options.onProgress?.({ bytes: progress.bytes, findings: keeper.findings });
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

type FindingEvent = Extract<ReportEvent, { kind: 'finding' }>;

class Keeper {
  readonly #limits: ReadLimits;
  #cut = 0;
  #complaints = 0;
  findings = 0;
  /** What there is to say about the last finding. */
  complaint: Complaint | null = null;

  constructor(limits: ReadLimits) {
    this.#limits = limits;
  }

  keep(event: FindingEvent): FindingEvent {
    this.findings += 1;
    this.complaint = null;
    if (this.findings > this.#limits.findingsMax) {
      throw new ReportError(`The report has more than ${this.#limits.findingsMax} findings.`, {
        where: `finding ${this.findings}`,
        hint: 'Split it into several scans with a category each.',
      });
    }
    if (isTidy(event.finding, this.#limits.stringMax)) {
      return event;
    }
    const before = this.#cut;
    const finding = mapTexts(fewer(event.finding), this.#tidied);
    if (this.#cut > before && this.#complaints < complaintsMax) {
      this.#complaints += 1;
      const where = `finding ${this.findings}, ${oneLine(finding.ruleId)}`;
      this.complaint = { message: `A text longer than ${this.#limits.stringMax} characters was cut.`, where };
    }
    return { kind: 'finding', finding };
  }

  readonly #tidied = (text: string): string => {
    const most = this.#limits.stringMax;
    this.#cut += text.length > most ? 1 : 0;
    return text.slice(0, most).replaceAll('\u0000', '').toWellFormed();
  };
}

/** Nearly every finding is: then nothing of it is copied. */
function isTidy(finding: Finding, most: number): boolean {
  const { ruleId, title, description, location, furtherLocations, snippet, remediation, impact } = finding;
  return (
    isTidyText(ruleId, most) &&
    isTidyText(title, most) &&
    isTidyText(description, most) &&
    isTidyText(snippet, most) &&
    isTidyText(remediation, most) &&
    isTidyText(impact, most) &&
    areTidyFields(location, most) &&
    areTidyFields(finding.fingerprints, most) &&
    isTidyList(furtherLocations, most) &&
    isTidyList(finding.cwe, most) &&
    isTidyList(finding.cve, most) &&
    isTidyList(finding.advisories, most) &&
    isTidyList(finding.references, most) &&
    isTidyList(finding.discriminators, most) &&
    isTidyList(finding.ruleAliases, most) &&
    areTidyFields(finding.attributes, most) &&
    isTidyList(finding.context?.before, most) &&
    isTidyList(finding.context?.after, most)
  );
}

function isTidyText(text: string | undefined, most: number): boolean {
  return text === undefined || (text.length <= most && !text.includes('\u0000') && text.isWellFormed());
}

function isTidyList(list: readonly unknown[] | undefined, most: number): boolean {
  if (list === undefined) {
    return true;
  }
  return (
    list.length <= furtherLocationsMax &&
    list.every((one) => (typeof one === 'object' ? areTidyFields(one, most) : isTidyValue(one, most)))
  );
}

function areTidyFields(fields: object | null | undefined, most: number): boolean {
  for (const name in fields) {
    if (!isTidyValue((fields as Readonly<Record<string, unknown>>)[name], most)) {
      return false;
    }
  }
  return true;
}

function isTidyValue(value: unknown, most: number): boolean {
  return typeof value !== 'string' || isTidyText(value, most);
}

function fewer(finding: Finding): Finding {
  const { furtherLocations, cwe, cve, advisories, references } = finding;
  return {
    ...finding,
    ...(furtherLocations === undefined
      ? {}
      : { furtherLocations: furtherLocations.slice(0, furtherLocationsMax) }),
    cwe: cwe.slice(0, keptMax),
    cve: cve.slice(0, keptMax),
    advisories: advisories.slice(0, keptMax),
    ...(references === undefined ? {} : { references: references.slice(0, keptMax) }),
  };
}
