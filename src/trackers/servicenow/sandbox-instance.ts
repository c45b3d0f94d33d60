import type { RecordShelf, SandboxRecord } from './sandbox-records.ts';

/** `admin`; `itil`; `read`: the sn_…_read roles; `none`. As measured on a developer instance. */
export type SandboxRole = 'admin' | 'itil' | 'read' | 'none';

/** What the routes need of the instance around them; tests turn its knobs. */
export interface Instance {
  readonly shelf: RecordShelf;
  readonly user: { readonly sysId: string; readonly name: string };
  role: SandboxRole;
  /** `glide.invalid_query.returns_no_rows`. */
  strictQueries: boolean;
  /** Fields that the user may neither read nor query. */
  readonly hiddenFields: Set<string>;
  /** `ui/meta` is undocumented and may be out of reach, as under REST API auth scopes. */
  metaAllowed: boolean;
  readonly searchLagMs: () => number;
  readonly ignoresFilters: () => boolean;
  readonly now: () => number;
  changed(record: SandboxRecord): void;
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function failure(status: number, message: string, detail: string | null = null): Answered {
  return { status, body: { error: { message, detail }, status: 'failure' } };
}
