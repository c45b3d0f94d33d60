import { createHash } from 'node:crypto';
import type { FieldDefinition } from './sandbox-fields.ts';
import { boardFields, stockFields } from './sandbox-fields.ts';
import type { Process, WorkItemType } from './sandbox-processes.ts';

/** The organization of the sandbox: projects, teams, boards, people, rights. Tests change it as administrators would. */

export interface BoardColumn {
  readonly id: string;
  name: string;
  itemLimit: number;
  stateMappings: Record<string, string>;
  columnType: 'incoming' | 'inProgress' | 'outgoing';
  isSplit: boolean;
}

export interface BoardRow {
  readonly id: string;
  name: string | null;
}

export interface Board {
  readonly id: string;
  name: string;
  /** What its field names are made of; never the board's id. */
  readonly extension: string;
  readonly category: string;
  columns: BoardColumn[];
  rows: BoardRow[];
  isValid: boolean;
}

export interface Team {
  readonly id: string;
  name: string;
  areas: { value: string; includeChildren: boolean }[];
  bugsBehavior: 'off' | 'asRequirements' | 'asTasks';
  hasDefaultIteration: boolean;
  boards: Board[];
}

export interface Project {
  readonly id: string;
  name: string;
  process: Process;
  /** Below the project's own name, `A\\B` for nested ones. */
  areas: string[];
  iterations: string[];
  teams: Team[];
}

export interface Person {
  readonly id: string;
  readonly displayName: string;
  readonly uniqueName: string;
}

export interface Rights {
  /** “Edit subscriptions”. */
  editSubscriptions: boolean;
  bypassRules: boolean;
  /** What the personal access token may do. */
  scopes: Set<'work' | 'work_write' | 'project' | 'profile'>;
  /** Area paths in which the integration's account sees nothing. */
  blindAreas: Set<string>;
}

export const defaultRow = '00000000-0000-0000-0000-000000000000';
export const tenantId = '3f0a4d0e-8f6f-4a53-9d1c-6a0b8b2f7c55';

export const people = {
  integration: person('Patchboard', 'patchboard@fabrikam.example'),
  sam: person('Sam Doe', 'sam@fabrikam.example'),
  service: person('Patchboard service principal', 'b5c8f3a1-8d52-4b53-9d5b-2c2d54c3f9aa'),
} as const;

/** The same name is always the same id. */
export function idOf(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex');
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `4${hash.slice(13, 16)}`,
    `a${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-');
}

function person(displayName: string, uniqueName: string): Person {
  return { id: idOf(uniqueName), displayName, uniqueName };
}

export class Organization {
  readonly name = 'fabrikam';
  readonly id = idOf('fabrikam');
  readonly processes: Process[];
  readonly people: Person[] = Object.values(people);
  readonly rights: Rights = {
    editSubscriptions: true,
    bypassRules: false,
    scopes: new Set(['work', 'work_write', 'project', 'profile']),
    blindAreas: new Set(),
  };
  /** More rows than this make a query fail. */
  queryRowsMax = 20_000;
  /** For so long a new work item does not know its board's fields. */
  boardLagMs = 0;
  /** Whether a change of the state alone moves the card to a column of that state. */
  stateMovesCard = true;
  /** `public`: hooks go to https and to no address of a private network, as the service has it. */
  hookAddresses: 'any' | 'public' = 'any';
  projects: Project[];

  constructor(processes: Process[], projects: Project[]) {
    this.processes = processes;
    this.projects = projects;
  }

  /** By name, whatever its case, or by id. */
  project(nameOrId: string): Project | undefined {
    return this.projects.find((one) => same(one.name, nameOrId) || same(one.id, nameOrId));
  }

  team(project: Project, nameOrId: string): Team | undefined {
    return project.teams.find((one) => same(one.name, nameOrId) || same(one.id, nameOrId));
  }

  board(team: Team, nameOrId: string): Board | undefined {
    return team.boards.find((one) => same(one.name, nameOrId) || same(one.id, nameOrId));
  }

  type(project: Project, name: string): WorkItemType | undefined {
    return project.process.types.find((one) => same(one.name, name) || same(one.referenceName, name));
  }

  fields(): readonly FieldDefinition[] {
    const boards = this.projects.flatMap(({ teams }) => teams.flatMap(({ boards: all }) => all));
    return [...stockFields, ...boards.flatMap((board) => boardFields(board))];
  }

  /** By reference name or by shown name. */
  field(name: string): FieldDefinition | undefined {
    const all = this.fields();
    return all.find((one) => same(one.referenceName, name)) ?? all.find((one) => same(one.name, name));
  }
}

export function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Which types a team shows on a board: bugs only where the team treats them as requirements. */
export function typesOnBoard(
  project: Project,
  team: Team,
  board: Pick<Board, 'category'>,
): readonly WorkItemType[] {
  const bugsToo =
    board.category === 'Microsoft.RequirementCategory' && team.bugsBehavior === 'asRequirements';
  return project.process.types.filter(
    ({ category }) => category === board.category || (bugsToo && category === 'Microsoft.BugCategory'),
  );
}
