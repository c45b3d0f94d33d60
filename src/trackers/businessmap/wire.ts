import { z } from 'zod';

/** The service's JSON, only the fields used. Unknown fields are left alone. */

export const wireCard = z.object({
  card_id: z.number(),
  custom_id: z.string().nullish(),
  board_id: z.number(),
  workflow_id: z.number(),
  column_id: z.number(),
  lane_id: z.number(),
  title: z.string().nullish(),
  priority: z.number().nullish(),
  owner_user_id: z.number().nullish(),
  revision: z.number(),
  last_modified: z.string().nullish(),
  tag_ids: z.array(z.number()).nullish(),
});
export type WireCard = z.infer<typeof wireCard>;

/** `GET /cards/{id}`: an object. It does not say whether the card is archived or discarded; lists by state do. */
export const oneCard = z.object({ data: wireCard });
/** POST and PATCH answer with an array, empty if nothing changed; clients that expect an object have been met, so both are read. */
export const cardArray = z.object({
  data: z.union([z.array(wireCard), wireCard.transform((card) => [card])]),
});
/** `GET /cards`: the array is nested, and only the fields asked for are there. */
export const cardList = z.object({
  data: z.object({
    pagination: z.object({ all_pages: z.number().nullish(), current_page: z.number().nullish() }).nullish(),
    data: z.array(wireCard),
  }),
});

/** Asked for by name: unasked, a list has twelve fields, and neither revision nor priority is among them. */
export const listFields = [
  'card_id',
  'custom_id',
  'board_id',
  'workflow_id',
  'column_id',
  'lane_id',
  'title',
  'priority',
  'owner_user_id',
  'revision',
  'last_modified',
].join(',');

/** Enough to say which cards there are and how old our picture of them is. */
export const sweepList = z.object({
  data: z.object({
    data: z.array(z.object({ card_id: z.number(), custom_id: z.string().nullish(), revision: z.number() })),
  }),
});
export const sweepFields = 'card_id,custom_id,revision,last_modified';

export const cardStates = ['active', 'archived', 'discarded'] as const;

const named = { name: z.string() };

export const workspaces = z.object({
  data: z.array(
    z.object({
      workspace_id: z.number(),
      type: z.number().nullish(),
      is_archived: z.number().nullish(),
      ...named,
    }),
  ),
});
export const boards = z.object({
  data: z.array(
    z.object({
      board_id: z.number(),
      workspace_id: z.number().nullish(),
      is_archived: z.number().nullish(),
      ...named,
    }),
  ),
});
/** The OpenAPI document declares one object; what comes is an array. */
export const workflows = z.object({
  data: z.array(
    z.object({
      workflow_id: z.number(),
      type: z.number().nullish(),
      position: z.number().nullish(),
      is_enabled: z.number().nullish(),
      ...named,
    }),
  ),
});
export type WireWorkflow = z.infer<typeof workflows>['data'][number];
/** `workflow_id` as the service answers; `workflow` as the document prints it. */
export const lanes = z.object({
  data: z.array(
    z.object({
      lane_id: z.number(),
      workflow_id: z.number(),
      parent_lane_id: z.number().nullish(),
      position: z.number().nullish(),
      ...named,
    }),
  ),
});
export type WireLane = z.infer<typeof lanes>['data'][number];
export const columns = z.object({
  data: z.array(
    z.object({
      column_id: z.number(),
      workflow_id: z.number(),
      section: z.number().nullish(),
      parent_column_id: z.number().nullish(),
      position: z.number().nullish(),
      limit: z.number().nullish(),
      ...named,
    }),
  ),
});
export type WireColumn = z.infer<typeof columns>['data'][number];

export const settings = z.object({ data: z.object({ allow_exceeding: z.number().nullish() }) });

export const me = z.object({
  data: z.object({
    user_id: z.number().nullish(),
    email: z.string().nullish(),
    username: z.string().nullish(),
    realname: z.string().nullish(),
    is_enabled: z.number().nullish(),
  }),
});
export const users = z.object({
  data: z.array(
    z.object({ user_id: z.number(), username: z.string().nullish(), realname: z.string().nullish() }),
  ),
});
export const tags = z.object({ data: z.array(z.object({ tag_id: z.number(), label: z.string() })) });
export type WireTag = z.infer<typeof tags>['data'][number];
export const boardTags = z.object({ data: z.array(z.object({ tag_id: z.number() })) });

/** How a field is used on one board: whether each card has it, and whether it must then have a value. */
export const boardCustomFields = z.object({
  data: z.array(
    z.object({
      field_id: z.number(),
      is_always_present: z.number().nullish(),
      value_is_required: z.number().nullish(),
      min_number_of_values: z.number().nullish(),
      min_number_of_contributors: z.number().nullish(),
      default_value: z.union([z.string(), z.number()]).nullish(),
    }),
  ),
});
export type WireBoardField = z.infer<typeof boardCustomFields>['data'][number];
export const customFields = z.object({
  data: z.array(
    z.object({
      field_id: z.number(),
      type: z.string(),
      allowed_values: z
        .array(z.object({ value_id: z.number(), value: z.string(), is_default: z.number().nullish() }))
        .nullish(),
      ...named,
    }),
  ),
});
export type WireField = z.infer<typeof customFields>['data'][number];

/** Each entry is a version of the card that was replaced: when, and by whom. */
export const revisions = z.object({
  data: z.array(
    z.object({ revision: z.number(), user_id: z.number().nullish(), replaced_at: z.string().nullish() }),
  ),
});
export const oneRevision = z.object({ data: z.object({ column_id: z.number() }) });

const webhook = z.object({
  webhook_id: z.number(),
  url: z.string(),
  is_enabled: z.number().nullish(),
  board_id: z.number().nullish(),
  secret: z.string().nullish(),
});
export type WireWebhook = z.infer<typeof webhook>;
export const webhooks = z.object({ data: z.array(webhook) });
/** An object by the document, an array by another of the vendor's own. */
export const oneWebhook = z.object({
  data: z.union([
    webhook,
    z
      .array(webhook)
      .min(1)
      .transform((all) => all[0] as WireWebhook),
  ]),
});

export const wireError = z.object({
  error: z.object({
    code: z.string().nullish(),
    message: z.string(),
    reference: z.string().nullish(),
    details: z.unknown().optional(),
  }),
});
