import { createHash } from 'node:crypto';
import type { SessionContext } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import type { Api } from './api.ts';
import { part } from './api.ts';
import type { WireBoard, WireField, WireType } from './wire.ts';
import { board, boards, teamFieldValues, teams, typeFields, workItemType } from './wire.ts';

/** How long boards, types and fields are taken for true; a name that is not among the known ones is asked for again. */
const freshMs = 15 * 60_000;
const askAgainMs = 30_000;
const sitesMax = 200;
const entriesMax = 1_000;
const teamsMax = 200;

interface Entry {
  readonly at: number;
  readonly value: unknown;
}

interface Site {
  readonly entries: Map<string, Entry>;
  /** Queries of one identity run one after the other. */
  queries: Promise<unknown>;
}

/** What was learned with one identity, kept between sessions of this process: only names and definitions, nothing of a card. */
const sites = new Map<string, Site>();

export interface KnownBoard {
  readonly project: string;
  readonly team: string;
  readonly board: WireBoard;
}

export interface TypeFacts {
  readonly type: WireType;
  readonly fields: readonly WireField[];
}

export interface Freshness {
  /** Asked for again, however lately it was learned. */
  readonly live?: boolean;
}

export class Knowledge {
  readonly api: Api;
  readonly #now: () => number;
  readonly #site: Site;

  constructor(api: Api, context: SessionContext) {
    this.api = api;
    this.#now = context.now;
    this.#site = siteOf(api.root, JSON.stringify(context.credentials));
  }

  async board(place: Omit<KnownBoard, 'board'> & { readonly id: string }, fresh: Freshness = {}): Promise<KnownBoard> {
    const { project, team, id } = place;
    return this.#learn(`board ${project}/${team}/${id}`, fresh, async () => ({
      ...{ project, team },
      board: await this.api.get(`/${part(project)}/${part(team)}/_apis/work/boards/${part(id)}`, board),
    }));
  }

  /** Boards of a project that were seen before, without a call. */
  #seenBoards(project: string): readonly KnownBoard[] {
    return [...this.#site.entries]
      .filter(([name]) => name.startsWith(`board ${project}/`))
      .map(([, { value }]) => value as KnownBoard);
  }

  /** The board that has this field, looked for in one team after the other; null: none that we may see. */
  async boardWith(project: string, columnFields: readonly string[]): Promise<KnownBoard | null> {
    const fits = (one: KnownBoard) => columnFields.includes(one.board.fields.columnField.referenceName);
    const seen = this.#seenBoards(project).find(fits);
    const again = seen === undefined ? null : await this.board({ project, team: seen.team, id: seen.board.id }).catch(onlyUnseen);
    if (again !== null && fits(again)) {
      return again;
    }
    return this.#learn(`board with ${project} ${columnFields.toSorted().join()}`, {}, async () => {
      // What is deleted while we look is no board, and says nothing about the card.
      for (const { id: team } of ((await this.teams(project).catch(onlyUnseen)) ?? []).slice(0, teamsMax)) {
        for (const { id } of (await this.boardsOf(project, team).catch(onlyUnseen)) ?? []) {
          const known = await this.board({ project, team, id }).catch(onlyUnseen);
          if (known !== null && fits(known)) {
            return known;
          }
        }
      }
      return null;
    });
  }

  async teams(project: string): Promise<readonly { readonly id: string; readonly name: string }[]> {
    return this.#learn(`teams ${project}`, {}, () => allTeams(this.api, project));
  }

  /** A team without a default iteration has no board: the service answers 500. */
  async boardsOf(project: string, team: string): Promise<readonly { readonly id: string; readonly name: string }[]> {
    return this.#learn(`boards ${project}/${team}`, {}, async () => {
      try {
        return (await this.api.get(`/${part(project)}/${part(team)}/_apis/work/boards`, boards)).value;
      } catch (fault) {
        if (isUnfinishedTeam(fault)) {
          return [];
        }
        throw fault;
      }
    });
  }

  /** Where new work items of the team belong; null: the project's own area. */
  async areaOf(project: string, team: string): Promise<string | null> {
    return this.#learn(`area ${project}/${team}`, {}, async () => {
      const path = `/${part(project)}/${part(team)}/_apis/work/teamsettings/teamfieldvalues`;
      const answer = await this.api.get(path, teamFieldValues);
      return answer.defaultValue ?? answer.values?.[0]?.value ?? null;
    });
  }

  async type(project: string, name: string, fresh: Freshness = {}): Promise<TypeFacts> {
    return this.#learn(`type ${project}/${name}`, fresh, async () => {
      const path = `/${part(project)}/_apis/wit/workitemtypes/${part(name)}`;
      const type = await this.api.get(path, workItemType);
      // Dear: more than a whole unit of the two hundred.
      const fields = await this.api.get(`${path}/fields`, typeFields, { $expand: 'all' });
      return { type, fields: fields.value };
    });
  }

  /** One after the other: the service counts queries that run at once most dearly. */
  query<Value>(act: () => Promise<Value>): Promise<Value> {
    const going = this.#site.queries.then(act, act);
    this.#site.queries = going.catch(() => {});
    return going;
  }

  async #learn<Value>(name: string, { live }: Freshness, ask: () => Promise<Value>): Promise<Value> {
    const { entries } = this.#site;
    const known = entries.get(name);
    const age = known === undefined ? Number.POSITIVE_INFINITY : this.#now() - known.at;
    if (known !== undefined && live !== true && age < freshMs && age >= 0) {
      return known.value as Value;
    }
    const value = await ask();
    entries.delete(name);
    entries.set(name, { at: this.#now(), value });
    forgetOldest(entries, entriesMax);
    return value;
  }

  /** Whether a name that is not among the known ones is worth another question. */
  isWorthAsking({ project, team, board: { id } }: KnownBoard): boolean {
    const at = this.#site.entries.get(`board ${project}/${team}/${id}`)?.at ?? 0;
    return Math.abs(this.#now() - at) >= askAgainMs;
  }
}

/** For what may be out of our sight: null. Any other fault goes on: “I could not ask” is not “there is none”. */
export function onlyUnseen(fault: unknown): null {
  if (fault instanceof TrackerFault && (fault.kind === 'gone' || fault.kind === 'forbidden')) {
    return null;
  }
  throw fault;
}

async function allTeams(api: Api, project: string): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const all: { readonly id: string; readonly name: string }[] = [];
  for (let page = 0; page < 25; page += 1) {
    const { value } = await api.get(`/_apis/projects/${part(project)}/teams`, teams, { $top: teamsMax, $skip: all.length });
    all.push(...value);
    if (value.length < teamsMax) {
      break;
    }
  }
  return all;
}

/** A 500 in the service’s own words, which this call has for no other reason that lasts. TF401349 is one that passes. */
function isUnfinishedTeam(fault: unknown): boolean {
  return (
    fault instanceof TrackerFault &&
    fault.detail.httpStatus === 500 &&
    fault.detail.trackerMessage !== undefined &&
    fault.detail.trackerCode !== 'TF401349'
  );
}

function siteOf(root: string, credentials: string): Site {
  const key = createHash('sha256').update(`${root}\n${credentials}`).digest('base64url');
  const site = sites.get(key) ?? { entries: new Map<string, Entry>(), queries: Promise.resolve() };
  sites.delete(key);
  sites.set(key, site);
  forgetOldest(sites, sitesMax);
  return site;
}

function forgetOldest(entries: Map<string, unknown>, most: number): void {
  for (const name of entries.keys()) {
    if (entries.size <= most) {
      return;
    }
    entries.delete(name);
  }
}
