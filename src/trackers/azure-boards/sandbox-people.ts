import type { SandboxCard, SandboxPeople } from '../kit/sandbox.ts';
import type { ExamplePlace, Half } from './sandbox-examples.ts';
import { halvesOf } from './sandbox-examples.ts';
import type { WorkItem } from './sandbox-item.ts';
import type { WorkItems } from './sandbox-items.ts';
import { currentOf } from './sandbox-item.ts';
import { boardsOf, namesOf } from './sandbox-kanban.ts';
import { people } from './sandbox-organization.ts';
import type { FieldWish } from './sandbox-patch.ts';

/** The tracker's people at work, and their work items as a test looks at them. */

const author = { who: people.sam };

export function peopleOf(items: WorkItems, place: ExamplePlace): SandboxPeople {
  const { organization } = items;
  const write = (ref: string, fields: readonly FieldWish[]) =>
    void items.change(keptOf(items, ref), { tests: [], fields, relations: [], formats: {} }, author);
  const set = (name: string, value: unknown): FieldWish => ({
    name,
    value: value ?? undefined,
    merges: false,
  });
  return {
    move: async (ref, state) => write(ref, moveTo(halfOf(place, state), place)),
    edit: async (ref, { title, priority, assignee, labels }) =>
      write(ref, [
        ...(title === undefined ? [] : [set('System.Title', title)]),
        ...(priority === undefined ? [] : [set('Microsoft.VSTS.Common.Priority', priority)]),
        ...(assignee === undefined
          ? []
          : [set('System.AssignedTo', assignee === null ? null : people.sam.uniqueName)]),
        ...(labels === undefined ? [] : [{ name: 'System.Tags', value: labels.join('; '), merges: true }]),
      ]),
    comment: async (ref, text) => write(ref, [set('System.History', text)]),
    moveAway: async (ref) => {
      const item = keptOf(items, ref);
      const { fields } = currentOf(item);
      const away = organization.projects.find(({ name }) => name !== fields['System.TeamProject']);
      const type =
        away?.process.types.find(({ name }) => name === fields['System.WorkItemType']) ??
        away?.process.types.find(({ category }) => category === 'Microsoft.RequirementCategory');
      write(ref, [set('System.TeamProject', away?.name), set('System.WorkItemType', type?.name)]);
    },
    archive: () => Promise.reject(new Error('Azure Boards has no archive. Use discard.')),
    discard: async (ref) => items.putAway(keptOf(items, ref), true, people.sam),
    restore: async (ref) => items.putAway(keptOf(items, ref), false, people.sam),
    remove: async (ref) => {
      const item = keptOf(items, ref);
      items.putAway(item, true, people.sam);
      item.destroyed = true;
    },
    clone: async (ref) => cloned(items, keptOf(items, ref)),
    hide: async (ref) => void Object.assign(keptOf(items, ref), { hidden: true }),
    removeState: async (state) => {
      const { columnId } = halfOf(place, state);
      place.board.columns = place.board.columns.filter(({ id }) => id !== columnId);
      items.rearrange();
    },
  };
}

function keptOf(items: WorkItems, ref: string): WorkItem {
  const kept = items.all.get(Number(ref));
  if (kept === undefined) {
    throw new Error(`The sandbox has no work item ${ref}.`);
  }
  return kept;
}

function halfOf({ board }: ExamplePlace, state: string): Half {
  const found = halvesOf(board).find((half) => half.state === state);
  if (found === undefined) {
    throw new Error(`The board has no column ${state}.`);
  }
  return found;
}

function moveTo({ column, half }: Half, { board }: ExamplePlace): readonly FieldWish[] {
  const names = namesOf(board);
  return [
    { name: names.column, value: column, merges: false },
    ...(half === null ? [] : [{ name: names.done, value: half === 'done', merges: false }]),
  ];
}

function cloned(items: WorkItems, { id }: WorkItem): string {
  const { fields } = currentOf(keptOf(items, String(id)));
  const project = items.organization.project(String(fields['System.TeamProject']));
  const type =
    project === undefined
      ? undefined
      : items.organization.type(project, String(fields['System.WorkItemType']));
  if (project === undefined || type === undefined) {
    throw new Error(`Work item ${id} has a type.`);
  }
  const copied = [
    'System.Title',
    'System.Tags',
    'System.AreaPath',
    'System.IterationPath',
    'System.Description',
    'Microsoft.VSTS.TCM.ReproSteps',
    'Custom.ProductLine',
  ];
  const wishes = copied
    .filter((name) => fields[name] !== undefined)
    .map((name) => ({ name, value: fields[name], merges: true }));
  return String(
    items.create(project, type, { tests: [], fields: wishes, relations: [], formats: {} }, author).id,
  );
}

export function cardOf(items: WorkItems, item: WorkItem, place: ExamplePlace): SandboxCard {
  const { fields, rev } = currentOf(item);
  const text = (name: string) => String(fields[name] ?? '');
  const tags = text('System.Tags')
    .split(';')
    .map((tag) => tag.trim());
  const half = shownHalf(items, item, place);
  return {
    ref: String(item.id),
    key: `#${item.id}`,
    marker: tags.find((tag) => /^pb-/iu.test(tag)) ?? null,
    title: text('System.Title'),
    body: text('Microsoft.VSTS.TCM.ReproSteps') || text('System.Description'),
    state: half?.state ?? text('System.State'),
    stateLabel: half?.label ?? text('System.State'),
    priority:
      fields['Microsoft.VSTS.Common.Priority'] === undefined ? null : text('Microsoft.VSTS.Common.Priority'),
    presence: item.destroyed ? 'deleted' : item.deleted === null ? 'active' : 'discarded',
    revision: rev,
    comments: item.comments.map((comment) => comment.text),
    fields,
  };
}

/** On the example's board where it is there, else on the first that shows it. */
function shownHalf(items: WorkItems, item: WorkItem, place: ExamplePlace): Half | undefined {
  const { fields } = currentOf(item);
  const shown = boardsOf(items.organization, fields).map(({ board }) => board);
  const board = shown.find(({ id }) => id === place.board.id) ?? shown[0];
  if (board === undefined) {
    return undefined;
  }
  const names = namesOf(board);
  const done = fields[names.done] === true;
  return halvesOf(board).find(
    ({ column, half }) => column === fields[names.column] && (half === null || (half === 'done') === done),
  );
}
