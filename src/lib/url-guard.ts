import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Refuses to talk to an address. The message says which, why, and who can allow it. */
export class AddressRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AddressRefused';
  }
}

type Network = ReturnType<typeof ipaddr.parseCIDR>;

export interface UrlGuard {
  /** `https://host[:port]` of a URL that may be called. Throws AddressRefused. With `inside` an address must be in a network. */
  origin(url: string, options?: { readonly inside?: boolean }): string;
  /** For sockets that will speak TLS: resolves a name to its allowed addresses; what is checked is what is connected to. */
  readonly lookup: LookupFunction;
  /** For sockets without TLS, and for hosts that nobody vouches for: only addresses inside the operator's networks. */
  readonly insideLookup: LookupFunction;
  /** The last look, at the address a socket really has. Null: allowed; else the reason. */
  refusal(address: string, options: { readonly inside: boolean }): string | null;
}

const guards = new WeakMap<readonly string[], UrlGuard>();

/**
 * Public unicast addresses over https only, except what lies in the operator's networks (CIDR); there http is allowed too. Made once
 * for a list: each visit of a card asks.
 */
export function makeUrlGuard(allowedNetworks: readonly string[]): UrlGuard {
  const guard = guards.get(allowedNetworks) ?? guardOf(allowedNetworks);
  guards.set(allowedNetworks, guard);
  return guard;
}

function guardOf(allowedNetworks: readonly string[]): UrlGuard {
  const networks = allowedNetworks.map(parseNetwork);
  const allowed = (address: string) => isAllowed(address, networks);
  const own = (address: string) => isInside(address, networks);
  return {
    origin: (url, options) => checkedOrigin(url, networks, options?.inside === true),
    lookup: guardedLookup(allowed, privateWords),
    insideLookup: guardedLookup(own, outsideWords),
    refusal: (address, { inside }) => {
      const fits = inside ? own : allowed;
      return fits(address) ? null : (inside ? outsideWords : privateWords)(address, address);
    },
  };
}

function parseNetwork(network: string): Network {
  try {
    return ipaddr.parseCIDR(network.trim());
  } catch {
    throw new AddressRefused(
      `PATCHBOARD_ALLOWED_NETWORKS: “${network}” is no network. Write it like 10.0.0.0/8 or fd00::/8.`,
    );
  }
}

/** Names are resolved once, and only addresses that fit are handed to the socket: a second answer of the name server is never asked for. */
function guardedLookup(
  fits: (address: string) => boolean,
  words: (host: string, address: string) => string,
): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { all: true, family: options.family, verbatim: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const allowed = addresses.filter(({ address }) => fits(address));
      const [first] = allowed;
      if (first === undefined) {
        callback(new AddressRefused(words(host, addresses[0]?.address ?? 'no address')), '', 0);
      } else if (options.all === true) {
        callback(null, allowed);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}

function checkedOrigin(url: string, networks: readonly Network[], inside: boolean): string {
  const parsed = parse(url);
  const host = parsed.hostname.replace(/^\[|\]$/gu, '');
  const literal = ipaddr.isValid(host);
  if (literal && !isAllowed(host, networks)) {
    throw new AddressRefused(privateWords(host, host));
  }
  if (inside && literal && !isInside(host, networks)) {
    throw new AddressRefused(outsideWords(host, host));
  }
  if (parsed.protocol === 'http:' && !mayBePlain(host, literal, networks)) {
    throw new AddressRefused(
      `${parsed.origin} is not https. Plain http is allowed only to hosts in PATCHBOARD_ALLOWED_NETWORKS.`,
    );
  }
  return parsed.origin;
}

function parse(url: string): URL {
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) {
    throw new AddressRefused(`“${url.slice(0, 200)}” is not a web address. Give one like https://host.`);
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new AddressRefused(
      'An address with a user name or password in it is refused. Give the credentials in their own fields.',
    );
  }
  return parsed;
}

/** Names in an operator's network are checked when they are resolved; only with such networks is http thinkable. */
function mayBePlain(host: string, literal: boolean, networks: readonly Network[]): boolean {
  return networks.length > 0 && (!literal || isInside(host, networks));
}

function isAllowed(address: string, networks: readonly Network[]): boolean {
  return isPublic(address) || isInside(address, networks);
}

/** Global unicast as IANA assigns it; of IPv6 only 2000::/3, so that no form that carries an IPv4 address slips through. */
const globalUnicast = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number];
/** Reached from inside a cloud's machines only: Azure's wire server, which ranges know as an ordinary address. */
const innerAddresses = new Set(['168.63.129.16']);

function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) {
    return false;
  }
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast' || innerAddresses.has(parsed.toString())) {
    return false;
  }
  return parsed.kind() === 'ipv4' || (parsed as ipaddr.IPv6).match(globalUnicast);
}

function isInside(address: string, networks: readonly Network[]): boolean {
  if (!ipaddr.isValid(address)) {
    return false;
  }
  const parsed = ipaddr.process(address);
  return networks.some((network) => network[0].kind() === parsed.kind() && parsed.match(network));
}

function privateWords(host: string, address: string): string {
  return `${shown(host, address)} is a private, local or reserved address. Only the operator can allow it, with PATCHBOARD_ALLOWED_NETWORKS.`;
}

function outsideWords(host: string, address: string): string {
  return `${shown(host, address)} is not in PATCHBOARD_ALLOWED_NETWORKS. Only there is http without encryption allowed, and a host that is not the tracker vendor’s.`;
}

function shown(host: string, address: string): string {
  return host === address ? host : `${host} (${address})`;
}
