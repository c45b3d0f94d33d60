import {
  agileTypes,
  basicTypes,
  epics,
  features,
  inheritedTypes,
  requirement,
  scrumTypes,
} from './sandbox-types.ts';

/** The stock processes Basic, Agile and Scrum, and one that a customer inherited from Agile. */

export type Category = 'Proposed' | 'InProgress' | 'Resolved' | 'Completed' | 'Removed';

export interface TypeState {
  readonly name: string;
  readonly color: string;
  readonly category: Category;
  /** The reason that is filled in on the way into it. */
  readonly reason: string;
}

export interface TypeField {
  readonly required: boolean;
  readonly initially: string | number | null;
  readonly allowed: readonly (string | number)[];
}

export interface WorkItemType {
  readonly name: string;
  readonly referenceName: string;
  readonly category: string;
  readonly isDisabled: boolean;
  readonly color: string;
  states: TypeState[];
  /** Null: from every state to every other. */
  transitions: Readonly<Record<string, readonly string[]>> | null;
  readonly fields: Map<string, TypeField>;
}

export interface Process {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly parent: string | null;
  readonly types: WorkItemType[];
  /** Requirement level first: names and types of the boards. */
  readonly backlogs: readonly { readonly name: string; readonly category: string }[];
}

const levels = (name: string) => [
  { name, category: requirement },
  { name: 'Features', category: features },
  { name: 'Epics', category: epics },
];

export function stockProcesses(): Process[] {
  return [
    {
      id: 'b8a3a935-7e91-48b8-a94c-606d37c3e9f2',
      name: 'Basic',
      description:
        'This template is flexible for any process and great for teams getting started with Azure DevOps.',
      parent: null,
      types: basicTypes(),
      backlogs: [levels('Issues')[0], levels('Issues')[2]].flatMap((one) => one ?? []),
    },
    {
      id: 'adcc42ab-9882-485e-a3ed-7678f01f66bc',
      name: 'Agile',
      description:
        'This template is flexible and will work great for most teams using Agile planning methods, including those practicing Scrum.',
      parent: null,
      types: agileTypes(),
      backlogs: levels('Stories'),
    },
    {
      id: '6b724908-ef14-45cf-84f8-768b5384da45',
      name: 'Scrum',
      description: 'This template is for teams who follow the Scrum framework.',
      parent: null,
      types: scrumTypes(),
      backlogs: levels('Backlog items'),
    },
    {
      id: '5d2f4f36-2b3a-4f6e-9d57-0c1f3f1a7b11',
      name: 'Secure Agile',
      description: 'Our way to work.',
      parent: 'adcc42ab-9882-485e-a3ed-7678f01f66bc',
      types: inheritedTypes(),
      backlogs: levels('Stories'),
    },
  ];
}
