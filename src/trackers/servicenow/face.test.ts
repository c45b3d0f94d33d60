import { describe, expect, test } from 'vitest';
import { TrackerFault } from '../../contracts/tracker.ts';
import type { TableFacts } from './face.ts';
import { cardOf, configured, createBody, noteOf, patchBody, unstuck } from './face.ts';
import { shippedPriorities } from './tables.ts';

const incident: TableFacts = {
  table: 'incident',
  titleMax: 160,
  computesPriority: true,
  priorities: shippedPriorities,
};
const custom: TableFacts = { ...incident, table: 'u_security_task', computesPriority: false };
const draft = {
  marker: 'pb-1',
  target: { table: 'incident' },
  state: '1',
  title: '[CONVISO] 7 - Title',
  body: [],
  priority: '3/2',
  url: 'https://patchboard.example/7',
  fields: {},
};
const row = {
  sys_id: '1c741bd70b2322007518478d83673af3',
  sys_class_name: 'incident',
  number: 'INC0010001',
  state: { value: '2', display_value: 'In Progress' },
  impact: '1',
  urgency: '2',
  short_description: 'Title',
  correlation_id: 'pb-1',
  sys_mod_count: '4',
  sys_updated_on: { value: '2026-11-22 10:00:00', display_value: '11/22/2026 12:00:00' },
  assigned_to: { value: '22', display_value: 'Beth Anglin' },
};

describe('a record as a card', () => {
  test('has the value of the state as its state, the label beside it, and times in UTC', () => {
    expect(cardOf(row, 'https://x.service-now.com')).toMatchObject({
      key: 'INC0010001',
      state: '2',
      stateLabel: 'In Progress',
      priority: '1/2',
      assignee: 'Beth Anglin',
      order: 4,
      changedAt: '2026-11-22T10:00:00.000Z',
      place: { table: 'incident' },
      url: 'https://x.service-now.com/nav_to.do?uri=incident.do%3Fsys_id%3D1c741bd70b2322007518478d83673af3',
    });
  });

  test('cannot be made where a needed field is not shown to us', () => {
    const { correlation_id: _hidden, ...rest } = row;

    expect(() => cardOf(rest, '')).toThrow(TrackerFault);
  });

  test('numbers and booleans of the Change Management API read as strings', () => {
    expect(cardOf({ ...row, state: { value: -5.0, display_value: 'New' } }, '').state).toBe('-5');
  });
});

describe('what is written', () => {
  test('leaves the priority to the instance where a rule computes it', () => {
    expect(createBody(draft, incident)).toMatchObject({ impact: '3', urgency: '2' });
    expect(createBody(draft, incident)).not.toHaveProperty('priority');
  });

  test('has the priority itself where no rule computes it', () => {
    expect(createBody(draft, custom)).toMatchObject({ impact: '3', urgency: '2', priority: '4' });
  });

  test('keeps the title on one line and within the length of the column', () => {
    const { short_description: title = '' } = createBody(
      { ...draft, title: `a\nb ${'🐛'.repeat(200)}` },
      { ...incident, titleMax: 40 },
    );

    expect(title.length).toBeLessThanOrEqual(40);
    expect(title).toMatch(/^a b 🐛.*…$/u);
  });

  test('never lets a configuration touch the marker, the state or system fields', () => {
    expect(
      configured(
        { correlation_id: 'x', state: '7', sys_id: 'x', work_notes: 'x', category: 'security' },
        'incident',
        '1',
      ),
    ).toEqual({
      category: 'security',
    });
  });

  test('has fields of a transition only on the way into a state that asks for them', () => {
    const fields = { close_code: 'Solution provided', category: 'security' };

    expect(configured(fields, 'incident', '1')).toEqual({ category: 'security' });
    expect(configured(fields, 'incident', '6')).toMatchObject({
      close_code: 'Solution provided',
      category: 'security',
    });
  });

  test('takes the value for one state before the value for all', () => {
    const fields = { 'close_code@7': 'Known error', close_code: 'Solution provided' };

    expect(configured(fields, 'incident', '7')['close_code']).toBe('Known error');
    expect(configured(fields, 'incident', '6')['close_code']).toBe('Solution provided');
  });

  test('is only what the patch names', () => {
    expect(patchBody({ title: 'New' }, incident)).toEqual({ short_description: 'New' });
  });

  test('cannot render HTML through the [code] tags of a journal', () => {
    const note = noteOf([
      { kind: 'paragraph', children: [{ kind: 'text', text: '[code]<img src=x onerror=alert(1)>[/code]' }] },
    ]);

    expect(note).not.toMatch(/\[\/?code\]/iu);
  });
});

describe('what did not stick', () => {
  test('is named with what stayed', () => {
    expect(unstuck({ state: '106' }, { state: { value: '102', display_value: 'Assess' } })).toEqual([
      { name: 'state', message: 'stayed 102' },
    ]);
  });

  test('does not count a text that the column cut, nor white space', () => {
    expect(unstuck({ short_description: 'A long  title' }, { short_description: 'A long' })).toEqual([]);
  });

  test('counts a field that is not shown', () => {
    expect(unstuck({ u_gone: 'x' }, {})).toHaveLength(1);
  });
});
