import type { Update, WorkItem } from './sandbox-item.ts';
import type { ItemEvent } from './sandbox-items.ts';
import { currentOf } from './sandbox-item.ts';
import { idOf } from './sandbox-organization.ts';
import type { Json, Site } from './sandbox-wire.ts';
import {
  addressOf,
  itemJson,
  multilineFormats,
  personText,
  projectOf,
  shown,
  updateJson,
} from './sandbox-wire.ts';

/** What a service hook posts. It is written when it is sent: later revisions already show in it. */

export interface Happening {
  readonly event: ItemEvent;
  readonly item: WorkItem;
  readonly update: Update | null;
  readonly at: string;
}

export interface PayloadFrame {
  readonly subscriptionId: string;
  readonly notificationId: number;
  readonly id: string;
  readonly resourceVersion: string;
  readonly details: string;
  readonly messages: string;
  readonly detailedMessages: string;
}

/** At 1.0 people are text in fields; later versions have them as objects. */
function peopleFrom(site: Site, resourceVersion: string): string | null {
  return resourceVersion === '1.0' || resourceVersion === '' ? null : site.base;
}

export function payloadOf(site: Site, happening: Happening, frame: PayloadFrame): Json {
  const { item, event } = happening;
  const words = wordsOf(site, happening);
  const project = projectOf(site, currentOf(item).fields);
  const container = { baseUrl: `${site.base}/` };
  return {
    subscriptionId: frame.subscriptionId,
    notificationId: frame.notificationId,
    id: frame.id,
    eventType: `workitem.${event}`,
    publisherId: 'tfs',
    message: chosen(frame.messages, words),
    detailedMessage: chosen(frame.detailedMessages, words),
    ...(frame.details === 'none' ? { resource: null } : { resource: resourceOf(site, happening, frame) }),
    resourceVersion: frame.resourceVersion,
    resourceContainers: {
      collection: { id: site.organization.id, ...container },
      account: { id: idOf('account'), ...container },
      project: { id: project?.id ?? '', ...container },
    },
    createdDate: happening.at,
  };
}

function chosen(kind: string, words: Readonly<Record<string, string>>): Json | null {
  if (kind === 'none') {
    return null;
  }
  return kind === 'all' || kind === '' ? words : { [kind]: words[kind] };
}

function wordsOf(site: Site, { event, item, update }: Happening) {
  const { fields } = currentOf(item);
  const name = `${String(fields['System.WorkItemType'])} #${item.id}`;
  const by = update?.by.displayName ?? '';
  const verb = event === 'updated' ? 'updated' : event === 'commented' ? 'commented on' : event;
  const rest = ` (${String(fields['System.Title'])}) ${verb} by ${by}`;
  const href = pageOf(site, item);
  return {
    text: name + rest,
    html: `<a href="${href}">${name}</a>${rest}`,
    markdown: `[${name}](${href})${rest}`,
  };
}

function pageOf(site: Site, item: WorkItem): string {
  return `${site.base}/web/wi.aspx?pcguid=${site.organization.id}&id=${item.id}`;
}

function resourceOf(site: Site, happening: Happening, frame: PayloadFrame): Json {
  const { event, item, update } = happening;
  const people = peopleFrom(site, frame.resourceVersion);
  if (frame.details === 'minimal') {
    return event === 'updated'
      ? { id: update?.number, workItemId: item.id, rev: update?.rev }
      : { id: item.id };
  }
  if (event !== 'updated' || update === null) {
    return { ...plainItem(site, item, people), ...whereOf(site, happening) };
  }
  const told = updateJson(site, item, update, people);
  const revision = item.revisions.find(({ rev }) => rev === update.rev) ?? currentOf(item);
  const whole = itemJson(site, item, { single: true, revision });
  const links = told['_links'] as Json;
  const self = `${addressOf(site, item)}/_apis/wit/workItems/${item.id}`;
  return {
    ...told,
    _links: { ...links, html: { href: pageOf(site, item) } },
    revision: {
      id: item.id,
      rev: revision.rev,
      fields: visible(site, item, people, revision),
      ...multilineFormats(item, revision.fields, null),
      _links: {
        self: { href: `${self}/revisions/${revision.rev}` },
        workItemRevisions: { href: `${self}/revisions` },
        parent: { href: self },
      },
      url: whole['url'],
    },
  };
}

function visible(site: Site, item: WorkItem, people: string | null, revision = currentOf(item)): Json {
  const names = Object.keys(itemJson(site, item, { single: false, revision })['fields'] as Json);
  const fields = Object.fromEntries(names.map((name) => [name, revision.fields[name]]));
  return shown(fields, people);
}

function plainItem(site: Site, item: WorkItem, people: string | null): Json {
  const { rev } = currentOf(item);
  return {
    id: item.id,
    rev,
    fields: visible(site, item, people),
    ...multilineFormats(item, currentOf(item).fields, null),
  };
}

/** A deleted work item is at another address. */
function whereOf(site: Site, { event, item }: Happening): Json {
  const folder = event === 'deleted' || event === 'restored' ? 'recyclebin' : 'workItems';
  const url = `${addressOf(site, item)}/_apis/wit/${folder}/${item.id}`;
  const updates = folder === 'workItems' ? { workItemUpdates: { href: `${url}/updates` } } : {};
  return { _links: { self: { href: url }, ...updates, html: { href: pageOf(site, item) } }, url };
}

/** What the Test button sends: a sample of nobody's work item, some numbers as text. */
export function samplePayload(frame: PayloadFrame & { readonly eventType: string }): Json {
  const base = 'http://fabrikam-fiber-inc.visualstudio.com/DefaultCollection';
  const url = `${base}/_apis/wit/workItems/5/updates/2`;
  const revisedBy = {
    id: 'e5a5f7f8-6507-4c34-b397-6c4818e002f4',
    name: 'Jamal Hartnett',
    displayName: 'Jamal Hartnett',
    url: `${base}/_apis/Identities/e5a5f7f8`,
  };
  const fields = {
    'System.Rev': { oldValue: '1', newValue: '2' },
    'System.State': { oldValue: 'New', newValue: 'Approved' },
    'System.Watermark': { oldValue: '13', newValue: '14' },
  };
  const text = 'Bug #5 (Some great new idea!) updated by Jamal Hartnett';
  return {
    subscriptionId: frame.subscriptionId,
    notificationId: frame.notificationId,
    id: '27646e0e-b520-4d2b-9411-bba7524947cd',
    eventType: frame.eventType,
    publisherId: 'tfs',
    message: chosen(frame.messages, { text, html: text, markdown: text }),
    detailedMessage: chosen(frame.detailedMessages, { text, html: text, markdown: text }),
    resource: {
      id: 2,
      workItemId: 0,
      rev: 2,
      revisedBy,
      revisedDate: '0001-01-01T00:00:00',
      fields,
      url,
      revision: {
        id: 5,
        rev: 2,
        fields: {
          'System.WorkItemType': 'Bug',
          'System.State': 'Approved',
          'System.ChangedBy': personText({
            id: '',
            displayName: 'Jamal Hartnett',
            uniqueName: 'fabrikamfiber4@hotmail.com',
          }),
        },
        url: `${base}/_apis/wit/workItems/5/revisions/2`,
      },
    },
    resourceVersion: frame.resourceVersion,
    resourceContainers: {
      collection: { id: 'c12d0eb8-e382-443b-9f9c-c52cba5014c2' },
      account: { id: 'f844ec47-a9db-4511-8281-8b63f4eaf94e' },
      project: { id: 'be9b3917-87e6-42a4-a549-2bc06a7a878f' },
    },
    createdDate: new Date(0).toISOString(),
  };
}
