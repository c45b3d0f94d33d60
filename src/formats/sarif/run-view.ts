import type { Severity } from '../../core/vocabulary.ts';
import { advisoryIds, cveIds, cweNumbers, ghsaIds, webAddresses } from '../kit/identifiers.ts';
import type { Loose } from '../kit/loose.ts';
import { listOf, loose, textOf } from '../kit/loose.ts';
import { PairCache } from '../kit/pair-cache.ts';
import { severityOfScore } from '../kit/severity.ts';
import { titleOf } from '../kit/text.ts';
import type { Place } from './location.ts';
import { plainOf } from './message.ts';
import type { RuleOfResult } from './rule.ts';
import { levelOf, ruleOf, taxaOf } from './rule.ts';
import type { RunHeader } from './wire.ts';

/** All that findings of one rule have in common. */
export interface RuleView extends RuleOfResult {
  /** The rule's own title; null: the message has to do. */
  readonly title: string | null;
  readonly explanation: string | undefined;
  readonly scored: Severity | undefined;
  readonly level: string;
  readonly cwe: readonly number[];
  readonly cve: readonly string[];
  readonly advisories: readonly string[];
  readonly references: readonly string[];
  readonly remediation: string | undefined;
  /** Its findings are leaked secrets. */
  readonly secret: boolean;
}

/** One run with what is worked out once for many results. */
export class RunView {
  readonly header: RunHeader;
  readonly #rules = new PairCache<RuleView>();
  readonly #places = new PairCache<Place>();
  readonly #secretTool: boolean;

  constructor(header: RunHeader) {
    this.header = header;
    this.#secretTool = secretTools.test(header.driver.name ?? '');
  }

  rule(result: Loose): RuleView {
    const { rule: reference, ruleIndex } = result;
    const index = reference === undefined ? String(ruleIndex) : `${String(ruleIndex)}|${JSON.stringify(reference).slice(0, 2_000)}`;
    return this.#rules.get(String(result['ruleId']), index, () => this.#view(ruleOf(result, this.header)));
  }

  /** `work` is done once for each address and base. */
  place(uri: string, base: string | undefined, work: () => Place): Place {
    return this.#places.get(base ?? '', uri, work);
  }

  #view(ruled: RuleOfResult): RuleView {
    const { rule, id } = ruled;
    const properties = loose(rule['properties']);
    const tags = listOf(properties['tags']).flatMap((tag) => textOf(tag) ?? []);
    const short = plainOf(rule['shortDescription']);
    const own = /^(?:OSV|PYSEC|GO|RUSTSEC|SNYK|MAL|DSA|DLA|USN|RHSA)-[\w-]{1,100}$/u.test(id) ? [id] : [];
    const lower = tags.map((tag) => tag.toLowerCase());
    return {
      ...ruled,
      // Several tools repeat the id where a description belongs.
      title: short === undefined || short === id ? null : titleOf(short),
      explanation: plainOf(rule['fullDescription']),
      scored: severityOfScore(properties['security-severity']),
      level: levelOf(ruled, this.header),
      cwe: cweNumbers(
        ...tags.filter((tag) => /cwe/iu.test(tag)),
        ...[properties['cwe'], properties['cwes']].flatMap(listOf),
        ...taxaOf(rule['relationships'], this.header),
      ),
      cve: cveIds(id),
      advisories: advisoryIds(...cveIds(id), ...ghsaIds(id), ...own),
      references: webAddresses(rule['helpUri']),
      remediation: plainOf(rule['help']),
      secret: this.#secretTool || lower.includes('secret') || lower.includes('secrets'),
    };
  }
}

const secretTools =
  /gitleaks|trufflehog|detect-secrets|secretlint|ggshield|gitguardian|nosey ?parker|kingfisher|whispers|talisman/iu;
