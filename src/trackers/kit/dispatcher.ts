import { performance } from 'node:perf_hooks';
import type { Socket } from 'node:net';
import { Agent, buildConnector, request } from 'undici';
import type { Dispatcher } from 'undici';
import { AddressRefused } from '../../lib/url-guard.ts';
import type { UrlGuard } from '../../lib/url-guard.ts';

export type GuardedDispatcher = Agent;

/** One request on its way: whether it was handed to a socket, and until when it may be. */
export interface Handover {
  begun: boolean;
  readonly sendBefore: number | undefined;
}

/** The request was still waiting for a connection when its moment was over. */
export class MomentPassed extends Error {}

const connectTimeoutMs = 10_000;
const connectionsPerOrigin = 64;
const headerBytesMax = 65_536;
const agents = new Map<string, Agent>();

export interface Reach {
  readonly networks: readonly string[];
  /** Only addresses inside these networks, encrypted or not. */
  readonly inside: boolean;
  /** Each request gets a connection of its own. */
  readonly fresh: boolean;
}

/** Connections are kept alive per reach, since the guard sits in the connect step. */
export function dispatcherFor({ networks, inside, fresh }: Reach, guard: UrlGuard): GuardedDispatcher {
  const key = `${inside ? 'inside' : 'outside'} ${fresh ? 'fresh' : 'kept'} ${networks.join(',')}`;
  const known = agents.get(key);
  if (known !== undefined) {
    return known;
  }
  const agent = new Agent({
    connect: guardedConnect(guard, inside),
    connections: connectionsPerOrigin,
    // 0: no connection is kept.
    pipelining: fresh ? 0 : 1,
    maxHeaderSize: headerBytesMax,
    allowH2: false,
  });
  agents.set(key, agent);
  return agent;
}

/** Checks names when they are resolved, and once more the address that the socket really has, before a byte is sent. */
function guardedConnect(guard: UrlGuard, inside: boolean): buildConnector.connector {
  const options = { timeout: connectTimeoutMs, allowH2: false };
  const anywhere = buildConnector({ ...options, lookup: guard.lookup });
  const insideOnly = buildConnector({ ...options, lookup: guard.insideLookup });
  return (wish, callback) => {
    const wide = wish.protocol === 'https:' && !inside;
    (wide ? anywhere : insideOnly)(wish, (...result) => {
      const [error, socket] = result;
      const refusal = error === null ? refusalOf(guard, socket, wide) : null;
      if (refusal === null) {
        callback(...result);
        return;
      }
      socket?.destroy();
      callback(new AddressRefused(refusal), null);
    });
  };
}

function refusalOf(guard: UrlGuard, socket: Socket | null, wide: boolean): string | null {
  const address = socket?.remoteAddress;
  return address === undefined
    ? 'The connection ended as soon as it began.'
    : guard.refusal(address, { inside: !wide });
}

type RequestOptions = NonNullable<Parameters<typeof request>[1]>;

/** Sends once. The moment is checked when the request is handed to the socket, however long it waited for one. */
export async function watched(
  dispatcher: GuardedDispatcher,
  handover: Handover,
  url: string,
  options: Omit<RequestOptions, 'dispatcher'>,
): Promise<Dispatcher.ResponseData<unknown>> {
  const watching = dispatcher.compose(
    (dispatch) => (wish, handler) => dispatch(wish, watchedHandler(handler, handover)),
  );
  return request(url, { ...options, dispatcher: watching });
}

function watchedHandler(handler: Dispatcher.DispatchHandler, handover: Handover): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller, context) {
      handler.onRequestStart?.(controller, context);
      if (handover.begun) {
        controller.abort(new Error('The connection broke, and a request is sent once only.'));
      } else if (handover.sendBefore !== undefined && performance.now() >= handover.sendBefore) {
        controller.abort(new MomentPassed());
      } else {
        handover.begun = true;
      }
    },
    onRequestUpgrade: (...facts) => handler.onRequestUpgrade?.(...facts),
    onResponseStart: (...facts) => handler.onResponseStart?.(...facts),
    onResponseData: (...facts) => handler.onResponseData?.(...facts),
    onResponseEnd: (...facts) => handler.onResponseEnd?.(...facts),
    onResponseError: (...facts) => handler.onResponseError?.(...facts),
  };
}
