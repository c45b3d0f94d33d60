import { randomBytes } from 'node:crypto';
import { shippedPriorities } from './tables.ts';
import type { SandboxTable } from './sandbox-tables.ts';
import { stamp } from './wire.ts';

export interface SandboxRecord {
  fields: Record<string, string>;
  readonly workNotes: string[];
  readonly comments: string[];
  hidden: boolean;
  deleted: boolean;
  foundFrom: number;
}

/** A write which the instance refuses: status, message, detail. */
export class Refusal extends Error {
  readonly status: number;
  readonly detail: string;

  constructor(status: number, message: string, detail: string) {
    super(message);
    this.status = status;
    this.detail = detail;
  }
}

export interface ShelfRules {
  readonly now: () => number;
  /** Only the documented way back from Resolved: a closed incident cannot be written to. */
  readonly closedIsFinal: boolean;
}

type Change = Readonly<Record<string, unknown>>;

/** All records of all tables, with what the platform does to a write before it is stored. */
export class RecordShelf {
  readonly records = new Map<string, SandboxRecord>();
  readonly tables: Record<string, SandboxTable>;
  /** Impact and urgency → priority, as the instance's administrators have it. */
  readonly priorityRules: Record<string, string> = { ...shippedPriorities };
  readonly #rules: ShelfRules;
  #numbers = 10_000;

  constructor(tables: Record<string, SandboxTable>, rules: ShelfRules) {
    this.tables = tables;
    this.#rules = rules;
  }

  tableOf(record: SandboxRecord): SandboxTable {
    const table = this.tables[record.fields['sys_class_name'] ?? ''];
    if (table === undefined) {
      throw new Error('A record has a class.');
    }
    return table;
  }

  insert(table: SandboxTable, change: Change, by: string, foundFrom: number): SandboxRecord {
    this.#numbers += 1;
    const at = stamp(this.#rules.now());
    const blank = Object.fromEntries(Object.keys(table.columns).map((name) => [name, '']));
    const record: SandboxRecord = {
      fields: {
        ...blank,
        sys_id: randomBytes(16).toString('hex'),
        sys_class_name: table.name,
        number: `${table.prefix}00${this.#numbers}`,
        sys_created_on: at,
        sys_created_by: by,
        sys_updated_on: at,
        sys_updated_by: by,
        sys_mod_count: '0',
        active: 'true',
        impact: '3',
        urgency: '3',
        priority: '4',
        state: table.initialState,
      },
      workNotes: [],
      comments: [],
      hidden: false,
      deleted: false,
      foundFrom,
    };
    this.#apply(record, table, change);
    // “Change Model: Apply Initial State”, and the like for problems.
    if (table.name === 'change_request' || table.name === 'problem') {
      record.fields['state'] = table.initialState;
    }
    this.#derive(record, table);
    this.#demand(record, table);
    this.records.set(record.fields['sys_id'] ?? '', record);
    return record;
  }

  /** Through the API: state models and data policies hold. True: something changed. */
  update(record: SandboxRecord, change: Change, by: string): boolean {
    const table = this.tableOf(record);
    const before = { ...record.fields };
    const notes = record.workNotes.length + record.comments.length;
    if (this.#rules.closedIsFinal && table.name === 'incident' && before['state'] === '7') {
      throw new Refusal(403, 'Operation Failed', 'ACL Exception Update Failed due to security constraints');
    }
    try {
      this.#apply(record, table, change);
      this.#transition(record, table, before);
      this.#derive(record, table);
      this.#demand(record, table);
    } catch (refusal) {
      record.fields = before;
      record.workNotes.length = Math.min(record.workNotes.length, notes);
      throw refusal;
    }
    return this.#touch(record, before, notes, by);
  }

  /** Through a form: people pick what their role allows, and the form makes them fill in the rest. */
  edit(record: SandboxRecord, change: Readonly<Record<string, string>>, by: string): boolean {
    const before = { ...record.fields };
    Object.assign(record.fields, change);
    this.#derive(record, this.tableOf(record));
    return this.#touch(record, before, record.workNotes.length + record.comments.length, by);
  }

  note(record: SandboxRecord, text: string, by: string): void {
    record.workNotes.push(text);
    this.#touch(record, record.fields, -1, by);
  }

  #touch(record: SandboxRecord, before: Record<string, string>, notes: number, by: string): boolean {
    const same = Object.keys(record.fields).every((name) => before[name] === record.fields[name]);
    if (same && notes === record.workNotes.length + record.comments.length) {
      return false;
    }
    record.fields['sys_mod_count'] = String(Number(record.fields['sys_mod_count']) + 1);
    record.fields['sys_updated_on'] = stamp(this.#rules.now());
    record.fields['sys_updated_by'] = by;
    return true;
  }

  /** Unknown names, read-only columns and values outside a choice list are dropped without a word; texts are cut. */
  #apply(record: SandboxRecord, table: SandboxTable, change: Change): void {
    for (const [name, raw] of Object.entries(change)) {
      const column = table.columns[name];
      const value = String(raw ?? '');
      if (column === undefined || column.readOnly) {
        continue;
      }
      if (column.type === 'journal_input') {
        if (value !== '') {
          (name === 'work_notes' ? record.workNotes : record.comments).push(value);
        }
        continue;
      }
      const listed = column.choices?.some((choice) => choice.value === value && !choice.inactive) ?? true;
      if (listed || value === '') {
        record.fields[name] = value.slice(0, column.maxLength > 255 ? 65_536 : column.maxLength);
      }
    }
  }

  #transition(record: SandboxRecord, table: SandboxTable, before: Record<string, string>): void {
    const [from = '', to = ''] = [before['state'], record.fields['state']];
    if (from === to) {
      return;
    }
    if (table.name === 'problem') {
      // Since Rome: the answer is 200, and the state is what it was.
      record.fields['state'] = from;
      return;
    }
    const assessable = from === '-5' && to === '-4' && record.fields['assignment_group'] !== '';
    if (table.name === 'change_request' && to !== '4' && !assessable) {
      const rule = 'Change Model: Check State Transition';
      throw new Refusal(
        403,
        'Operation Failed',
        `Operation against file 'change_request' was aborted by Business Rule '${rule}^d7a5b1e0c3433010'. Business Rule Stack:${rule}`,
      );
    }
  }

  #derive(record: SandboxRecord, table: SandboxTable): void {
    const { fields } = record;
    if (table.name === 'incident' || table.name === 'problem') {
      fields['priority'] =
        this.priorityRules[`${fields['impact']}/${fields['urgency']}`] ?? fields['priority'] ?? '';
    }
    fields['active'] = String(!table.closing.includes(fields['state'] ?? ''));
  }

  #demand(record: SandboxRecord, table: SandboxTable): void {
    const resolved = table.name === 'incident' && ['6', '7'].includes(record.fields['state'] ?? '');
    const demanded = [
      ...Object.keys(table.columns).filter((name) => table.columns[name]?.mandatory === true),
      ...(resolved ? ['close_code', 'close_notes'] : []),
    ];
    const missing = demanded
      .filter((name) => record.fields[name] === '')
      .map((name) => table.columns[name]?.label ?? name);
    if (missing.length > 0) {
      throw new Refusal(
        403,
        'Operation Failed',
        `Data Policy Exception: The following fields are mandatory: ${missing.join(', ')}`,
      );
    }
  }
}
