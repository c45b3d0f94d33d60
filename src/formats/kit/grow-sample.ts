/** What is repeated to make a big report of a small one. */
export type Growth =
  | { readonly kind: 'json'; readonly list: readonly (string | number)[] }
  | { readonly kind: 'xml'; readonly element: string }
  /** Every line but the first, which may be a header. */
  | { readonly kind: 'lines' };

/** The sample with what is to be repeated standing there until the report has about that many bytes. */
export async function* grown(sample: string, growth: Growth, bytes: number): AsyncIterable<Uint8Array> {
  const { before, element, between, after } = taken(sample, growth);
  const batch = Math.max(1, Math.floor(64_000 / element.length));
  let left = Math.ceil(bytes / (element.length + between.length));
  yield Buffer.from(before);
  for (let first = true; left > 0; first = false) {
    const count = Math.min(batch, left);
    left -= count;
    yield Buffer.from((first ? '' : between) + Array.from({ length: count }, () => element).join(between));
  }
  yield Buffer.from(after);
}

function taken(sample: string, growth: Growth) {
  if (growth.kind === 'json') {
    return takenFromJson(sample, growth.list);
  }
  if (growth.kind === 'xml') {
    const begin = sample.search(new RegExp(`<${growth.element}[ >]`, 'u'));
    const closing = `</${growth.element}>`;
    const end = sample.indexOf(closing, begin) + closing.length;
    return {
      before: sample.slice(0, begin),
      element: sample.slice(begin, end),
      between: '\n',
      after: sample.slice(end),
    };
  }
  const [first = '', ...rest] = sample.trimEnd().split('\n');
  const lines = rest.length > 0 ? rest : [first];
  return { before: `${first}\n`, element: lines.join('\n'), between: '\n', after: '\n' };
}

function takenFromJson(sample: string, list: readonly (string | number)[]) {
  const mark = '@@grow@@';
  const whole = JSON.parse(sample) as Record<string | number, unknown>;
  let holder: unknown = { root: whole };
  const steps = ['root', ...list];
  for (const step of steps.slice(0, -1)) {
    holder = (holder as Record<string | number, unknown>)[step];
  }
  const last = steps.at(-1) as string | number;
  const target = (holder as Record<string | number, unknown>)[last];
  if (Array.isArray(target)) {
    const element = JSON.stringify(target[0]);
    (holder as Record<string | number, unknown>)[last] = [mark];
    return { ...around(list.length === 0 ? [mark] : whole, `"${mark}"`), element, between: ',' };
  }
  // An object used as a table: the same name many times is valid JSON, and each is read.
  const [name, value] = Object.entries(target as Record<string, unknown>)[0] as [string, unknown];
  (holder as Record<string | number, unknown>)[last] = { [mark]: 0 };
  const element = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  return { ...around(whole, `"${mark}":0`), element, between: ',' };
}

function around(value: unknown, mark: string) {
  const text = JSON.stringify(value);
  const at = text.indexOf(mark);
  return { before: text.slice(0, at), after: text.slice(at + mark.length) };
}
