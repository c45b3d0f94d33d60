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
  /** `https://host[:port]` of a URL that may be called. Throws AddressRefused. */
  origin(url: string): string;
  /** For the socket: resolves a name and refuses forbidden addresses; the address checked is the one connected to. */
  readonly lookup: LookupFunction;
}

/**
 * Public unicast addresses over https only, except what lies in the operator's networks (CIDR); there http is allowed too.
 */
export function makeUrlGuard(allowedNetworks: readonly string[]): UrlGuard {
  const networks = allowedNetworks.map((network) => ipaddr.parseCIDR(network));
  const guardedLookup: LookupFunction = (host, options, callback) => {
    lookup(host, { all: true, verbatim: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const refused = addresses.find(({ address }) => !isAllowed(address, networks));
      if (refused !== undefined) {
        callback(new AddressRefused(words(host, refused.address)), '', 0);
        return;
      }
      const [first] = addresses;
      if (first === undefined) {
        callback(new AddressRefused(`${host} has no address.`), '', 0);
      } else if (options.all === true) {
        callback(null, addresses);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
  return { origin: (url) => checkedOrigin(url, networks), lookup: guardedLookup };
}

function checkedOrigin(url: string, networks: readonly Network[]): string {
  const parsed = parse(url);
  const host = parsed.hostname.replace(/^\[|\]$/gu, '');
  const literal = ipaddr.isValid(host);
  if (literal && !isAllowed(host, networks)) {
    throw new AddressRefused(words(host, host));
  }
  if (parsed.protocol === 'http:' && !mayBePlain(host, literal, networks)) {
    throw new AddressRefused(`${url} is not https. Plain http is allowed only to hosts in PATCHBOARD_ALLOWED_NETWORKS.`);
  }
  return parsed.origin;
}

function parse(url: string): URL {
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) {
    throw new AddressRefused(`“${url.slice(0, 200)}” is not a web address. Give one like https://host.`);
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new AddressRefused('An address with a user name or password in it is refused. Give the credentials in their own fields.');
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

function isPublic(address: string): boolean {
  const parsed = ipaddr.parse(address);
  const plain = parsed.kind() === 'ipv6' && (parsed as ipaddr.IPv6).isIPv4MappedAddress() ? (parsed as ipaddr.IPv6).toIPv4Address() : parsed;
  return plain.range() === 'unicast';
}

function isInside(address: string, networks: readonly Network[]): boolean {
  const parsed = ipaddr.process(address);
  return networks.some((network) => network[0].kind() === parsed.kind() && parsed.match(network));
}

function words(host: string, address: string): string {
  const shown = host === address ? host : `${host} (${address})`;
  return `${shown} is a private, local or reserved address. Only the operator can allow it, with PATCHBOARD_ALLOWED_NETWORKS.`;
}
