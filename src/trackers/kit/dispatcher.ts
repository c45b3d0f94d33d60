import { performance } from 'node:perf_hooks';
import type { Socket } from 'node:net';
import { Agent, buildConnector, Client, request } from 'undici';
import type { Dispatcher } from 'undici';
import { AddressRefused } from '../../lib/url-guard.ts';
import type { UrlGuard } from '../../lib/url-guard.ts';

export type GuardedDispatcher = Agent | Client;

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
export interface Reach {
  readonly networks: readonly string[];
  /** Only addresses inside these networks, encrypted or not. */
  readonly inside: boolean;
}

/** Out to where a reach allows. */
interface Way {
  /** Remembers TLS sessions. */
  readonly connect: buildConnector.connector;
  /** Connections that are kept alive. */
  readonly kept: Agent;
  /** By origin: own connections that are nobody's just now. */
  readonly free: Map<string, OwnConnection[]>;
}

const common = { maxHeaderSize: headerBytesMax, allowH2: false } as const;
const ways = new Map<string, Way>();

/** One per reach, since the guard sits in the connect step. */
function wayOf({ networks, inside }: Reach, guard: UrlGuard): Way {
  const key = `${inside ? 'inside' : 'outside'} ${networks.join(',')}`;
  const known = ways.get(key);
  if (known !== undefined) {
    return known;
  }
  const connect = guardedConnect(guard, inside);
  const way = { connect, kept: new Agent({ ...common, connect, connections: connectionsPerOrigin, pipelining: 1 }), free: new Map<string, OwnConnection[]>() };
  ways.set(key, way);
  return way;
}

/** Over connections that are kept alive. */
export function keptDispatcher(reach: Reach, guard: UrlGuard): GuardedDispatcher {
  return wayOf(reach, guard).kept;
}

/** A connection for one request at a time, open before the request has its turn. */
export interface OwnConnection {
  /** Neither closed by the other side nor silent for so long that it may be about to close it. */
  isGood(): boolean;
  readonly dispatcher: GuardedDispatcher;
  /** After an answer that was read to its end: another request may take it. */
  handOn(): void;
  end(): void;
}

/** Servers keep a silent connection for some seconds at least. */
const silentMsMax = 2_000;

/** One that another request handed on a moment ago, or a new one. Throws what the connect step says: nothing was sent. */
export async function openOwnConnection(reach: Reach, guard: UrlGuard, address: string): Promise<OwnConnection> {
  const { connect, free } = wayOf(reach, guard);
  const { protocol, hostname, host, port, origin } = new URL(address);
  const here = free.get(origin) ?? [];
  free.set(origin, here);
  for (let one = here.pop(); one !== undefined; one = here.pop()) {
    if (one.isGood()) {
      return one;
    }
    one.end();
  }
  const bare = hostname.replace(/^\[(.*)\]$/u, '$1');
  const socket = await new Promise<Socket>((resolve, reject) => {
    connect({ protocol, hostname: bare, host, port }, (error, opened) => (error === null ? resolve(opened) : reject(error)));
  });
  return ownConnection(socket, origin, here);
}

/** Made once: a new one for each connection would note where we are each time. */
const isOver = new Error('The connection is not used any more.');

function ownConnection(socket: Socket, origin: string, free: OwnConnection[]): OwnConnection {
  let silentSince = performance.now();
  let given = false;
  const client = new Client(origin, {
    ...common,
    pipelining: 1,
    // Whatever the other side says of how long it keeps it.
    keepAliveTimeout: silentMsMax,
    keepAliveMaxTimeout: silentMsMax,
    // Not at once: the client is in the middle of something when it asks.
    connect: (_wish, callback) =>
      queueMicrotask(() => {
        if (given || socket.destroyed) {
          callback(new Error('The connection was closed before anything was sent.'), null);
          return;
        }
        given = true;
        callback(null, socket);
      }),
  });
  const own: OwnConnection = {
    isGood: () => !socket.destroyed && !socket.readableEnded && performance.now() - silentSince < silentMsMax,
    dispatcher: client,
    handOn() {
      silentSince = performance.now();
      if (socket.destroyed) {
        own.end();
      } else {
        free.push(own);
      }
    },
    end() {
      client.destroy(isOver).catch(() => {});
      socket.destroy();
    },
  };
  socket.once('close', () => {
    const at = free.indexOf(own);
    if (at >= 0) {
      free.splice(at, 1);
      own.end();
    }
  });
  return own;
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
