export interface PackageUrl {
  /** purl type: npm, pypi, maven, golang, deb … */
  readonly ecosystem: string;
  /** As its ecosystem compares names. */
  readonly name: string;
  readonly version: string | undefined;
  /** Without qualifiers and subpath, which change with every build. */
  readonly purl: string;
}

/** A package URL taken apart (`pkg:type/namespace/name@version?qualifiers#subpath`); undefined: it is none. */
export function parsePurl(text: string): PackageUrl | undefined {
  const match = /^pkg:\/{0,2}([a-z][a-z0-9.+-]*)\/([^?#]+)/iu.exec(text.trim());
  if (match === null) {
    return undefined;
  }
  const ecosystem = (match[1] as string).toLowerCase();
  const rest = (match[2] as string).replace(/\/+$/u, '');
  // A scope may be written as a bare `@` at the start; the version follows the last one after a name.
  const mark = rest.lastIndexOf('@');
  const versioned = mark > 0 && rest[mark - 1] !== '/';
  const steps = (versioned ? rest.slice(0, mark) : rest)
    .split('/')
    .filter((step) => step !== '')
    .map(decoded);
  const plain = steps.join('/');
  if (plain === '') {
    return undefined;
  }
  const version = versioned ? decoded(rest.slice(mark + 1)) : undefined;
  // Distributions put their own name before the package's: `pkg:deb/debian/openssl`.
  const bare = ['deb', 'apk', 'rpm'].includes(ecosystem) ? (steps.at(-1) as string) : plain;
  const name = packageName(ecosystem, bare);
  return { ecosystem, name, version: version === '' ? undefined : version, purl: `pkg:${ecosystem}/${rest}` };
}

/** A package's name as its ecosystem compares names. */
export function packageName(ecosystem: string | undefined, name: string): string {
  const trimmed = name.trim();
  switch (ecosystem) {
    case 'pypi':
      // PEP 503.
      return trimmed.toLowerCase().replace(/[-_.]+/gu, '-');
    case 'npm':
    case 'composer':
    case 'github':
    case 'deb':
    case 'apk':
      return trimmed.toLowerCase();
    case 'maven':
      return trimmed.replace('/', ':');
    default:
      return trimmed;
  }
}

const ecosystems = new Map<string, string>([
  ['npm', 'npm'],
  ['yarn', 'npm'],
  ['pnpm', 'npm'],
  ['node-pkg', 'npm'],
  ['javascript', 'npm'],
  ['nodejs', 'npm'],
  ['pypi', 'pypi'],
  ['pip', 'pypi'],
  ['pipenv', 'pypi'],
  ['poetry', 'pypi'],
  ['uv', 'pypi'],
  ['python', 'pypi'],
  ['python-pkg', 'pypi'],
  ['maven', 'maven'],
  ['pom', 'maven'],
  ['jar', 'maven'],
  ['gradle', 'maven'],
  ['java', 'maven'],
  ['java-archive', 'maven'],
  ['go', 'golang'],
  ['golang', 'golang'],
  ['gomod', 'golang'],
  ['gobinary', 'golang'],
  ['go-module', 'golang'],
  ['crates.io', 'cargo'],
  ['cargo', 'cargo'],
  ['rust', 'cargo'],
  ['rustbinary', 'cargo'],
  ['rust-crate', 'cargo'],
  ['rubygems', 'gem'],
  ['gem', 'gem'],
  ['bundler', 'gem'],
  ['gemspec', 'gem'],
  ['ruby', 'gem'],
  ['packagist', 'composer'],
  ['composer', 'composer'],
  ['php', 'composer'],
  ['php-composer', 'composer'],
  ['nuget', 'nuget'],
  ['dotnet', 'nuget'],
  ['dotnet-core', 'nuget'],
  ['pub', 'pub'],
  ['hex', 'hex'],
  ['conan', 'conan'],
  ['swift', 'swift'],
  ['cocoapods', 'cocoapods'],
  ['debian', 'deb'],
  ['ubuntu', 'deb'],
  ['deb', 'deb'],
  ['alpine', 'apk'],
  ['apk', 'apk'],
  ['wolfi', 'apk'],
  ['chainguard', 'apk'],
  ['redhat', 'rpm'],
  ['centos', 'rpm'],
  ['rocky', 'rpm'],
  ['alma', 'rpm'],
  ['almalinux', 'rpm'],
  ['fedora', 'rpm'],
  ['amazon', 'rpm'],
  ['oracle', 'rpm'],
  ['rpm', 'rpm'],
]);

/** The purl type for a tool's own word for an ecosystem (`Debian:12`, `node-pkg`, `crates.io`). */
export function ecosystemOf(word: string | undefined): string | undefined {
  const key = (word ?? '').toLowerCase().split(':')[0] ?? '';
  return key === '' ? undefined : (ecosystems.get(key) ?? key);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
