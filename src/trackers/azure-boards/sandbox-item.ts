import type { Fields } from './sandbox-kanban.ts';
import type { Person } from './sandbox-organization.ts';

/** One work item with all its revisions and updates. */

export interface Relation {
  readonly rel: string;
  readonly url: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface Revision {
  readonly rev: number;
  fields: Fields;
  readonly at: string;
  readonly by: Person;
  readonly watermark: number;
}

export interface Update {
  /** Counts every change; a change of work item links makes one without a new revision. */
  readonly number: number;
  readonly rev: number;
  readonly by: Person;
  readonly at: string;
  readonly before: Fields | null;
  readonly after: Fields | null;
  readonly relations: { readonly added: readonly Relation[]; readonly removed: readonly Relation[] };
}

export interface WorkItem {
  readonly id: number;
  readonly revisions: Revision[];
  readonly updates: Update[];
  readonly relations: Relation[];
  readonly comments: {
    readonly id: number;
    readonly text: string;
    readonly by: Person;
    readonly at: string;
  }[];
  readonly formats: Record<string, 'html' | 'markdown'>;
  deleted: { readonly at: number; readonly by: Person } | null;
  destroyed: boolean;
  hidden: boolean;
  /** Queries find it from then on. */
  readonly foundFrom: number;
  /** It knows its board's fields from then on. */
  readonly boardFrom: number;
  onBoard: boolean;
}

export function currentOf(item: WorkItem): Revision {
  const current = item.revisions.at(-1);
  if (current === undefined) {
    throw new Error(`Work item ${item.id} has a revision.`);
  }
  return current;
}

export function isItemLink(rel: string): boolean {
  return rel.startsWith('System.LinkTypes.') || rel.startsWith('Microsoft.VSTS.Common.');
}

/** Fields without a value are absent. */
export function clean(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );
}

/** What was said with the revision before belongs to that revision alone. */
export function differs({ 'System.History': _said, ...before }: Fields, after: Fields): boolean {
  const plain = ({ 'System.ChangedDate': _at, 'System.ChangedBy': _by, ...rest }: Fields) =>
    JSON.stringify(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return plain(before) !== plain(after);
}
