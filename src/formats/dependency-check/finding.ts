import type { Finding } from '../../core/matching/finding.ts';
import { advisoryIds, cveIds, cweNumbers, ghsaIds, webAddresses } from '../kit/identifiers.ts';
import { given } from '../kit/loose.ts';
import { normalPath } from '../kit/path.ts';
import { parsePurl } from '../kit/purl.ts';
import { severityOfScore, severityOfWord } from '../kit/severity.ts';
import { firstSentence, titleOf } from '../kit/text.ts';
import type { Dependency, Vulnerability } from './dependency.ts';

export function findingsOf(dependency: Dependency): readonly Finding[] {
  return dependency.vulnerabilities.map((one) => findingOf(dependency, one));
}

function findingOf(dependency: Dependency, vulnerability: Vulnerability): Finding {
  const { name, description, severity, scores } = vulnerability;
  // Advisories without an id have a sentence for a name.
  const ids = advisoryIds(...cveIds(name), ...ghsaIds(name));
  const advisories = ids.length > 0 && name.length < 40 ? ids.slice(0, 1) : [];
  const purl = dependency.purls.map(parsePurl).find((one) => one !== undefined);
  const scored = scores.map(severityOfScore).find((one) => one !== undefined);
  return {
    kind: 'dependency',
    ruleId: advisories[0] ?? (name === '' ? 'unnamed' : name.slice(0, 300)),
    title: titleOf(
      name === '' ? undefined : `${name} in ${purl?.name ?? dependency.fileName}`,
      firstSentence(description),
    ),
    description: description ?? name,
    severity: severityOfWord(severity) ?? scored ?? 'medium',
    cwe: cweNumbers(...vulnerability.cwes),
    cve: cveIds(...advisories),
    advisories,
    location: given({
      kind: 'package',
      package: purl?.name ?? bareName(dependency.fileName),
      version: purl?.version,
      ecosystem: purl?.ecosystem,
      purl: purl?.purl,
      path: placeOf(dependency),
    } as const),
    fingerprints: {},
    references: webAddresses(...vulnerability.references),
    attributes: given({ file: dependency.fileName, source: vulnerability.source ?? 'unknown' }),
    suppressed: vulnerability.suppressed ? true : undefined,
  };
}

/** `lib-1.2.3.jar` is still `lib` in its next version. */
function bareName(fileName: string): string {
  const inner = fileName.split(': ').at(-1) ?? fileName;
  return inner.replace(/[-_]v?\d[\w.+-]*?(?=\.[a-z]{2,4}$|$)/iu, '');
}

/** The archive or lock file around it, without versions, which change with every update. */
function placeOf({ filePath, fileName }: Dependency): string | undefined {
  const [file = '', entry] = (filePath ?? fileName).split('?');
  const path = normalPath(file);
  if (entry !== undefined) {
    // An entry of a lock file: `package-lock.json?semver`.
    return path;
  }
  const folder = path.split('/').slice(0, -1).join('/');
  const outer = fileName.includes(': ') ? bareName(fileName.split(': ')[0] ?? '') : '';
  return [folder, outer].filter((part) => part !== '').join('/') || undefined;
}
