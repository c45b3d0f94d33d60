import type { Session, SessionContext } from '../../contracts/tracker.ts';
import { makeApi } from './api.ts';
import { Cards } from './cards.ts';
import { changes, inventory } from './changes.ts';
import { checkSteps } from './check.ts';
import { need, remoteStates, targetOptions } from './discovery.ts';
import { createBody, noExtras } from './face.ts';
import { requiredFieldsOf } from './fields.ts';
import { history } from './history.ts';
import { Knowledge } from './knowledge.ts';
import { ensureWebhooks, inspectWebhooks, removeWebhooks } from './subscriptions.ts';
import { validate } from './validate.ts';

/** The verbs, in the order of the contract. */
export function openSession(context: SessionContext): Session {
  const api = makeApi(context);
  const knowledge = new Knowledge(api, context);
  const cards = new Cards(api, knowledge);
  return {
    check: (targets) => checkSteps(api, knowledge, targets),
    read: (ref) => cards.read(ref),
    readMany: (refs) => cards.readMany(refs),
    find: (marker) => cards.find(marker),
    create: (draft, options) => cards.create(draft, options),
    findMany: (markers) => cards.findMany(markers),
    update: (ref, patch, options) => cards.update(ref, patch, options),
    changes: (cursor, targets) => changes(api, cursor, targets, context.now()),
    inventory: (cursor, targets) => inventory(api, cursor, targets),
    history: (ref, sinceOrder) => history(api, ref, sinceOrder),
    targetOptions: (step, chosen) => targetOptions(api, step, chosen),
    remoteStates: (target) => remoteStates(knowledge, target),
    requiredFields: async (target) =>
      requiredFieldsOf(await knowledge.fields(need(target, 'board'), { live: true })),
    validate: (configuration) => validate(api, knowledge, configuration),
    render: async (draft) => {
      const { title, description, ...fields } = createBody(draft, noExtras);
      return { title: String(title), body: String(description), fields: { ...draft.fields, ...fields } };
    },
    ensureSubscriptions: (wanted) => ensureWebhooks(api, wanted),
    inspectSubscriptions: (wanted) => inspectWebhooks(api, wanted),
    removeSubscriptions: (wanted) => removeWebhooks(api, wanted),
  };
}
