import { stockFields } from './sandbox-fields.ts';
import type { Fields } from './sandbox-kanban.ts';
import type { Relation, Revision, Update, WorkItem } from './sandbox-item.ts';
import { currentOf } from './sandbox-item.ts';
import type { Organization, Person, Project } from './sandbox-organization.ts';
import { idOf } from './sandbox-organization.ts';

/** How the service writes people, work items, revisions and updates. */

export type Json = Readonly<Record<string, unknown>>;

export interface Site {
  readonly organization: Organization;
  /** `http://host/fabrikam`, as the caller wrote it. */
  readonly base: string;
}

export type Expand = 'none' | 'relations' | 'fields' | 'links' | 'all';

export function personOf(person: Person, base: string): Json {
  const descriptor = `aad.${Buffer.from(person.id).toString('base64url')}`;
  const avatar = `${base}/_apis/GraphProfile/MemberAvatars/${descriptor}`;
  return {
    displayName: person.displayName,
    url: `https://spsprodweu1.vssps.visualstudio.com/A${idOf('account')}/_apis/Identities/${person.id}`,
    _links: { avatar: { href: avatar } },
    id: person.id,
    uniqueName: person.uniqueName,
    imageUrl: avatar,
    descriptor,
  };
}

export function personText({ displayName, uniqueName }: Person): string {
  return `${displayName} <${uniqueName}>`;
}

function isPerson(value: unknown): value is Person {
  return typeof value === 'object' && value !== null && 'uniqueName' in value;
}

/** People as objects, or as the older “Name <address>”. */
export function shown(fields: Fields, base: string | null): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      isPerson(value) ? (base === null ? personText(value) : personOf(value, base)) : value,
    ]),
  );
}

const hiddenFields = new Set(
  stockFields.filter(({ hidden }) => hidden).map(({ referenceName }) => referenceName),
);
export const farFuture = '9999-01-01T00:00:00Z';

/** The fields of a revision, with those that only an expanded answer shows. */
export function wholeFields(
  item: WorkItem,
  revision: Revision,
  organization: Organization,
): Record<string, unknown> {
  const { fields, rev } = revision;
  const area = String(fields['System.AreaPath']);
  const project = organization.project(String(fields['System.TeamProject']));
  const next = item.revisions.find((one) => one.rev === rev + 1);
  const count = (of: (rel: string) => boolean) => item.relations.filter(({ rel }) => of(rel)).length;
  return {
    'System.Id': item.id,
    'System.AreaId': nodeId(`area ${area}`),
    ...fields,
    'System.NodeName': area.split('\\').at(-1),
    'System.AreaLevel1': project?.name,
    'System.Rev': rev,
    'System.AuthorizedDate': revision.at,
    'System.RevisedDate': next?.at ?? farFuture,
    'System.IterationId': nodeId(`iteration ${String(fields['System.IterationPath'])}`),
    'System.IterationLevel1': project?.name,
    'System.AuthorizedAs': revision.by,
    'System.PersonId': nodeId(revision.by.id),
    'System.Watermark': revision.watermark,
    'System.HyperLinkCount': count((rel) => rel === 'Hyperlink'),
    'System.RelatedLinkCount': count((rel) => rel.startsWith('System.LinkTypes.')),
  };
}

export function nodeId(path: string): number {
  return Number.parseInt(idOf(path).slice(0, 6), 16);
}

export function projectOf({ organization }: Site, fields: Fields): Project | undefined {
  return organization.project(String(fields['System.TeamProject']));
}

/** A work item as GET, POST and PATCH answer it. */
export function itemJson(
  site: Site,
  item: WorkItem,
  options: {
    readonly expand?: Expand;
    readonly fields?: readonly string[] | null;
    readonly single: boolean;
    readonly revision?: Revision;
  },
): Json {
  const revision = options.revision ?? currentOf(item);
  const { expand = 'none', fields: asked = null } = options;
  const whole = wholeFields(item, revision, site.organization);
  const wanted = Object.entries(whole).filter(([name]) =>
    asked === null
      ? expand === 'all' || expand === 'fields' || !hiddenFields.has(name)
      : asked.some((one) => one.toLowerCase() === name.toLowerCase()),
  );
  const self = `${addressOf(site, item)}/_apis/wit/workItems/${item.id}`;
  const relations =
    expand === 'relations' || expand === 'all' ? relationsJson(site, item.relations) : undefined;
  const links =
    expand === 'all' || expand === 'links' || (options.single && expand !== 'fields')
      ? linksOf(site, item, self)
      : undefined;
  return {
    ...(item.id > 0 ? { id: item.id } : {}),
    rev: revision.rev,
    fields: shown(Object.fromEntries(wanted), site.base),
    ...multilineFormats(item, revision.fields, asked),
    ...(relations === undefined || relations.length === 0 ? {} : { relations }),
    ...(links === undefined ? {} : { _links: links }),
    url: options.revision === undefined ? self : `${self}/revisions/${revision.rev}`,
  };
}

/** Told for each long text that has a value, though the published document does not know it. */
export function multilineFormats(item: WorkItem, fields: Fields, asked: readonly string[] | null): Json {
  const long = [
    'System.Description',
    'Microsoft.VSTS.TCM.ReproSteps',
    'Microsoft.VSTS.Common.AcceptanceCriteria',
  ];
  const there = long.filter((name) => fields[name] !== undefined && (asked === null || asked.includes(name)));
  return there.length === 0
    ? {}
    : {
        multilineFieldsFormat: Object.fromEntries(there.map((name) => [name, item.formats[name] ?? 'html'])),
      };
}

/** Addresses of a work item go through its project's id. */
export function addressOf(site: Site, item: WorkItem): string {
  const project = projectOf(site, currentOf(item).fields);
  return project === undefined ? site.base : `${site.base}/${project.id}`;
}

function linksOf(site: Site, item: WorkItem, self: string): Json {
  const address = addressOf(site, item);
  const type = encodeURIComponent(String(currentOf(item).fields['System.WorkItemType']));
  const link = (href: string) => ({ href });
  return {
    self: link(self),
    workItemUpdates: link(`${self}/updates`),
    workItemRevisions: link(`${self}/revisions`),
    workItemComments: link(`${self}/comments`),
    html: link(`${address}/_workitems/edit/${item.id}`),
    workItemType: link(`${address}/_apis/wit/workItemTypes/${type}`),
    fields: link(`${address}/_apis/wit/fields`),
  };
}

export function relationsJson(site: Site, relations: readonly Relation[]): readonly Json[] {
  const names: Readonly<Record<string, string>> = {
    Hyperlink: 'Hyperlink',
    AttachedFile: 'Attached File',
    'System.LinkTypes.Related': 'Related',
    'System.LinkTypes.Hierarchy-Forward': 'Child',
    'System.LinkTypes.Hierarchy-Reverse': 'Parent',
    'System.LinkTypes.Duplicate-Forward': 'Duplicate',
    'System.LinkTypes.Duplicate-Reverse': 'Duplicate Of',
  };
  return relations.map(({ rel, url, attributes }) => {
    const id = /_apis\/wit\/workItems\/(\d+)$/iu.exec(url)?.[1];
    const external = id === undefined ? { id: nodeId(url) } : { isLocked: false };
    const name = names[rel] === undefined ? {} : { name: names[rel] };
    return {
      rel,
      url: id === undefined ? url : `${site.base}/_apis/wit/workItems/${id}`,
      attributes: { ...external, ...name, ...attributes },
    };
  });
}

/** One change. `revisedDate` tells when the next revision ended it, so it differs from one day to the next. */
export function updateJson(
  site: Site,
  item: WorkItem,
  update: Update,
  people: string | null = site.base,
): Json {
  const self = `${addressOf(site, item)}/_apis/wit/workItems/${item.id}/updates`;
  const revision = item.revisions.find(({ rev }) => rev === update.rev);
  const next = item.revisions.find(({ rev }) => rev === update.rev + 1);
  const relations = {
    ...(update.relations.added.length === 0 ? {} : { added: relationsJson(site, update.relations.added) }),
    ...(update.relations.removed.length === 0
      ? {}
      : { removed: relationsJson(site, update.relations.removed) }),
  };
  const changes =
    update.after === null || revision === undefined ? null : changesOf(site, item, update, revision);
  return {
    id: update.number,
    workItemId: item.id,
    rev: update.rev,
    revisedBy: { ...personOf(update.by, site.base), name: personText(update.by) },
    revisedDate: next?.at ?? farFuture,
    ...(changes === null ? {} : { fields: shownChanges(changes, people) }),
    ...(Object.keys(relations).length === 0 ? {} : { relations }),
    _links: {
      self: { href: `${self}/${update.number}` },
      workItemUpdates: { href: self },
      parent: { href: `${addressOf(site, item)}/_apis/wit/workItems/${item.id}` },
      html: { href: `${addressOf(site, item)}/_workitems/edit/${item.id}` },
    },
    url: `${self}/${update.number}`,
  };
}

type Changes = Readonly<Record<string, { readonly oldValue?: unknown; readonly newValue?: unknown }>>;

export function changesOf(site: Site, item: WorkItem, update: Update, revision: Revision): Changes {
  const previous = item.revisions.find(({ rev }) => rev === revision.rev - 1);
  const volatile = new Set(['System.HyperLinkCount', 'System.RelatedLinkCount']);
  const before =
    previous === undefined ? {} : { ...wholeFields(item, previous, site.organization), ...update.before };
  const after = { ...wholeFields(item, revision, site.organization), ...update.after };
  // What was said belongs to one revision, and never is an old value.
  const { 'System.History': _said, ...old } = before as Record<string, unknown>;
  const names = [...new Set([...Object.keys(old), ...Object.keys(after)])];
  return Object.fromEntries(
    names
      .filter(
        (name) =>
          !volatile.has(name) && JSON.stringify(old[name]) !== JSON.stringify((after as Fields)[name]),
      )
      .map((name) => [name, change(old[name], (after as Fields)[name])]),
  );
}

function change(oldValue: unknown, newValue: unknown) {
  return { ...(oldValue === undefined ? {} : { oldValue }), ...(newValue === undefined ? {} : { newValue }) };
}

function shownChanges(changes: Changes, base: string | null): Json {
  return Object.fromEntries(Object.entries(changes).map(([name, one]) => [name, shown(one, base)]));
}
