import type { Answered, Instance } from './sandbox-instance.ts';
import { failure } from './sandbox-instance.ts';
import type { SandboxRecord } from './sandbox-records.ts';
import { Refusal } from './sandbox-records.ts';
import type { Values } from './sandbox-query.ts';
import { queried } from './sandbox-query.ts';
import { shownList, shownRow } from './sandbox-rows.ts';
import type { SystemTable } from './sandbox-system.ts';
import { metaOf, nextStatesOf, schemaOf, systemTables } from './sandbox-system.ts';

const noRecord = failure(
  404,
  'No Record found',
  "Record doesn't exist or ACL restricts the record retrieval",
);
const notReadable = failure(
  403,
  'Insufficient rights to query records',
  'Field(s) present in the query do not have permission to be read',
);

/** A signed-in request to the REST API. */
export function answerApi(instance: Instance, request: Request, body: string): Answered {
  const url = new URL(request.url);
  const [, area, name = '', ref] =
    /^\/api\/(?:now\/(?:v2\/)?(table|ui\/meta|doc\/table)|sn_chg_rest\/(?:v1\/)?change)\/([^/]+)(?:\/([^/]+))?$/u.exec(
      url.pathname,
    ) ?? [];
  if (area === undefined && /^\/api\/sn_chg_rest\//u.test(url.pathname) && ref === 'nextstates') {
    return nextStatesOf(instance, name);
  }
  switch (area) {
    case 'ui/meta':
      return metaOf(instance, name);
    case 'doc/table':
      return schemaOf(instance);
    case 'table':
      return attempt(() => tableCall(instance, request, { name, ref, url, body }));
    default:
      return failure(400, 'Requested URI does not represent any resource');
  }
}

function attempt(act: () => Answered): Answered {
  try {
    return act();
  } catch (error) {
    if (error instanceof Refusal) {
      return failure(error.status, error.message, error.detail);
    }
    throw error;
  }
}

interface Call {
  readonly name: string;
  readonly ref: string | undefined;
  readonly url: URL;
  readonly body: string;
}

function tableCall(instance: Instance, request: Request, call: Call): Answered {
  const system = systemTables(instance)[call.name];
  if (system !== undefined) {
    return request.method === 'GET'
      ? systemList(instance, system, call)
      : failure(403, 'Operation Failed', 'ACL Exception Insert Failed due to security constraints');
  }
  if (call.name !== 'task' && instance.shelf.tables[call.name] === undefined) {
    return failure(400, `Invalid table ${call.name}`);
  }
  if (request.method === 'GET') {
    return call.ref === undefined ? list(instance, call) : readOne(instance, call);
  }
  const json = (header: string) => /json/iu.test(request.headers.get(header) ?? '');
  if (!json('accept') || !json('content-type')) {
    return failure(400, 'Unsupported Content-Type or Accept header');
  }
  if (instance.role === 'read' || instance.role === 'none') {
    return failure(403, 'Operation Failed', 'ACL Exception Insert Failed due to security constraints');
  }
  return write(instance, request.method, call);
}

function write(instance: Instance, method: string, { name, ref, url, body }: Call): Answered {
  const parsed = JSON.parse(body) as unknown;
  // One record a call: of an array the first element counts.
  const change = (Array.isArray(parsed) ? parsed[0] : parsed) as Record<string, unknown>;
  const allowed = Object.fromEntries(
    Object.entries(change).filter(([field]) => !instance.hiddenFields.has(field)),
  );
  if (method === 'POST' && ref === undefined) {
    const table = instance.shelf.tables[name];
    if (table === undefined) {
      return failure(403, 'Operation Failed', 'ACL Exception Insert Failed due to security constraints');
    }
    const record = instance.shelf.insert(
      table,
      allowed,
      instance.user.name,
      instance.now() + instance.searchLagMs(),
    );
    instance.changed(record);
    const location = `${url.origin}${url.pathname}/${record.fields['sys_id']}`;
    return {
      status: 201,
      body: { result: shownRow(instance, record, url.searchParams) },
      headers: { location },
    };
  }
  const record = visible(instance, name, ref);
  if (record === null) {
    return noRecord;
  }
  if (method === 'PATCH' || method === 'PUT') {
    if (instance.shelf.update(record, allowed, instance.user.name)) {
      instance.changed(record);
    }
    return { status: 200, body: { result: shownRow(instance, record, url.searchParams) } };
  }
  return failure(403, 'Operation Failed', 'ACL Exception Delete Failed due to security constraints');
}

function readOne(instance: Instance, { name, ref, url }: Call): Answered {
  const record = visible(instance, name, ref);
  return record === null
    ? noRecord
    : { status: 200, body: { result: shownRow(instance, record, url.searchParams) } };
}

function visible(instance: Instance, table: string, ref: string | undefined): SandboxRecord | null {
  const record = instance.shelf.records.get(ref ?? '');
  const there = record !== undefined && !record.deleted && !record.hidden && instance.role !== 'none';
  return there && (table === 'task' || record.fields['sys_class_name'] === table) ? record : null;
}

/** The limit applies before the access rules, and the count knows none. */
function list(instance: Instance, { name, url }: Call): Answered {
  const query = url.searchParams;
  const text = query.get('sysparm_query') ?? '';
  if (
    [...instance.hiddenFields].some((field) => new RegExp(`(?:^|\\^)${field}[=<>!A-Z]`, 'u').test(text)) &&
    instance.strictQueries
  ) {
    return notReadable;
  }
  const known = (field: string) =>
    !instance.ignoresFilters() &&
    !instance.hiddenFields.has(field) &&
    (name === 'task' ? taskHas(instance, field) : instance.shelf.tables[name]?.columns[field] !== undefined);
  const rows = [...instance.shelf.records.values()]
    .filter((record) => !record.deleted && record.foundFrom <= instance.now())
    .filter((record) => name === 'task' || record.fields['sys_class_name'] === name);
  const byId = new Map(rows.map((record) => [record.fields['sys_id'], record]));
  const fit = queried(
    rows.map((record) => record.fields),
    text,
    { known, userId: instance.user.sysId, strict: instance.strictQueries },
  )
    .map((fields) => byId.get(fields['sys_id']))
    .filter((record) => record !== undefined);
  const shown = (record: SandboxRecord) => instance.role !== 'none' && !record.hidden;
  return shownList(url, fit, (record) => (shown(record) ? shownRow(instance, record, query) : null));
}

function taskHas(instance: Instance, field: string): boolean {
  return instance.shelf.tables['u_security_task']?.columns[field] !== undefined && !field.startsWith('u_');
}

function systemList(instance: Instance, { rows, access, columns }: SystemTable, { url }: Call): Answered {
  const query = url.searchParams.get('sysparm_query') ?? '';
  const right = access(instance.role, query);
  if (right === 'refused') {
    return notReadable;
  }
  const known = (field: string) => columns.includes(field);
  const fit = queried<Values>(rows, query, {
    known,
    userId: instance.user.sysId,
    strict: instance.strictQueries,
  });
  const wanted = url.searchParams.get('sysparm_fields')?.split(',') ?? columns;
  const all = url.searchParams.get('sysparm_display_value') === 'all';
  const fields = right === 'labels' ? wanted.filter((field) => field === 'label') : wanted;
  return shownList(url, fit, (row) =>
    right === 'hidden'
      ? null
      : Object.fromEntries(
          fields
            .filter(known)
            .map((field) => [
              field,
              all ? { display_value: row[field] ?? '', value: row[field] ?? '' } : (row[field] ?? ''),
            ]),
        ),
  );
}
