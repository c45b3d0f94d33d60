import type { FaultDetail, HttpResponse } from '../../contracts/tracker.ts';
import type { TrackerError } from '../kit/answer.ts';
import { jsonOf } from '../kit/answer.ts';
import { wireError } from './wire.ts';

type Field = NonNullable<FaultDetail['fields']>[number];

/** The service's own error, if the body has its envelope. Code and support reference together: support asks for both. */
export function errorOf(response: HttpResponse): TrackerError | null {
  const parsed = wireError.safeParse(jsonOf(response));
  if (!parsed.success) {
    return null;
  }
  const { code, message, reference, details } = parsed.data.error;
  const meaning = meaningOf(message);
  const shown = [code, reference].filter((word) => word !== null && word !== undefined).join(' ');
  return {
    message,
    code: shown,
    fields: [...fieldsOf(details), ...(meaning?.fields ?? [])],
    ...(meaning?.errorClass === undefined ? {} : { errorClass: meaning.errorClass }),
    ...retryAfterOf(details),
  };
}

function fieldsOf(details: unknown): readonly Field[] {
  if (details === null || typeof details !== 'object') {
    return [];
  }
  return Object.entries(details)
    .slice(0, 50)
    .map(([name, words]) => ({ name, message: Array.isArray(words) ? words.join(' ') : String(words) }));
}

function retryAfterOf(details: unknown): { retryAfterMs?: number } {
  const seconds = Number((details as { retry_after?: unknown } | null | undefined)?.retry_after);
  return Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1_000 } : {};
}

interface Meaning {
  readonly pattern: RegExp;
  readonly errorClass?: FaultDetail['errorClass'];
  readonly hint: string;
  readonly fields?: (message: string, groups: readonly string[]) => readonly Field[];
}

/** Refusals that come as 400 with nothing but English words. */
const meanings: readonly Meaning[] = [
  {
    // People delete and re-create columns and lanes: our mapping is stale, and no retry helps.
    pattern: /^An? (lane|column) with id (\d+) does not exist/u,
    hint: 'Somebody deleted it on the board. Choose another in the configuration.',
    fields: (message, [kind, id]) => [
      { name: kind === 'lane' ? 'target.lane' : `statusMapping.${id}`, message },
    ],
  },
  {
    pattern: /lane and column of a card must be in the same workflow/u,
    errorClass: 'workflow',
    hint: 'Somebody took the card to another workflow, which lacks this column. Move it back, or detach it.',
  },
  {
    pattern: /\b(?:WIP|work in progress|exceed\w*)\b.*|\blimit\b.*\b(?:reached|exceeded)\b/iu,
    errorClass: 'workflow',
    hint: 'The column is full and the board forbids more. It is tried again by itself when there may be room.',
  },
  {
    pattern: /\b(?:board|card)\b.* is (?:currently )?(?:archived|discarded)/iu,
    errorClass: 'workflow',
    hint: 'Bring it back in BusinessMap; then everything that waits is written.',
  },
  {
    pattern: /custom field/iu,
    hint: 'Give the custom field a value in the configuration.',
    fields: (message) => [
      { name: `fieldDefaults.${/['“"]([^'”"]+)['”"]/u.exec(message)?.[1] ?? ''}`, message },
    ],
  },
];

function meaningOf(
  message: string,
): { hint: string; errorClass?: FaultDetail['errorClass']; fields: readonly Field[] } | null {
  for (const { pattern, hint, errorClass, fields } of meanings) {
    const match = pattern.exec(message);
    if (match !== null) {
      return { hint, errorClass, fields: fields?.(message, match.slice(1)) ?? [] };
    }
  }
  return null;
}

export function hintOf(response: HttpResponse, error: TrackerError | null): string | undefined {
  switch (response.status) {
    case 401:
      return 'The API key is not accepted. Generate a new one in BusinessMap (avatar → API) and enter it.';
    case 403:
      return 'The key may do what its owner may. Assign the owner to the board, with a role that may create and move cards.';
    case 429:
      return 'The account’s API quota is used up, by us or by another integration. It goes on by itself.';
    default:
      return error === null ? undefined : meaningOf(error.message)?.hint;
  }
}
