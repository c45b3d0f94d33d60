import type { Card, Draft, Session, SessionContext, WriteOptions } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { makeApi, querySafe } from './api.ts';
import { changes, inventory } from './changes.ts';
import { checkSteps } from './check.ts';
import { cardOf, createBody, titleMax, unstuck } from './face.ts';
import type { Knowledge } from './knowledge.ts';
import { makeKnowledge, tableOf } from './knowledge.ts';
import { readPriorityRule, severityChoices } from './priority-rule.ts';
import { findRecords, readRecord, readRecords } from './records.ts';
import { remoteStates, requiredFields, validate } from './required-fields.ts';
import { computesPriority, shippedPriorities } from './tables.ts';
import { targetTables } from './target-tables.ts';
import { fieldsOf, notAccepted, noticed, update } from './update.ts';

/** The verbs, in the order of the contract. */
export function openSession(context: SessionContext): Session {
  const api = makeApi(context);
  const knowledge = makeKnowledge(api);
  return {
    check: (targets) => checkSteps(knowledge, context, targets),
    read: (ref) => readRecord(api, ref),
    readMany: (refs) => readRecords(api, refs),
    find: (marker) => findRecords(api, marker),
    create: (draft, options) => create(knowledge, draft, options),
    update: (ref, patch, options) => update(knowledge, ref, patch, options),
    changes: (cursor, targets) => changes(api, cursor, targets),
    inventory: (cursor, targets) => inventory(api, cursor, targets),
    targetOptions: (step) => (step === 'table' ? targetTables(knowledge) : Promise.reject(noSuchStep(step))),
    remoteStates: (target) => remoteStates(knowledge, tableOf(target)),
    requiredFields: (target) => requiredFields(knowledge, tableOf(target)),
    severityChoices: async (target) => {
      const table = tableOf(target);
      return severityChoices(await readPriorityRule(api, table), (await knowledge.columns(table)) ?? {});
    },
    validate: (configuration) => validate(knowledge, configuration),
    render: async (draft) => {
      const table = tableOf(draft.target);
      const facts = {
        table,
        titleMax,
        computesPriority: computesPriority(table),
        priorities: shippedPriorities,
      };
      const { short_description: title = '', description = '', ...fields } = createBody(draft, facts);
      return { title, body: description, fields };
    },
  };
}

function noSuchStep(step: string): TrackerFault {
  return new TrackerFault('rejected', `ServiceNow has no target step “${step.slice(0, 80)}”, only table.`, {
    errorClass: 'bug',
  });
}

async function create(knowledge: Knowledge, draft: Draft, options: WriteOptions): Promise<Card> {
  const { api } = knowledge;
  const table = tableOf(draft.target);
  querySafe(draft.marker);
  const body = createBody(draft, await knowledge.facts(table, draft.title));
  const row = await api.write({
    method: 'POST',
    table,
    fields: fieldsOf(body),
    body,
    sendBefore: options.sendBefore,
  });
  const card = cardOf(row, api.origin);
  // A state model may have put it into its first state: the card says so, and it is no failure of the create.
  const lost = unstuck(body, row).filter(({ name }) => name !== 'state');
  if (lost.length > 0) {
    throw notAccepted(`The record ${card.key} was created, but ServiceNow did not keep all of it`, lost);
  }
  return noticed(api, table, body, row);
}
