/** Where pipelines check repositories out; what follows is relative to the repository. */
const checkoutRoots: readonly RegExp[] = [
  /^\/github\/workspace\//u,
  /^\/home\/runner\/work\/[^/]+\/[^/]+\//u,
  /^\/builds\/[^/]+\/[^/]+\//u,
  /^\/bitbucket\/pipelines\/agent\/build\//u,
  /^\/(?:src|app|code|workspace|zap\/wrk)\//u,
];

/** A plain path: relative, forward slashes, without `./`, drive or a known checkout root. Nothing is percent-decoded. */
export function normalPath(path: string): string {
  const slashed = path
    .trim()
    .replaceAll('\\', '/')
    .replace(/^\/?[a-z]:\//iu, '/');
  const root = checkoutRoots
    .map((pattern) => pattern.exec(slashed)?.[0])
    .find((found) => found !== undefined);
  const steps: string[] = [];
  for (const step of slashed.slice(root?.length ?? 0).split('/')) {
    if (step === '..' && steps.length > 0 && steps.at(-1) !== '..') {
      steps.pop();
    } else if (step === '..' ? !slashed.startsWith('/') : step !== '.' && step !== '') {
      steps.push(step);
    }
  }
  return steps.join('/');
}

/** The path of a relative or `file:` URI, percent-decoded once, then as `normalPath`. */
export function pathOfUri(uri: string): string {
  const local = uri.replace(/^file:(?:\/\/(?:localhost)?(?=\/))?/iu, '');
  return normalPath(decoded(local));
}

function decoded(text: string): string {
  if (!text.includes('%')) {
    return text;
  }
  try {
    return decodeURIComponent(text);
  } catch {
    // A bare percent sign: the tool wrote a path where a URI belongs.
    return text;
  }
}
