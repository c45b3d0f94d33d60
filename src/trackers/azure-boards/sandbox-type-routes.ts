import type { Answered } from './sandbox-answer.ts';
import { list, ok } from './sandbox-answer.ts';
import type { Call, Route } from './sandbox-call.ts';
import { wantedProject } from './sandbox-call.ts';
import { ApiError, noSuchField } from './sandbox-errors.ts';
import type { FieldDefinition } from './sandbox-fields.ts';
import { boardFields } from './sandbox-fields.ts';
import type { Project } from './sandbox-organization.ts';
import { idOf, same, typesOnBoard } from './sandbox-organization.ts';
import type { WorkItemType } from './sandbox-processes.ts';
import type { Json } from './sandbox-wire.ts';
import { nodeId } from './sandbox-wire.ts';

/** Work item types with their states and fields, fields, areas and iterations. */
export const typeRoutes: readonly Route[] = [
  [
    'GET',
    /^wit\/workitemtypes$/iu,
    (call) => list(wantedProject(call).process.types.map((type) => typeJson(call, type))),
  ],
  ['GET', /^wit\/workitemtypes\/([^/]+)$/iu, (call, [, name]) => ok(typeJson(call, typeOf(call, name)))],
  ['GET', /^wit\/workitemtypes\/([^/]+)\/states$/iu, states],
  ['GET', /^wit\/workitemtypes\/([^/]+)\/fields$/iu, typeFields],
  ['GET', /^wit\/workitemtypes\/([^/]+)\/fields\/([^/]+)$/iu, typeField],
  ['GET', /^wit\/workitemtypecategories$/iu, categories],
  [
    'GET',
    /^wit\/fields$/iu,
    (call) => list(call.desk.organization.fields().map((field) => fieldJson(call, field))),
  ],
  ['GET', /^wit\/fields\/([^/]+)$/iu, oneField],
  ['GET', /^wit\/classificationnodes$/iu, nodes],
  ['GET', /^wit\/classificationnodes\/(areas|iterations)$/iu, tree],
];

function typeOf(call: Call, name = ''): WorkItemType {
  const project = wantedProject(call);
  const asked = decodeURIComponent(name);
  const type = call.desk.organization.type(project, asked);
  if (type === undefined) {
    throw new ApiError(
      404,
      'WorkItemTypeNotFoundException',
      `VS402323: Work item type ${asked} does not exist in project ${project.name} or you do not have permission to access it.`,
    );
  }
  return type;
}

function typeAddress(call: Call, type: WorkItemType): string {
  return `${call.site.base}/${wantedProject(call).id}/_apis/wit/workItemTypes/${encodeURIComponent(type.name)}`;
}

function typeJson(call: Call, type: WorkItemType): Json {
  const fields = fieldsOfType(call, type).map((field) => instanceJson(call, type, field, false));
  const icon = `icon_${type.name.toLowerCase().replaceAll(' ', '_')}`;
  return {
    name: type.name,
    referenceName: type.referenceName,
    description: '',
    color: type.color,
    icon: { id: icon, url: `${call.site.base}/_apis/wit/workItemIcons/${icon}?color=${type.color}&v=2` },
    isDisabled: type.isDisabled,
    xmlForm: '<FORM />',
    fields,
    fieldInstances: fields,
    transitions: transitionsOf(type),
    states: type.states.map(({ name, color, category }) => ({ name, color, category })),
    _links: { self: { href: typeAddress(call, type) } },
    url: typeAddress(call, type),
  };
}

/** From "" a work item is made; each state may stay what it is. */
function transitionsOf({ states, transitions }: WorkItemType): Json {
  const names = states.map(({ name }) => name);
  const to = (name: string) => ({ to: name, actions: null });
  const from = names.map((name) => [
    name,
    [name, ...(transitions?.[name] ?? names.filter((one) => one !== name))].map(to),
  ]);
  return { ...Object.fromEntries(from), '': [to(names[0] ?? '')] };
}

function states(call: Call, [, name]: readonly string[]): Answered {
  return list(
    typeOf(call, name).states.map(({ name: state, color, category }) => ({ name: state, color, category })),
  );
}

/** Its own, and those of the boards that show it. */
function fieldsOfType(call: Call, type: WorkItemType): readonly FieldDefinition[] {
  const project = wantedProject(call);
  const own = [...type.fields.keys()].flatMap((name) => call.desk.organization.field(name) ?? []);
  return [...own, ...boardFieldsOf(project, type)];
}

function boardFieldsOf(project: Project, type: WorkItemType): readonly FieldDefinition[] {
  return project.teams.flatMap((team) =>
    team.boards.filter((board) => typesOnBoard(project, team, board).includes(type)).flatMap(boardFields),
  );
}

function instanceJson(call: Call, type: WorkItemType, field: FieldDefinition, whole: boolean): Json {
  const rule = type.fields.get(field.referenceName);
  return {
    ...(whole
      ? {
          defaultValue:
            rule?.initially === undefined || rule.initially === null ? null : String(rule.initially),
          allowedValues: (rule?.allowed ?? []).map(String),
          dependentFields: [],
        }
      : {}),
    alwaysRequired: rule?.required ?? false,
    referenceName: field.referenceName,
    name: field.name,
    url: `${call.site.base}/_apis/wit/fields/${field.referenceName}`,
  };
}

/** By name, or by the number of the service's own enumeration. */
function isExpanded(call: Call): boolean {
  return ['all', 'allowedvalues', '1', '3'].includes(call.query.text('$expand')?.toLowerCase() ?? '');
}

function typeFields(call: Call, [, name]: readonly string[]): Answered {
  const type = typeOf(call, name);
  return list(fieldsOfType(call, type).map((field) => instanceJson(call, type, field, isExpanded(call))));
}

function typeField(call: Call, [, name, asked = '']: readonly string[]): Answered {
  const type = typeOf(call, name);
  const wanted = decodeURIComponent(asked);
  const field = fieldsOfType(call, type).find(
    (one) => same(one.referenceName, wanted) || same(one.name, wanted),
  );
  if (field === undefined) {
    throw noSuchField(wanted);
  }
  return ok(instanceJson(call, type, field, isExpanded(call)));
}

const categoryNames: Readonly<Record<string, string>> = {
  'Microsoft.RequirementCategory': 'Requirement Category',
  'Microsoft.BugCategory': 'Bug Category',
  'Microsoft.TaskCategory': 'Task Category',
  'Microsoft.FeatureCategory': 'Feature Category',
  'Microsoft.EpicCategory': 'Epic Category',
  'Microsoft.IssueCategory': 'Issue Category',
  'Microsoft.HiddenCategory': 'Hidden Types Category',
};

function categories(call: Call): Answered {
  const { types } = wantedProject(call).process;
  const there = [...new Set(types.map(({ category }) => category))];
  const reference = (type: WorkItemType) => ({ name: type.name, url: typeAddress(call, type) });
  return list(
    there.map((category) => {
      const own = types.filter((type) => type.category === category).map(reference);
      return {
        name: categoryNames[category] ?? category,
        referenceName: category,
        defaultWorkItemType: own[0],
        workItemTypes: own,
        url: `${call.site.base}/${wantedProject(call).id}/_apis/wit/workItemTypeCategories/${category}`,
      };
    }),
  );
}

function fieldJson(call: Call, field: FieldDefinition): Json {
  return {
    name: field.name,
    referenceName: field.referenceName,
    type: field.type === 'identity' ? 'string' : field.type,
    usage: 'workItem',
    readOnly: field.readOnly,
    canSortBy: true,
    isQueryable: true,
    supportedOperations: [],
    isIdentity: field.type === 'identity',
    isPicklist: false,
    isPicklistSuggested: false,
    url: `${call.site.base}/_apis/wit/fields/${field.referenceName}`,
  };
}

function oneField(call: Call, [, name = '']: readonly string[]): Answered {
  const field = call.desk.organization.field(decodeURIComponent(name));
  if (field === undefined) {
    throw new ApiError(
      404,
      'WorkItemTrackingFieldDefinitionNotFoundException',
      `TF51535: Cannot find field ${decodeURIComponent(name)}.`,
    );
  }
  return ok(fieldJson(call, field));
}

/** `\Project\Area\A\B`, where a work item's field says `Project\A\B`. */
function nodeJson(call: Call, kind: 'Area' | 'Iteration', path: string, depth: number): Json {
  const project = wantedProject(call);
  const all = kind === 'Area' ? project.areas : project.iterations;
  const below = all.filter((one) => one.split('\\').slice(0, -1).join('\\') === path);
  const whole = path === '' ? project.name : `${project.name}\\${path}`;
  const group = kind === 'Area' ? 'Areas' : 'Iterations';
  const end = path === '' ? '' : `/${path.split('\\').map(encodeURIComponent).join('/')}`;
  const url = `${call.site.base}/${project.id}/_apis/wit/classificationNodes/${group}${end}`;
  return {
    id: nodeId(`${kind.toLowerCase()} ${whole}`),
    identifier: idOf(`${kind} ${whole}`),
    name: path === '' ? project.name : path.split('\\').at(-1),
    structureType: kind.toLowerCase(),
    hasChildren: below.length > 0,
    ...(depth > 0 && below.length > 0
      ? { children: below.map((one) => nodeJson(call, kind, one, depth - 1)) }
      : {}),
    path: `\\${project.name}\\${kind}${path === '' ? '' : `\\${path}`}`,
    url,
  };
}

function nodes(call: Call): Answered {
  const depth = call.query.number('$depth', 0);
  return list([nodeJson(call, 'Area', '', depth), nodeJson(call, 'Iteration', '', depth)]);
}

function tree(call: Call, [, kind = '']: readonly string[]): Answered {
  const node = nodeJson(
    call,
    kind.toLowerCase() === 'areas' ? 'Area' : 'Iteration',
    '',
    call.query.number('$depth', 0),
  );
  return ok({ ...node, _links: { self: { href: node['url'] } } });
}
