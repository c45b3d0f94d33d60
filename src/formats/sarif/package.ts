import type { Location } from '../../core/matching/finding.ts';
import { listOf, loose, textOf } from '../kit/loose.ts';
import type { Loose } from '../kit/loose.ts';
import { ecosystemOf, packageName, parsePurl } from '../kit/purl.ts';
import { given } from '../kit/loose.ts';

type PackageLocation = Extract<Location, { kind: 'package' }>;

/** SARIF has no place for a package, so each tool that finds vulnerable ones says it in its own words. */
interface Named {
  readonly name: string;
  readonly version?: string;
  readonly ecosystem?: string;
  readonly fixedVersion?: string;
}

/**
 * The package a result of a dependency scanner is about; undefined: it is about a place in a file. Several of these tools
 * write line 1 for every package of a lock file, so that without it different packages would be one.
 */
export function packageOf(
  result: Loose,
  message: string,
  path: string | undefined,
): PackageLocation | undefined {
  const named = fromProperties(result) ?? fromLogical(result) ?? fromWords(message);
  if (named === undefined) {
    return undefined;
  }
  return given({
    kind: 'package',
    package: packageName(named.ecosystem, named.name),
    version: named.version,
    ecosystem: named.ecosystem,
    path,
    fixedVersion: named.fixedVersion,
  } as const);
}

function fromProperties(result: Loose): Named | undefined {
  const { purl: short, packageUrl: long } = loose(result['properties']);
  const written = textOf(short) ?? textOf(long);
  const purl = written === undefined ? undefined : parsePurl(written);
  return purl === undefined
    ? undefined
    : { name: purl.name, version: purl.version, ecosystem: purl.ecosystem };
}

/** A logical location of the kind `package`, or one that is written `name@version`. */
function fromLogical(result: Loose): Named | undefined {
  const logical = listOf(result['locations'])
    .flatMap((location) => listOf(loose(location)['logicalLocations']))
    .map(loose);
  for (const one of logical) {
    const name = textOf(one['fullyQualifiedName']) ?? '';
    const purl = parsePurl(name);
    if (purl !== undefined) {
      return { name: purl.name, version: purl.version, ecosystem: purl.ecosystem };
    }
    const versioned = /^(@?[\w.:/-]{1,200})@v?(\d[\w.+~:-]{0,100})$/u.exec(name);
    if (versioned !== null) {
      return { name: versioned[1] as string, version: versioned[2] };
    }
  }
  return undefined;
}

function fromWords(message: string): Named | undefined {
  if (!message.includes('ackage')) {
    return undefined;
  }
  const text = message.slice(0, 4_000);
  const trivy = /^\s*Package:\s*(\S{1,300})\s*$/mu.exec(text);
  if (trivy !== null) {
    const version = /^\s*Installed Version:\s*(\S{1,200})/mu.exec(text)?.[1];
    const fixedVersion = /^\s*Fixed Version:\s*(\S[^\n]{0,200})/mu.exec(text)?.[1]?.trim();
    return { name: trivy[1] as string, version, fixedVersion };
  }
  const grype = /vulnerability in ([\w-]{1,40}) package: (\S{1,300}), version (\S{1,200}) was found/u.exec(
    text,
  );
  if (grype !== null) {
    return { name: grype[2] as string, version: grype[3], ecosystem: ecosystemOf(grype[1]) };
  }
  const osv = /^Package '(@?[^'@]{1,300})@([^']{1,200})' is vulnerable/u.exec(text);
  return osv === null ? undefined : { name: osv[1] as string, version: osv[2] };
}
