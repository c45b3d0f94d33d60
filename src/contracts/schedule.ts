import { z } from 'zod';

const word = z.string().trim().min(1).max(200);
/** A path segment of somebody else's API: names only. */
const segment = word.regex(/^[\w.-]+$/u, 'Letters, digits, dots, dashes and underscores.');
const address = z.url({ protocol: /^https?$/u }).max(2_000);
const variables = z.record(z.string().regex(/^\w{1,100}$/u), z.string().max(2_000)).default({});

/** How a run starts. Secrets of it are given beside, and are never answered. */
export const starts = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('webhook'), url: address }).meta({ title: 'Webhook' }),
  z
    .strictObject({
      kind: z.literal('github'),
      url: address.default('https://api.github.com'),
      owner: segment,
      repository: segment,
      workflow: segment.meta({ description: 'File name or number of a workflow with the trigger workflow_dispatch.' }),
      ref: word.default('main'),
      inputs: variables,
    })
    .meta({ title: 'GitHub Actions' }),
  z
    .strictObject({
      kind: z.literal('gitlab'),
      url: address.default('https://gitlab.com'),
      project: word.meta({ description: 'Number or full path of the project.' }),
      ref: word.default('main'),
      variables,
    })
    .meta({ title: 'GitLab CI/CD' }),
  z
    .strictObject({
      kind: z.literal('azure-pipelines'),
      url: address.default('https://dev.azure.com').meta({ description: 'A server’s collection address otherwise.' }),
      organization: z.string().trim().max(200).default(''),
      project: word,
      pipeline: z.number().int().positive(),
      ref: word.default('refs/heads/main'),
      parameters: variables,
    })
    .meta({ title: 'Azure Pipelines' }),
  z
    .strictObject({ kind: z.literal('command'), command: segment.meta({ description: 'Name of a command that the operator allowed.' }) })
    .meta({ title: 'Command on the server' }),
]);
export type Starts = z.infer<typeof starts>;

export const scheduleCredentials = z.strictObject({
  token: z
    .string()
    .min(1)
    .max(10_000)
    .meta({
      title: 'Token',
      description:
        'GitHub: a token that may run workflows. GitLab: a pipeline trigger token. Azure Pipelines: a personal access token (Build: read and execute). Webhook: sent as Authorization: Bearer.',
      secret: true,
    }),
});
export type ScheduleCredentials = z.infer<typeof scheduleCredentials>;
