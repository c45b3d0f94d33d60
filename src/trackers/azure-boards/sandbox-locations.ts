import { list, ok } from './sandbox-answer.ts';
import type { Call, Route } from './sandbox-call.ts';

/** The catalogue by which the vendor's own clients find their addresses. Ids and templates are the service's. */
export const locationRoutes: readonly Route[] = [
  ['OPTIONS', /^$/u, () => list(locations.map(locationJson))],
  ['OPTIONS', /^(\w+)$/u, (_call, [, area = '']) => list(inArea(area).map(locationJson))],
  ['GET', /^resourceareas$/iu, (call) => list(areas.map((one) => areaJson(call, one)))],
  [
    'GET',
    /^resourceareas\/([\w-]+)$/iu,
    (call, [, id]) => ok(areas.filter((one) => one[0] === id).map((one) => areaJson(call, one))[0] ?? null),
  ],
];

type Location = readonly [id: string, area: string, resource: string, template: string, version: number];

const locations: readonly Location[] = [
  ['00d9565f-ed9c-4a06-9a50-00e7896ccab4', 'Location', 'ConnectionData', '_apis/{resource}', 1],
  ['e81700f7-3be2-46de-8624-2eb35882fcaa', 'Location', 'ResourceAreas', '_apis/{resource}/{areaId}', 1],
  ['603fe2ac-9723-48b9-88ad-09305aa6c6e1', 'core', 'projects', '_apis/{resource}/{*projectId}', 4],
  [
    'd30a3dd1-f8ba-442a-b86a-bd0c0c383e59',
    'core',
    'teams',
    '_apis/projects/{projectId}/{resource}/{*teamId}',
    3,
  ],
  [
    '62d3d110-0047-428c-ad3c-4fe872c91c74',
    'wit',
    'workItems',
    '{project}/_apis/{area}/{resource}/${type}',
    3,
  ],
  ['72c7ddf8-2cdc-4f60-90cd-ab71c14a399b', 'wit', 'workItems', '{project}/_apis/{area}/{resource}/{id}', 3],
  ['908509b6-4248-4475-a1cd-829139ba419f', 'wit', 'workItemsBatch', '{project}/_apis/{area}/{resource}', 1],
  ['1a9c53f7-f243-4447-b110-35ef023636e4', 'wit', 'wiql', '{project}/{team}/_apis/{area}/{resource}', 2],
  ['b70d8d39-926c-465e-b927-b1bf0e5ca0e0', 'wit', 'recyclebin', '{project}/_apis/{area}/{resource}/{id}', 2],
  [
    '6570bf97-d02c-4a91-8d93-3abe9895b1a9',
    'wit',
    'updates',
    '{project}/_apis/{area}/workItems/{id}/updates/{updateNumber}',
    4,
  ],
  [
    'a00c85a5-80fa-4565-99c3-bcd2181434bb',
    'wit',
    'revisions',
    '{project}/_apis/{area}/workItems/{id}/revisions/{revisionNumber}',
    3,
  ],
  [
    '608aac0a-32e1-4493-a863-b9cf4566d257',
    'wit',
    'comments',
    '{project}/_apis/wit/workItems/{workItemId}/comments/{commentId}',
    4,
  ],
  [
    'f828fe59-dd87-495d-a17c-7a8d6211ca6c',
    'wit',
    'workItemRevisions',
    '{project}/_apis/{area}/reporting/{resource}',
    2,
  ],
  [
    '7c8d7a76-4a09-43e8-b5df-bd792f4ac6aa',
    'wit',
    'workItemTypes',
    '{project}/_apis/{area}/{resource}/{type}',
    2,
  ],
  [
    '7c9d7a76-4a09-43e8-b5df-bd792f4ac6aa',
    'wit',
    'workItemTypeStates',
    '{project}/_apis/{area}/workitemtypes/{type}/states',
    1,
  ],
  [
    'bd293ce5-3d25-4192-8e67-e8092e879efb',
    'wit',
    'workItemTypesField',
    '{project}/_apis/{area}/workitemtypes/{type}/fields/{field}',
    3,
  ],
  [
    '9b9f5734-36c8-415e-ba67-f83b45c31408',
    'wit',
    'workItemTypeCategories',
    '{project}/_apis/{area}/{resource}/{category}',
    2,
  ],
  [
    'b51fd764-e5c2-4b9b-aaf7-3395cf4bdd94',
    'wit',
    'fields',
    '{project}/_apis/{area}/{resource}/{fieldNameOrRefName}',
    3,
  ],
  [
    'a70579d1-f53a-48ee-a5be-7be8659023b9',
    'wit',
    'classificationNodes',
    '{project}/_apis/{area}/{resource}',
    2,
  ],
  [
    '5a172953-1b41-49d3-840a-33f79c3ce89f',
    'wit',
    'classificationNodes',
    '{project}/_apis/{area}/{resource}/{structureGroup}/{*path}',
    2,
  ],
  [
    '23ad19fc-3b8e-4877-8462-b3f92bc06b40',
    'work',
    'boards',
    '{project}/{team}/_apis/{area}/{resource}/{id}',
    1,
  ],
  [
    'c555d7ff-84e1-47df-9923-a3fe0cd8751b',
    'work',
    'columns',
    '{project}/{team}/_apis/{area}/boards/{board}/{resource}/{id}',
    1,
  ],
  [
    '0863355d-aefd-4d63-8669-984c9b7b0e78',
    'work',
    'rows',
    '{project}/{team}/_apis/{area}/boards/{board}/{resource}/{id}',
    1,
  ],
  [
    '7799f497-3cb5-4f16-ad4f-5cd06012db64',
    'work',
    'backlogconfiguration',
    '{project}/{team}/_apis/{area}/{resource}',
    1,
  ],
  [
    '07ced576-58ed-49e6-9c1e-5cb53ab8bf2a',
    'work',
    'teamfieldvalues',
    '{project}/{team}/_apis/{area}/teamsettings/{resource}',
    1,
  ],
  [
    'c3c1012b-bea7-49d7-b45e-1664e566f84c',
    'work',
    'teamsettings',
    '{project}/{team}/_apis/{area}/{resource}',
    1,
  ],
  [
    'fc50d02a-849f-41fb-8af1-0a5216103269',
    'hooks',
    'subscriptions',
    '_apis/{area}/{resource}/{subscriptionId}',
    1,
  ],
  [
    '0c62d343-21b0-4732-997b-017fde84dc28',
    'hooks',
    'notifications',
    '_apis/{area}/subscriptions/{subscriptionId}/{resource}/{notificationId}',
    1,
  ],
  ['c7c3c1cf-9e05-4c0d-a425-a0f922c2c6ed', 'hooks', 'subscriptionsQuery', '_apis/{area}/{resource}', 1],
  [
    '1139462c-7e27-4524-a997-31b9b73551fe',
    'hooks',
    'testNotifications',
    '_apis/{area}/{resource}/{notificationId}',
    1,
  ],
];

const areas = [
  ['79134c72-4a58-4b42-976c-04e7115f32bf', 'core'],
  ['5264459e-e5e0-4bd8-b118-0985e68a4ec5', 'wit'],
  ['1d4f49f9-02b9-4e26-b826-2cdb6195f2a9', 'work'],
] as const;

const neverReleased = new Set(['comments', 'ConnectionData', 'ResourceAreas']);

function inArea(area: string): readonly Location[] {
  return locations.filter(([, of]) => of.toLowerCase() === area.toLowerCase());
}

function locationJson([id, area, resourceName, routeTemplate, resourceVersion]: Location) {
  const releasedVersion = neverReleased.has(resourceName) ? '0.0' : '7.1';
  return {
    id,
    area,
    resourceName,
    routeTemplate,
    resourceVersion,
    minVersion: '1.0',
    maxVersion: '7.2',
    releasedVersion,
  };
}

function areaJson({ site }: Call, [id, name]: (typeof areas)[number]) {
  return { id, name, locationUrl: `${site.base}/` };
}
