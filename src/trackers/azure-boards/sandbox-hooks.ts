import { randomUUID } from 'node:crypto';
import type { SandboxDelivery } from '../kit/sandbox.ts';
import type { Happening } from './sandbox-event.ts';
import { payloadOf, samplePayload } from './sandbox-event.ts';
import type { Update, WorkItem } from './sandbox-item.ts';
import { currentOf } from './sandbox-item.ts';
import { isUnder } from './sandbox-kanban.ts';
import type { Person } from './sandbox-organization.ts';
import { same } from './sandbox-organization.ts';
import { isoOf } from './sandbox-rules.ts';
import type { Site } from './sandbox-wire.ts';
import { changesOf } from './sandbox-wire.ts';

/** Service hooks: subscriptions, their deliveries with retries, probation, and the end of a subscription. */

export type HookStatus =
  | 'enabled'
  | 'onProbation'
  | 'disabledByUser'
  | 'disabledBySystem'
  | 'disabledByInactiveIdentity';

export interface Subscription {
  readonly id: string;
  eventType: string;
  resourceVersion: string;
  publisherInputs: Readonly<Record<string, string>>;
  consumerInputs: Readonly<Record<string, string>>;
  readonly createdBy: Person;
  readonly createdDate: string;
  modifiedDate: string;
  status: HookStatus;
  probes: number;
  probeAt: number;
  readonly notifications: Notification[];
}

export interface Notification {
  readonly id: number;
  readonly eventId: string;
  readonly at: string;
  status: 'queued' | 'requestInProgress' | 'completed' | 'dropped';
  result: 'pending' | 'succeeded' | 'failed' | 'filtered';
  /** HTTP statuses of the attempts; 0 where nobody answered. */
  readonly attempts: number[];
}

interface Job {
  readonly subscription: Subscription;
  readonly notification: Notification;
  readonly render: () => unknown;
  readonly isTest: boolean;
  body: string | null;
}

const transient = new Set([0, 408, 502, 503, 504]);
export const retrySeconds = [1, 2, 4, 8, 16, 32, 60, 60] as const;
export const probeMinutes = [20, 40, 80, 160, 320, 640, 900] as const;
const notificationsKept = 1_000;

export interface HooksHouse {
  now(): number;
  site(): Site;
  /** Sends these, as badly as the sandbox was told to. */
  send(deliveries: readonly SandboxDelivery[]): void;
}

export class SandboxHooks {
  readonly subscriptions = new Map<string, Subscription>();
  readonly #house: HooksHouse;
  readonly #jobs = new WeakMap<SandboxDelivery, Job>();
  readonly #waiting: { readonly job: Job; readonly dueAt: number }[] = [];

  constructor(house: HooksHouse) {
    this.#house = house;
  }

  subscribe(
    wish: Pick<Subscription, 'eventType' | 'resourceVersion' | 'publisherInputs' | 'consumerInputs'>,
    createdBy: Person,
  ): Subscription {
    const at = isoOf(this.#house.now());
    const subscription: Subscription = {
      ...wish,
      ...{ id: randomUUID(), createdBy, createdDate: at, modifiedDate: at, status: 'enabled' },
      ...{ probes: 0, probeAt: 0, notifications: [] },
    };
    this.subscriptions.set(subscription.id, subscription);
    return subscription;
  }

  /** Tells each subscription that asked for it. On probation and after the end events are dropped. */
  notify(happening: Happening): void {
    this.tick();
    const wanted = [...this.subscriptions.values()].filter(
      (one) => one.eventType === `workitem.${happening.event}` && wants(this.#house.site(), one, happening),
    );
    const jobs = wanted.flatMap((subscription) => {
      const notification = this.#noted(subscription);
      if (subscription.status !== 'enabled') {
        Object.assign(notification, { status: 'dropped', result: 'failed' });
        return [];
      }
      const {
        resourceDetailsToSend: details = 'all',
        messagesToSend: messages = 'all',
        detailedMessagesToSend: detailedMessages = 'all',
      } = subscription.consumerInputs;
      const frame = {
        ...{ subscriptionId: subscription.id, notificationId: notification.id, id: notification.eventId },
        ...{ resourceVersion: subscription.resourceVersion, details, messages, detailedMessages },
      };
      const render = () => payloadOf(this.#house.site(), happening, frame);
      return [{ subscription, notification, render, isTest: false, body: null }];
    });
    this.#send(jobs);
  }

  /** The Test button: a sample, which changes nothing about the subscription. */
  test(subscription: Subscription): Notification {
    const notification = this.#noted(subscription);
    const { messagesToSend: messages = 'all', detailedMessagesToSend: detailedMessages = 'all' } =
      subscription.consumerInputs;
    const { eventType, resourceVersion } = subscription;
    const frame = {
      ...{ subscriptionId: subscription.id, notificationId: notification.id, id: notification.eventId },
      ...{ eventType, resourceVersion, details: 'all', messages, detailedMessages },
    };
    const render = () => samplePayload(frame);
    this.#send([{ subscription, notification, render, isTest: true, body: null }]);
    return notification;
  }

  #noted({ notifications }: Subscription): Notification {
    const id = (notifications.at(-1)?.id ?? 0) + 1;
    const made: Notification = {
      ...{ id, eventId: randomUUID(), at: isoOf(this.#house.now()) },
      ...{ status: 'queued', result: 'pending', attempts: [] },
    };
    notifications.push(made);
    notifications.splice(0, Math.max(0, notifications.length - notificationsKept));
    return made;
  }

  #send(jobs: readonly Job[]): void {
    if (jobs.length === 0) {
      return;
    }
    const deliveries = jobs.map((job) => {
      const { url = '', basicAuthUsername, basicAuthPassword, httpHeaders } = job.subscription.consumerInputs;
      const basic: Record<string, string> =
        basicAuthPassword === undefined || basicAuthPassword === ''
          ? {}
          : {
              authorization: `Basic ${Buffer.from(`${basicAuthUsername ?? ''}:${basicAuthPassword}`).toString('base64')}`,
            };
      const own = (httpHeaders ?? '').split(/\r?\n/u).flatMap((line) => {
        const [name = '', ...rest] = line.split(':');
        return rest.length === 0 ? [] : [[name.trim().toLowerCase(), rest.join(':').trim()] as const];
      });
      const headers = {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'VSServices/20.256.0.0 (w3wp.exe)',
        'x-vss-activityid': randomUUID(),
        'x-vss-subscriptionid': job.subscription.id,
        'request-id': randomUUID(),
        ...basic,
        ...Object.fromEntries(own),
      };
      const delivery: SandboxDelivery = { url, headers, body: '' };
      this.#jobs.set(delivery, job);
      return delivery;
    });
    this.#house.send(deliveries);
  }

  /** Writes the payload at the last moment, posts it, and draws the consequences of the answer. */
  async carry(
    delivery: SandboxDelivery,
    post: (delivery: SandboxDelivery) => Promise<number>,
  ): Promise<number> {
    const job = this.#jobs.get(delivery);
    if (job === undefined) {
      return post(delivery);
    }
    job.body ??= JSON.stringify(job.render());
    const status = await post({ ...delivery, body: job.body }).catch(() => 0);
    this.#settle(job, status);
    return status;
  }

  #settle(job: Job, status: number): void {
    const { subscription, notification } = job;
    notification.attempts.push(status);
    const succeeded = status >= 200 && status < 300;
    Object.assign(notification, { status: 'completed', result: succeeded ? 'succeeded' : 'failed' });
    if (job.isTest || !this.subscriptions.has(subscription.id)) {
      return;
    }
    if (succeeded) {
      if (subscription.status === 'onProbation') {
        Object.assign(subscription, { status: 'enabled', probes: 0 });
      }
      return;
    }
    if (status === 410) {
      subscription.status = 'disabledBySystem';
      return;
    }
    const wait = retrySeconds[notification.attempts.length - 1];
    if (transient.has(status) && wait !== undefined && subscription.status === 'enabled') {
      Object.assign(notification, { status: 'queued', result: 'pending' });
      this.#waiting.push({ job: { ...job, body: null }, dueAt: this.#house.now() + wait * 1_000 });
      return;
    }
    this.#probation({ ...job, body: null });
  }

  #probation(job: Job): void {
    const { subscription } = job;
    if (subscription.status === 'onProbation') {
      subscription.probes += 1;
    } else if (subscription.status === 'enabled') {
      Object.assign(subscription, { status: 'onProbation', probes: 0 });
    }
    const wait = probeMinutes[subscription.probes];
    if (wait === undefined) {
      subscription.status = 'disabledBySystem';
      return;
    }
    subscription.probeAt = this.#house.now() + wait * 60_000;
    this.#waiting.push({ job, dueAt: subscription.probeAt });
  }

  /** Retries and probes that are due by now. */
  tick(): void {
    const now = this.#house.now();
    const due = this.#waiting.filter(({ dueAt }) => dueAt <= now);
    this.#waiting.splice(0, Infinity, ...this.#waiting.filter(({ dueAt }) => dueAt > now));
    const alive = due.filter(
      ({ job }) =>
        ['enabled', 'onProbation'].includes(job.subscription.status) &&
        this.subscriptions.has(job.subscription.id),
    );
    this.#send(alive.map(({ job }) => job));
  }

  /** When something is due next, in milliseconds since the epoch. */
  get nextAt(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#waiting.map(({ dueAt }) => dueAt));
  }
}

/** The filters of a subscription; an empty one takes everything. */
function wants(
  site: Site,
  { publisherInputs: inputs }: Subscription,
  { item, update, event }: Happening,
): boolean {
  const { fields } = currentOf(item);
  const project = site.organization.project(String(fields['System.TeamProject']));
  const filter = (name: string, fits: (wanted: string) => boolean) => {
    const wanted = inputs[name] ?? '';
    return wanted === '' || fits(wanted);
  };
  const tags = String(fields['System.Tags'] ?? '')
    .split(';')
    .map((tag) => tag.trim());
  return (
    filter('projectId', (wanted) => project !== undefined && same(project.id, wanted)) &&
    filter('areaPath', (wanted) => isUnder(String(fields['System.AreaPath']), wanted.replace(/^\\/u, ''))) &&
    filter('workItemType', (wanted) => same(String(fields['System.WorkItemType']), wanted)) &&
    filter('tag', (wanted) => tags.some((tag) => same(tag, wanted))) &&
    (event !== 'updated' ||
      (filter('changedFields', (wanted) =>
        changedNames(site, item, update).some((name) => same(name, wanted)),
      ) &&
        filter('linksChanged', (wanted) => wanted !== 'true' || linksChanged(update))))
  );
}

function changedNames(site: Site, item: WorkItem, update: Update | null): readonly string[] {
  const revision = item.revisions.find(({ rev }) => rev === update?.rev);
  return update === null || update.after === null || revision === undefined
    ? []
    : Object.keys(changesOf(site, item, update, revision));
}

function linksChanged(update: Update | null): boolean {
  return update !== null && update.relations.added.length + update.relations.removed.length > 0;
}
