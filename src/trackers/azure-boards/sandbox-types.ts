import { fieldsOfEveryType } from './sandbox-fields.ts';
import type { Category, TypeField, WorkItemType } from './sandbox-processes.ts';

/** The work item types of the processes: states in order, reasons, fields, allowed values. */

const colors: Readonly<Record<Category, string>> = {
  Proposed: 'b2b2b2',
  InProgress: '007acc',
  Resolved: 'ff9d00',
  Completed: '339933',
  Removed: 'ffffff',
};

type StateRow = readonly [name: string, category: Category, reason: string];
const removed: StateRow = ['Removed', 'Removed', 'Removed from the backlog'];
const basic: readonly StateRow[] = [
  ['To Do', 'Proposed', 'Added to backlog'],
  ['Doing', 'InProgress', 'Started'],
  ['Done', 'Completed', 'Completed'],
];
const agileBug: readonly StateRow[] = [
  ['New', 'Proposed', 'New'],
  ['Active', 'InProgress', 'Approved'],
  ['Resolved', 'Resolved', 'Fixed'],
  ['Closed', 'Completed', 'Fixed and verified'],
];
const agileStory: readonly StateRow[] = [
  ['New', 'Proposed', 'New'],
  ['Active', 'InProgress', 'Implementation started'],
  ['Resolved', 'Resolved', 'Code complete and unit tests pass'],
  ['Closed', 'Completed', 'Acceptance tests pass'],
  removed,
];
const scrumItem: readonly StateRow[] = [
  ['New', 'Proposed', 'New backlog item'],
  ['Approved', 'Proposed', 'Approved by the Product Owner'],
  ['Committed', 'InProgress', 'Commitment made by the team'],
  ['Done', 'Completed', 'Work finished'],
  removed,
];
const scrumPlan: readonly StateRow[] = [
  ['New', 'Proposed', 'New'],
  ['In Progress', 'InProgress', 'Implementation started'],
  ['Done', 'Completed', 'Work finished'],
  removed,
];
const scrumTask: readonly StateRow[] = [
  ['To Do', 'Proposed', 'New task'],
  ['In Progress', 'InProgress', 'Work started'],
  ['Done', 'Completed', 'Work finished'],
  removed,
];
const agileTask: readonly StateRow[] = [
  ['New', 'Proposed', 'New'],
  ['Active', 'InProgress', 'Work started'],
  ['Closed', 'Completed', 'Completed'],
  removed,
];
const openClosed: readonly StateRow[] = [
  ['Open', 'Proposed', 'New impediment'],
  ['Closed', 'Completed', 'Impediment removed'],
];

const field = (allowed: readonly (string | number)[] = [], initially: string | number | null = null) => ({
  ...{ required: false, initially, allowed },
});
const priority = field([1, 2, 3, 4], 2);
const severity = field(['1 - Critical', '2 - High', '3 - Medium', '4 - Low'], '3 - Medium');
const valueArea = { ...field(['Architectural', 'Business'], 'Business'), required: true };

type FieldRows = Readonly<Record<string, TypeField>>;
const common = (name: string) => `Microsoft.VSTS.Common.${name}`;
const closing: FieldRows = { [common('ClosedDate')]: field(), [common('ClosedBy')]: field() };
const activity: FieldRows = { [common('ActivatedDate')]: field(), [common('ActivatedBy')]: field() };
const resolving: FieldRows = {
  [common('ResolvedDate')]: field(),
  [common('ResolvedBy')]: field(),
  [common('ResolvedReason')]: field(),
};
const bugFields: FieldRows = {
  ...{ ...closing, ...activity, ...resolving },
  [common('Severity')]: severity,
  [common('ValueArea')]: valueArea,
  'Microsoft.VSTS.TCM.ReproSteps': field(),
  'Microsoft.VSTS.TCM.SystemInfo': field(),
  'Microsoft.VSTS.Build.FoundIn': field(),
};
const storyFields: FieldRows = {
  ...{ ...closing, ...activity, ...resolving },
  [common('Risk')]: field(['1 - High', '2 - Medium', '3 - Low']),
  [common('ValueArea')]: valueArea,
  [common('StackRank')]: field(),
  [common('AcceptanceCriteria')]: field(),
  'Microsoft.VSTS.Scheduling.StoryPoints': field(),
};
const planFields: FieldRows = {
  ...{ ...closing, ...activity },
  [common('ValueArea')]: valueArea,
  'Microsoft.VSTS.Scheduling.TargetDate': field(),
};
const taskFields: FieldRows = {
  ...{ ...closing, ...activity },
  [common('Activity')]: field([
    'Deployment',
    'Design',
    'Development',
    'Documentation',
    'Requirements',
    'Testing',
  ]),
  'Microsoft.VSTS.Scheduling.RemainingWork': field(),
};

const required = (initially: string | null): TypeField => ({ required: true, initially, allowed: [] });

function made(
  [name, kind, category]: readonly [name: string, kind: string, category: string],
  states: readonly StateRow[],
  more: FieldRows = {},
): WorkItemType {
  const [initial] = states;
  const own: FieldRows = {
    'System.Title': required(null),
    'System.State': { ...required(initial?.[0] ?? null), allowed: states.map(([state]) => state) },
    'System.AreaId': required(null),
    'System.IterationId': required(null),
    [common('Priority')]: priority,
  };
  return {
    ...{ name, category, isDisabled: false },
    referenceName: `Microsoft.VSTS.WorkItemTypes.${kind}`,
    color: kind === 'Bug' ? 'CC293D' : '009CCC',
    states: states.map(([state, of, reason]) => ({ name: state, category: of, color: colors[of], reason })),
    transitions: null,
    fields: new Map(
      Object.entries({
        ...Object.fromEntries(fieldsOfEveryType.map((one) => [one, field()])),
        ...own,
        ...more,
      }),
    ),
  };
}

export const requirement = 'Microsoft.RequirementCategory';
const bugs = 'Microsoft.BugCategory';
const tasks = 'Microsoft.TaskCategory';
export const features = 'Microsoft.FeatureCategory';
export const epics = 'Microsoft.EpicCategory';
const hidden = 'Microsoft.HiddenCategory';

function tested(): WorkItemType {
  return made(
    ['Code Review Request', 'CodeReviewRequest', hidden],
    [
      ['Requested', 'Proposed', 'New'],
      ['Closed', 'Completed', 'Closed'],
    ],
  );
}

export function agileTypes(): WorkItemType[] {
  return [
    made(['Bug', 'Bug', bugs], agileBug, bugFields),
    made(['Epic', 'Epic', epics], agileStory, planFields),
    made(['Feature', 'Feature', features], agileStory, planFields),
    made(
      ['Issue', 'Issue', 'Microsoft.IssueCategory'],
      [agileBug[1] ?? removed, agileBug[3] ?? removed],
      closing,
    ),
    made(['Task', 'Task', tasks], agileTask, taskFields),
    made(['User Story', 'UserStory', requirement], agileStory, storyFields),
    tested(),
  ];
}

export function scrumTypes(): WorkItemType[] {
  const bug: readonly StateRow[] = scrumItem.map((row, at) =>
    at === 0 ? ['New', 'Proposed', 'New defect reported'] : row,
  );
  return [
    made(['Bug', 'Bug', bugs], bug, { ...bugFields, 'Microsoft.VSTS.Scheduling.Effort': field() }),
    made(['Epic', 'Epic', epics], scrumPlan, planFields),
    made(['Feature', 'Feature', features], scrumPlan, planFields),
    made(['Impediment', 'Impediment', 'Microsoft.IssueCategory'], openClosed, closing),
    made(['Product Backlog Item', 'ProductBacklogItem', requirement], scrumItem, {
      ...closing,
      [common('ValueArea')]: valueArea,
      [common('BacklogPriority')]: field(),
      'Microsoft.VSTS.Scheduling.Effort': field(),
    }),
    made(['Task', 'Task', tasks], scrumTask, taskFields),
    tested(),
  ];
}

export function basicTypes(): WorkItemType[] {
  const plain = { ...closing, ...activity };
  return [
    made(['Epic', 'Epic', epics], basic, plain),
    made(['Issue', 'Issue', requirement], basic, plain),
    made(['Task', 'Task', tasks], basic, taskFields),
    tested(),
  ];
}

/** Agile with two fields of its own on bugs, one of them required, a state of its own, and no way around a review. */
export function inheritedTypes(): WorkItemType[] {
  return agileTypes().map((type) => {
    if (type.name !== 'Bug') {
      return type;
    }
    const fields = new Map(type.fields);
    fields.set('Custom.ProductLine', { ...field(['Accounts', 'Cards', 'Loans']), required: true });
    fields.set('Custom.Exposure', field(['Internet', 'Intranet']));
    const states = type.states.toSpliced(2, 0, {
      name: 'In Review',
      category: 'InProgress',
      color: '5688E0',
      reason: 'Moved to state In Review',
    });
    fields.set('System.State', { required: true, initially: 'New', allowed: states.map(({ name }) => name) });
    const transitions = {
      New: ['Active'],
      Active: ['New', 'In Review'],
      'In Review': ['Active', 'Resolved'],
      Resolved: ['Active', 'Closed'],
      Closed: ['Active'],
    };
    return { ...type, referenceName: 'SecureAgile.Bug', states, fields, transitions };
  });
}
