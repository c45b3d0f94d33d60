import type { Json, VendorDocument } from './vendor-document.ts';

/** Where Microsoft's documents are known to be wrong, and what is right. Each is a fact of a recording or of the documents' own examples. */
export interface Correction {
  readonly slip: string;
  mend(document: VendorDocument): void;
}

export const corrections: readonly Correction[] = [
  {
    slip: 'a list comes in an envelope with count and value',
    mend: ({ paths }) => {
      for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
        if (operation.schema?.['type'] === 'array') {
          operation.schema = enveloped(operation.schema);
        }
      }
    },
  },
  {
    slip: 'an object of which nothing is said stands for any value: texts and numbers, too',
    mend: ({ definitions }) => {
      for (const definition of Object.values(definitions)) {
        freed(definition);
      }
    },
  },
  {
    slip: 'links are a map from names to addresses',
    mend: ({ definitions }) => {
      const link = { type: 'object', properties: { href: { type: 'string' } }, required: ['href'] };
      for (const name of Object.keys(definitions).filter((one) => one.endsWith('.ReferenceLinks'))) {
        definitions[name] = { type: 'object', properties: {}, additionalProperties: link };
      }
    },
  },
  {
    slip: 'a patch document is a list, and no object',
    mend: ({ definitions }) => {
      const items = { $ref: '#/definitions/wit.JsonPatchOperation' };
      definitions['wit.JsonPatchDocument'] = { type: 'array', items, properties: {} };
    },
  },
  {
    slip: 'work items tell the format of their long texts',
    mend: ({ definitions }) => {
      const formats = { type: 'object', additionalProperties: { enum: ['html', 'markdown'] } };
      propertiesOf(definitions, 'wit.WorkItem')['multilineFieldsFormat'] = formats;
    },
  },
  {
    slip: 'the default row has neither name nor color',
    mend: ({ definitions }) => {
      const row = propertiesOf(definitions, 'work.BoardRow');
      row['name'] = nullable({ type: 'string' });
      row['color'] = nullable({ type: 'string' });
    },
  },
  {
    slip: 'a transition without actions has null',
    mend: ({ definitions }) => {
      const transition = propertiesOf(definitions, 'wit.WorkItemStateTransition');
      transition['actions'] = nullable(transition['actions'] ?? {});
    },
  },
  {
    slip: 'a team whose default iteration is a macro has null',
    mend: ({ definitions }) => {
      const settings = propertiesOf(definitions, 'work.TeamSetting');
      settings['defaultIteration'] = nullable(settings['defaultIteration'] ?? {});
    },
  },
  {
    slip: 'the values of a batch of revisions are work items',
    mend: ({ definitions }) => {
      propertiesOf(definitions, 'wit.StreamedBatch')['values'] = {
        type: 'array',
        items: { $ref: '#/definitions/wit.WorkItem' },
      };
    },
  },
  {
    slip: 'a batch read has null for what it omits',
    mend: ({ paths }) => {
      const read = paths['/{organization}/{project}/_apis/wit/workitemsbatch']?.['post'];
      if (read !== undefined) {
        read.schema = enveloped({ type: 'array', items: nullable({ $ref: '#/definitions/wit.WorkItem' }) });
      }
    },
  },
  {
    slip: 'comments are listed without ids, too',
    mend: ({ paths }) => {
      const listed = paths['/{organization}/{project}/_apis/wit/workItems/{workItemId}/comments']?.['get'];
      const at = listed?.parameters.findIndex(({ name }) => name === 'ids') ?? -1;
      const [ids] = listed?.parameters.slice(at, at + 1) ?? [];
      if (listed !== undefined && ids !== undefined) {
        listed.parameters[at] = { ...ids, required: false };
      }
    },
  },
  {
    slip: 'the retries of a probation are a number',
    mend: ({ definitions }) => {
      propertiesOf(definitions, 'hooks.Subscription')['probationRetries'] = { type: 'integer' };
    },
  },
];

function propertiesOf(definitions: VendorDocument['definitions'], name: string): Record<string, Json> {
  const definition = definitions[name];
  if (definition === undefined) {
    throw new Error(`The document has no ${name}.`);
  }
  return definition.properties;
}

function nullable(schema: Json): Json {
  return { anyOf: [schema, { type: 'null' }] };
}

function enveloped(list: Json): Json {
  return {
    type: 'object',
    properties: { count: { type: 'integer' }, value: list },
    required: ['count', 'value'],
  };
}

function freed(schema: Json): void {
  for (const [name, part] of Object.entries(schema)) {
    if (name === 'format' && typeof part === 'string') {
      continue;
    }
    if (Array.isArray(part)) {
      part.filter((one) => typeof one === 'object' && one !== null).forEach((one) => freed(one as Json));
    } else if (typeof part === 'object' && part !== null) {
      const own = part as Json;
      if (own['type'] === 'object' && Object.keys(own).every((key) => key === 'type')) {
        delete own['type'];
      }
      freed(own);
    }
  }
}
