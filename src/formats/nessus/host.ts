import type { XmlElement } from '../kit/xml-element.ts';
import { childrenOf } from '../kit/xml-element.ts';

/** A scanned machine. */
export interface Host {
  /** The name that stays when its address changes: fully qualified, else what the scan was told, else NetBIOS. */
  readonly name: string;
  readonly address: string | undefined;
  /** False: the scan of it was broken off. */
  readonly finished: boolean;
  readonly startedAt: string | undefined;
}

export function hostOf(given: string, properties: XmlElement | null): Host {
  const listed = properties === null ? [] : childrenOf(properties, 'tag');
  const tags = new Map(listed.map((tag) => [tag.attributes.get('name') ?? '', tag.text.trim()]));
  const told = (name: string) => (tags.get(name) === '' ? undefined : tags.get(name));
  const address = told('host-ip');
  // A scan by address range names hosts by their address, which may be another's tomorrow.
  const named = isAddress(given)
    ? (told('host-fqdn') ?? told('netbios-name') ?? told('hostname'))
    : undefined;
  const name = (named ?? (given === '' ? (address ?? 'unnamed') : given)).toLowerCase();
  const seconds = Number(told('HOST_START_TIMESTAMP') ?? Number.NaN);
  return {
    name,
    address,
    finished: told('HOST_END') !== undefined || told('HOST_END_TIMESTAMP') !== undefined,
    startedAt:
      Number.isInteger(seconds) && seconds > 0 && seconds < 4e9
        ? new Date(seconds * 1_000).toISOString()
        : undefined,
  };
}

function isAddress(name: string): boolean {
  return /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]+:[0-9a-f:.]*)$/iu.test(name);
}
