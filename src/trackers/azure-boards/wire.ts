import { z } from 'zod';

/** What the service answers, as far as we read it. Whatever else is there is let through unread. */

const text = z.string();
const maybe = <Shape extends z.ZodType>(shape: Shape) => shape.nullish();

export function listOf<Shape extends z.ZodType>(shape: Shape) {
  return z.object({ value: z.array(shape) });
}

/** Refusals. The names of an exception's own properties differ in case from version to version. */
export const wireError = z.object({
  message: text,
  typeKey: maybe(text),
  customProperties: maybe(z.record(text, z.unknown())),
});

export const connectionData = z.object({
  authenticatedUser: z.object({ id: text, providerDisplayName: maybe(text) }),
  instanceId: text,
  deploymentType: maybe(text),
});

export const profile = z.object({ id: text });
export const accounts = listOf(z.object({ accountName: text }));

const named = z.object({ id: text, name: text });
export const projects = listOf(named);
export const project = named.extend({ state: maybe(text) });
export const teams = listOf(named);
export const boards = listOf(named);

const column = z.object({
  id: text,
  name: text,
  itemLimit: maybe(z.number()),
  stateMappings: z.record(text, text),
  columnType: maybe(text),
  // Left out of the first and the last column.
  isSplit: maybe(z.boolean()),
});
const fieldReference = z.object({ referenceName: text });

export const board = z.object({
  id: text,
  name: text,
  columns: z.array(column),
  rows: maybe(z.array(z.object({ id: text, name: maybe(text) }))),
  isValid: maybe(z.boolean()),
  fields: z.object({ columnField: fieldReference, rowField: fieldReference, doneField: fieldReference }),
});

export const teamFieldValues = z.object({
  defaultValue: maybe(text),
  values: maybe(z.array(z.object({ value: text, includeChildren: maybe(z.boolean()) }))),
});

export const workItemType = z.object({
  name: text,
  referenceName: text,
  isDisabled: maybe(z.boolean()),
  states: z.array(z.object({ name: text, category: maybe(text) })),
  transitions: maybe(z.record(text, z.array(z.object({ to: text })))),
});
export const workItemTypes = listOf(
  z.object({ name: text, referenceName: text, isDisabled: maybe(z.boolean()), description: maybe(text) }),
);
export const categories = listOf(
  z.object({ referenceName: text, workItemTypes: maybe(z.array(z.object({ name: text }))) }),
);

export const typeFields = listOf(
  z.object({
    referenceName: text,
    name: text,
    alwaysRequired: maybe(z.boolean()),
    // An object where the field holds a person.
    defaultValue: z.unknown(),
    allowedValues: maybe(z.array(z.unknown())),
  }),
);
export const fieldDefinition = z.object({
  name: text,
  referenceName: text,
  type: text,
  isIdentity: maybe(z.boolean()),
});

export const workItem = z.object({
  id: z.number(),
  rev: z.number(),
  fields: z.record(text, z.unknown()),
  relations: maybe(
    z.array(z.object({ rel: text, url: text, attributes: maybe(z.record(text, z.unknown())) })),
  ),
  multilineFieldsFormat: maybe(z.record(text, text)),
  url: maybe(text),
});
/** Only checked, never made: its number says nothing. */
export const checkedItem = z.object({ fields: z.record(text, z.unknown()) });
export const workItemsBatch = listOf(workItem.nullable());
export const revisions = listOf(workItem);
export const deletedItem = z.object({
  id: z.number(),
  project: maybe(text),
  resource: z.object({ rev: z.number(), fields: z.record(text, z.unknown()), url: maybe(text) }),
});

export const queryResult = z.object({ workItems: z.array(z.object({ id: z.number() })) });

export const reported = z.object({
  values: z.array(z.object({ id: z.number(), rev: z.number(), fields: maybe(z.record(text, z.unknown())) })),
  continuationToken: maybe(text),
  isLastBatch: maybe(z.boolean()),
});

export const subscription = z.object({
  id: text,
  status: maybe(text),
  eventType: text,
  publisherInputs: maybe(z.record(text, z.unknown())),
  consumerInputs: maybe(z.record(text, z.unknown())),
});
export const subscriptions = listOf(subscription);

export const tokenAnswer = z.object({
  access_token: text.min(1),
  refresh_token: maybe(text),
  expires_in: z.coerce.number().positive(),
});
export const tokenError = z.object({ error: text, error_description: maybe(text), error_codes: maybe(z.array(z.number())) });

export type WireBoard = z.output<typeof board>;
export type WireColumn = WireBoard['columns'][number];
export type WireItem = z.output<typeof workItem>;
export type WireType = z.output<typeof workItemType>;
export type WireField = z.output<typeof typeFields>['value'][number];
export type WireSubscription = z.output<typeof subscription>;
