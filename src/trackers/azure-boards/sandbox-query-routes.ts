import type { Answered } from './sandbox-answer.ts';
import { list, ok } from './sandbox-answer.ts';
import type { Call, Route } from './sandbox-call.ts';
import { jsonOf } from './sandbox-call.ts';
import { badRequest } from './sandbox-errors.ts';
import { expandNamed } from './sandbox-found.ts';
import { readSeveral } from './sandbox-item-routes.ts';
import type { Revision, WorkItem } from './sandbox-item.ts';
import { currentOf } from './sandbox-item.ts';
import { same } from './sandbox-organization.ts';
import { fieldsNamed, selected } from './sandbox-query.ts';
import type { Json } from './sandbox-wire.ts';
import { personText, shown, wholeFields } from './sandbox-wire.ts';
import { readWiql } from './sandbox-wiql.ts';

/** Queries, batch reads and the revisions for reports. */
export const queryRoutes: readonly Route[] = [
  ['POST', /^wit\/wiql$/iu, query],
  ['POST', /^wit\/workitemsbatch$/iu, batch],
  ['GET', /^wit\/reporting\/workitemrevisions$/iu, (call) => reported(call, {})],
  ['POST', /^wit\/reporting\/workitemrevisions$/iu, (call) => reported(call, jsonOf(call))],
];

function query(call: Call): Answered {
  const { desk, project, site, who } = call;
  const asked = jsonOf(call)['query'];
  if (typeof asked !== 'string' || asked.trim() === '') {
    throw badRequest('The query text cannot be empty.', 'ArgumentNullException');
  }
  const wiql = readWiql(asked);
  const now = desk.now();
  const alive = [...desk.items.all.values()].filter(
    (item) => item.deleted === null && !item.destroyed && !desk.items.isBlind(item) && item.foundFrom <= now,
  );
  const ground = {
    organization: desk.organization,
    project,
    who,
    now,
    timePrecision: call.query.flag('timePrecision'),
  };
  const fields = fieldsNamed(wiql, desk.organization);
  const searched = desk.ignoresFilters() ? { ...wiql, where: null } : wiql;
  const found = selected(
    searched,
    alive.map((item) => desk.items.visible(item.id)),
    ground,
  );
  const top = call.query.text('$top');
  if (top === null && found.length > desk.organization.queryRowsMax) {
    throw badRequest(
      `VS402337: The number of work items returned exceeds the size limit of ${desk.organization.queryRowsMax}. Change the query to return fewer items.`,
      'WorkItemTrackingQueryResultSizeLimitExceededException',
    );
  }
  const reference = (name: string) => {
    const field = fields.get(name);
    return {
      referenceName: field?.referenceName,
      name: field?.name,
      url: `${site.base}/_apis/wit/fields/${field?.referenceName}`,
    };
  };
  return ok({
    queryType: 'flat',
    queryResultType: 'workItem',
    asOf: new Date(now).toISOString(),
    columns: wiql.columns.map(reference),
    ...(wiql.order.length === 0
      ? {}
      : {
          sortColumns: wiql.order.map(({ field, descending }) => ({ field: reference(field), descending })),
        }),
    workItems: found
      .slice(0, top === null ? undefined : Number(top))
      .map(({ id }) => ({ id, url: `${site.base}/_apis/wit/workItems/${id}` })),
  });
}

function batch(call: Call): Answered {
  const wish = jsonOf(call);
  const ids = wish['ids'];
  if (!Array.isArray(ids) || ids.length === 0) {
    throw badRequest('The ids parameter cannot be empty.', 'ArgumentNullException');
  }
  const fields = Array.isArray(wish['fields']) ? (wish['fields'] as unknown[]).map(String) : null;
  const expand = expandNamed(String(wish['$expand'] ?? 'none'));
  // The vendor's own client sends the number of its enumeration.
  const omits = ['omit', '2'].includes(String(wish['errorPolicy'] ?? 'fail').toLowerCase());
  return list(readSeveral(call, ids.map(Number), { fields, expand, omits }));
}

const pageMax = 1_000;

interface Told {
  readonly item: WorkItem;
  readonly revision: Revision;
}

/** Revisions in the order in which they happened, after the token; deleted work items only where asked for. */
function reported(call: Call, wish: Json): Answered {
  const { desk, query: asked } = call;
  const since = Date.parse(asked.text('startDateTime') ?? '1753-01-01T00:00:00Z');
  const [watermark = 0] = (asked.text('continuationToken') ?? asked.text('watermark') ?? '0')
    .split(';')
    .map(Number);
  const types = namesOf(wish['types']) ?? asked.list('types');
  const fields = namesOf(wish['fields']) ?? asked.list('fields');
  const flag = (name: string) => wish[name] === true || asked.flag(name);
  const filtered = !desk.ignoresFilters();
  const all = [...desk.items.all.values()]
    .filter((item) => !item.destroyed && !desk.items.isBlind(item))
    .map((item) => desk.items.visible(item.id))
    .filter((item) => asked.flag('includeDeleted') || item.deleted === null)
    .flatMap((item) => item.revisions.map((revision): Told => ({ item, revision })))
    .filter(({ item, revision }) => !asked.flag('includeLatestOnly') || revision === currentOf(item))
    .filter(({ revision }) => revision.watermark > watermark && Date.parse(revision.at) >= since)
    .filter(({ revision }) => !filtered || isWanted(call, revision, types))
    .toSorted((a, b) => a.revision.watermark - b.revision.watermark);
  const size = Math.min(asked.number('$maxPageSize', pageMax) || pageMax, pageMax);
  const page = all.slice(0, size);
  const last = page.at(-1);
  const token =
    last === undefined
      ? `${watermark};0;0`
      : `${last.revision.watermark};${last.item.id};${last.revision.rev}`;
  const project = call.project === null ? '' : `/${call.project.id}`;
  return ok({
    values: page.map((one) => reportedJson(call, one, { fields, people: flag('includeIdentityRef') })),
    nextLink: `${call.site.base}${project}/_apis/wit/reporting/workItemRevisions?continuationToken=${encodeURIComponent(token)}&api-version=${call.version}`,
    continuationToken: token,
    isLastBatch: page.length === all.length,
  });
}

function namesOf(value: unknown): readonly string[] | null {
  return Array.isArray(value) ? value.map(String) : null;
}

function isWanted({ project }: Call, { fields }: Revision, types: readonly string[] | null): boolean {
  const inProject = project === null || project.name === fields['System.TeamProject'];
  return (
    inProject && (types === null || types.some((type) => same(type, String(fields['System.WorkItemType']))))
  );
}

function reportedJson(
  call: Call,
  { item, revision }: Told,
  options: { readonly fields: readonly string[] | null; readonly people: boolean },
): Json {
  const whole = wholeFields(item, revision, call.desk.organization);
  const wanted = Object.entries(whole).filter(
    ([name]) => options.fields === null || options.fields.some((one) => same(one, name)),
  );
  const fields = Object.fromEntries(wanted);
  const people = Object.fromEntries(
    Object.entries(fields).map(([name, value]) =>
      typeof value === 'object' && value !== null && 'uniqueName' in value
        ? [name, { id: (value as unknown as { id: string }).id, uniqueName: personText(value as never) }]
        : [name, value],
    ),
  );
  return { id: item.id, rev: revision.rev, fields: options.people ? people : shown(fields, null) };
}
