import type { NewSchedule, Schedule } from '../../../../src/contracts/api/schedules.ts';

type Starts = NewSchedule['starts'];
export type Kind = Starts['kind'];

interface Shape {
  /** Names of its fields, with what they hold at first. */
  readonly fields: Readonly<Record<string, string>>;
  readonly optional?: readonly string[];
  /** What its variables are called in the API. */
  readonly variables?: string;
}

/** What each way to start asks for. */
export const shapes: Readonly<Record<Kind, Shape>> = {
  webhook: { fields: { url: '' } },
  github: { fields: { url: 'https://api.github.com', owner: '', repository: '', workflow: '', ref: 'main' }, variables: 'inputs' },
  gitlab: { fields: { url: 'https://gitlab.com', project: '', ref: 'main' }, variables: 'variables' },
  'azure-pipelines': { fields: { url: 'https://dev.azure.com', organization: '', project: '', pipeline: '', ref: 'refs/heads/main' }, optional: ['organization'], variables: 'parameters' },
  command: { fields: { command: '' } },
};
export const kinds = Object.keys(shapes) as readonly Kind[];

export interface Filled {
  readonly fields: Readonly<Record<string, string>>;
  readonly variables: string;
}

/** As the form shows it; what an earlier choice of kind left behind stays at hand. */
export function filledOf(starts: Schedule['starts'] | null): Filled {
  if (starts === null) {
    return { fields: {}, variables: '' };
  }
  const facts: Readonly<Record<string, unknown>> = { ...starts };
  const { fields, variables } = shapes[starts.kind];
  const pairs = variables === undefined ? {} : (facts[variables] as Readonly<Record<string, string>>);
  return {
    fields: Object.fromEntries(Object.keys(fields).map((name) => [name, String(facts[name] ?? '')])),
    variables: Object.entries(pairs).map(([name, value]) => `${name}=${value}`).join('\n'),
  };
}

/** As the server wants it, which checks it. */
export function startsOf(kind: Kind, { fields, variables }: Filled): object {
  const shape = shapes[kind];
  const given = Object.entries(shape.fields).map(([name, first]) => {
    const value = (fields[name] ?? first).trim();
    return [name, name === 'pipeline' ? Number(value) : value];
  });
  return { kind, ...Object.fromEntries(given), ...(shape.variables === undefined ? {} : { [shape.variables]: pairsOf(variables) }) };
}

function pairsOf(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  return Object.fromEntries(lines.map((line) => [line.split('=')[0]?.trim() ?? '', line.includes('=') ? line.slice(line.indexOf('=') + 1).trim() : '']));
}
