import type { Session, SessionContext } from '../../contracts/tracker.ts';
import { toHtml } from '../kit/rich-text.ts';
import { makeApi } from './api.ts';
import { find, history, read, readMany } from './cards.ts';
import { changes, inventory } from './changes.ts';
import { checkSteps } from './check.ts';
import { remoteStates, severityChoices, targetOptions } from './discovery.ts';
import { bodyMax, titleOf } from './face.ts';
import { Knowledge } from './knowledge.ts';
import { requiredFields } from './required-fields.ts';
import { ensureHooks, inspectHooks, removeHooks } from './subscriptions.ts';
import { validate } from './validate.ts';
import { create, update } from './writes.ts';

/** The verbs, in the order of the contract. */
export function openSession(context: SessionContext): Session {
  const api = makeApi(context);
  const knowledge = new Knowledge(api, context);
  return {
    check: (targets) => checkSteps(knowledge, context, targets),
    read: (ref) => read(knowledge, ref),
    readMany: (refs) => readMany(knowledge, refs),
    find: (marker) => find(knowledge, marker),
    create: (draft, options) => create(knowledge, draft, options),
    update: (ref, patch, options) => update(knowledge, ref, patch, options),
    changes: (cursor, targets) => changes(knowledge, cursor, targets, context.now()),
    inventory: (cursor, targets) => inventory(knowledge, cursor, targets),
    history: (ref, sinceOrder) => history(knowledge, ref, sinceOrder),
    targetOptions: (step, chosen) => targetOptions(knowledge, step, chosen),
    remoteStates: (target) => remoteStates(knowledge, target),
    requiredFields: (target) => requiredFields(knowledge, target),
    severityChoices: (target) => severityChoices(knowledge, target),
    validate: (configuration) => validate(knowledge, configuration),
    render: async ({ title, body, url, fields, priority, marker }) => ({
      title: titleOf(title),
      body: toHtml(body, { max: bodyMax, url }),
      fields: { ...fields, Tags: marker, ...(priority === null ? {} : { Priority: Number(priority) }) },
    }),
    ensureSubscriptions: (wanted) => ensureHooks(api, context, wanted),
    inspectSubscriptions: (wanted) => inspectHooks(api, context, wanted),
    removeSubscriptions: (wanted) => removeHooks(api, wanted),
  };
}
