import { ApiError, badRequest, noSuchItem } from './sandbox-errors.ts';
import type { Relation, Update, WorkItem } from './sandbox-item.ts';
import { clean, currentOf, differs, isItemLink } from './sandbox-item.ts';
import type { Fields } from './sandbox-kanban.ts';
import { boardsOf, isUnder, placed } from './sandbox-kanban.ts';
import type { Organization, Person, Project } from './sandbox-organization.ts';
import type { PatchWish, RelationWish } from './sandbox-patch.ts';
import type { WorkItemType } from './sandbox-processes.ts';
import type { Ground } from './sandbox-rules.ts';
import { accepted, checkRules, consequences, isoOf, stateAfter } from './sandbox-rules.ts';

/** The work items of the organization with all their revisions and updates, deleted ones too. */

export type ItemEvent = 'created' | 'updated' | 'deleted' | 'restored' | 'commented';
export type Emit = (event: ItemEvent, item: WorkItem, update: Update | null) => void;

export interface Author {
  readonly who: Person;
  readonly validateOnly?: boolean;
}

const relationsMax = 1_000;

export class WorkItems {
  readonly all = new Map<number, WorkItem>();
  readonly organization: Organization;
  readonly #now: () => number;
  readonly #searchLagMs: () => number;
  emit: Emit = () => {};
  #watermark = 0;
  #lastId = 0;

  constructor(organization: Organization, now: () => number, searchLagMs: () => number) {
    this.organization = organization;
    this.#now = now;
    this.#searchLagMs = searchLagMs;
  }

  /** What the integration's account sees of it. */
  visible(id: number): WorkItem {
    const item = this.all.get(id);
    if (item === undefined || item.destroyed || this.isBlind(item)) {
      throw noSuchItem(id);
    }
    return this.ripe(item);
  }

  isBlind(item: WorkItem): boolean {
    const area = String(currentOf(item).fields['System.AreaPath']);
    return item.hidden || [...this.organization.rights.blindAreas].some((blind) => isUnder(area, blind));
  }

  living(id: number): WorkItem {
    const item = this.visible(id);
    if (item.deleted !== null) {
      throw noSuchItem(id);
    }
    return item;
  }

  create(project: Project, type: WorkItemType, wish: PatchWish, author: Author): WorkItem {
    const id = author.validateOnly === true ? -1 : this.#lastId + 1;
    const place = { 'System.TeamProject': project.name, 'System.WorkItemType': type.name };
    const ground: Ground = { organization: this.organization, project, type, shown: [], before: null, id };
    const wished = accepted(ground, wish.fields);
    const at = isoOf(this.#now());
    const state = stateAfter(ground, wished);
    const initial = [...type.fields].flatMap(([name, { initially }]) =>
      initially === null ? [] : [[name, initially]],
    );
    const fields = clean({
      ...{ 'System.AreaPath': project.name, ...place, 'System.IterationPath': project.name },
      ...Object.fromEntries(initial),
      ...consequences(ground, state, author.who, at),
      ...{ 'System.CreatedDate': at, 'System.CreatedBy': author.who, 'System.CommentCount': 0 },
      ...Object.fromEntries(Object.entries(wished).filter(([name]) => !name.startsWith('WEF_'))),
      'System.State': state,
    });
    checkRules(ground, fields, wished);
    const item: WorkItem = {
      ...{ id, revisions: [], updates: [], relations: [], comments: [], formats: {}, deleted: null },
      ...{ destroyed: false, hidden: false, onBoard: false },
      foundFrom: this.#now() + this.#searchLagMs(),
      boardFrom: this.#now() + this.organization.boardLagMs,
    };
    const relations = this.#related(item, wish.relations);
    this.#record(item, fields, wish, { ...author, relations });
    if (author.validateOnly !== true) {
      this.#lastId = id;
      this.all.set(id, item);
      this.emit('created', item, item.updates[0] ?? null);
    }
    return item;
  }

  change(item: WorkItem, wish: PatchWish, author: Author): WorkItem {
    const { rev, fields: before } = currentOf(this.ripe(item));
    for (const test of wish.tests) {
      const found = test.path === '/rev' ? rev : before[test.path.replace('/fields/', '')];
      if (String(found) !== String(test.value)) {
        throw new ApiError(
          412,
          'TestPatchOperationFailedException',
          `VS403351: Test Operation for path ${test.path} failed.`,
        );
      }
    }
    const copy = structuredClone(item);
    const target = author.validateOnly === true ? copy : item;
    const relations = this.#related(copy, wish.relations);
    const fields = this.#after(target, wish, author);
    const changed = differs(before, fields) || relations.some(({ rel }) => !isItemLink(rel));
    if (!changed && relations.length === 0) {
      return item;
    }
    this.#record(target, changed ? fields : null, wish, { ...author, relations });
    if (author.validateOnly !== true) {
      this.emit('updated', item, item.updates.at(-1) ?? null);
      if (wish.fields.some(({ name }) => name === 'System.History')) {
        this.emit('commented', item, item.updates.at(-1) ?? null);
      }
    }
    return target;
  }

  #after(item: WorkItem, wish: PatchWish, { who }: Author): Fields {
    const { organization } = this;
    const before = currentOf(item).fields;
    const wantedProject =
      wish.fields.find(({ name }) => name === 'System.TeamProject')?.value ?? before['System.TeamProject'];
    const wantedType =
      wish.fields.find(({ name }) => name === 'System.WorkItemType')?.value ?? before['System.WorkItemType'];
    const project = organization.project(String(wantedProject));
    const type = project === undefined ? undefined : organization.type(project, String(wantedType));
    if (project === undefined || type === undefined) {
      throw badRequest(
        `VS402323: Work item type ${String(wantedType)} does not exist in project ${String(wantedProject)} or you do not have permission to access it.`,
        'WorkItemTypeNotFoundException',
      );
    }
    const moved =
      project.name !== before['System.TeamProject'] || type.name !== before['System.WorkItemType'];
    const shown = item.onBoard ? boardsOf(organization, before) : [];
    const ground: Ground = { organization, project, type, shown, before, id: item.id };
    const wished = accepted(ground, wish.fields);
    const known = type.states.some(({ name }) => name === before['System.State']);
    const state = moved && !known ? (type.states[0]?.name ?? '') : stateAfter(ground, wished);
    const place =
      moved && project.name !== before['System.TeamProject']
        ? { 'System.AreaPath': project.name, 'System.IterationPath': project.name }
        : {};
    const comments = wished['System.History'] === undefined ? 0 : 1;
    const { 'System.History': _said, ...rest } = before;
    const fields = clean({
      ...{ ...rest, ...place, ...consequences(ground, state, who, isoOf(this.#now())), ...wished },
      ...{ 'System.TeamProject': project.name, 'System.WorkItemType': type.name, 'System.State': state },
      'System.CommentCount': Number(before['System.CommentCount'] ?? 0) + comments,
    });
    checkRules(ground, fields, wished);
    return item.onBoard
      ? clean(placed(boardsOf(organization, fields), fields, wished, organization))
      : fields;
  }

  /** What is added and removed. Links between work items make an update, and no revision. */
  #related(item: WorkItem, wishes: readonly RelationWish[]): readonly (Relation & { removed?: boolean })[] {
    const changes: (Relation & { removed?: boolean })[] = [];
    for (const wish of wishes) {
      if (wish.kind === 'add') {
        if (item.relations.some(({ rel, url }) => rel === wish.rel && url === wish.url)) {
          throw new ApiError(400, 'RelationAlreadyExistsException', 'Relation already exists.');
        }
        if (item.relations.length + changes.length >= relationsMax) {
          throw badRequest(`A work item takes ${relationsMax} links.`);
        }
        changes.push({ rel: wish.rel, url: wish.url, attributes: wish.attributes });
        continue;
      }
      const found = item.relations[wish.at];
      if (found === undefined) {
        throw badRequest('Index out of range for the relation.');
      }
      changes.push({ ...found, removed: true });
      if (wish.kind === 'replace') {
        changes.push({ ...found, attributes: { ...found.attributes, ...wish.attributes } });
      }
    }
    return changes;
  }

  #record(
    item: WorkItem,
    fields: Fields | null,
    wish: Pick<PatchWish, 'formats'>,
    author: Author & { readonly relations: readonly (Relation & { removed?: boolean })[] },
  ): void {
    const last = item.revisions.at(-1);
    const at = isoOf(this.#now());
    const { who: by, relations } = author;
    if (fields !== null) {
      this.#watermark += 1;
      const stamped = { ...fields, 'System.ChangedDate': at, 'System.ChangedBy': by };
      item.revisions.push({ rev: (last?.rev ?? 0) + 1, fields: stamped, at, by, watermark: this.#watermark });
      const said = fields['System.History'];
      if (typeof said === 'string') {
        item.comments.push({ id: item.comments.length + 1, text: said, by, at });
      }
    }
    const removed = relations.filter((one) => one.removed === true);
    const added = relations.filter((one) => one.removed !== true);
    const gone = (one: Relation) => removed.some(({ rel, url }) => rel === one.rel && url === one.url);
    item.relations.splice(0, Infinity, ...item.relations.filter((one) => !gone(one)), ...added);
    Object.assign(item.formats, wish.formats);
    item.updates.push({
      ...{ number: item.updates.length + 1, rev: currentOf(item).rev, by, at },
      before: fields === null ? null : (last?.fields ?? {}),
      after: fields === null ? null : currentOf(item).fields,
      relations: { added, removed },
    });
  }

  /** Into the recycle bin, and out of it: each is a revision. */
  putAway(item: WorkItem, isDeleted: boolean, who: Person): void {
    item.deleted = isDeleted ? { at: this.#now(), by: who } : null;
    const { 'System.History': _said, ...fields } = currentOf(item).fields;
    this.#record(
      item,
      clean({ ...fields, 'System.IsDeleted': isDeleted ? true : undefined }),
      { formats: {} },
      { who, relations: [] },
    );
    this.emit(isDeleted ? 'deleted' : 'restored', item, item.updates.at(-1) ?? null);
  }

  /** After the columns changed each work item stands in a column that is there. */
  rearrange(): void {
    for (const item of this.all.values()) {
      const current = currentOf(item);
      if (item.onBoard) {
        const shown = boardsOf(this.organization, current.fields);
        current.fields = clean(placed(shown, current.fields, {}, { stateMovesCard: true }));
      }
    }
  }

  /** A new work item learns its board's fields without a revision. */
  ripe(item: WorkItem): WorkItem {
    const current = item.revisions.at(-1);
    if (!item.onBoard && current !== undefined && this.#now() >= item.boardFrom) {
      item.onBoard = true;
      current.fields = clean(
        placed(boardsOf(this.organization, current.fields), current.fields, {}, this.organization),
      );
    }
    return item;
  }
}
