import type { Format, ReadOptions, ReportEvent, ReportSource } from '../../contracts/format.ts';
import { keepWithinLimits } from '../kit/keep-within-limits.ts';
import { splitXml } from '../kit/split-xml.ts';
import { findingOf } from './finding.ts';
import type { Host } from './host.ts';
import { hostOf } from './host.ts';

const root = 'NessusClientData_v2';
const hostPath = `${root}/Report/ReportHost`;
const wanted = [`${hostPath}/HostProperties`, `${hostPath}/ReportItem`];

/** Nessus: the `.nessus` file (version 2). */
const nessus: Format = {
  id: 'nessus',
  title: 'Nessus XML (.nessus)',
  recognise: (head) => (/^\s*(?:<\?xml[^>]{0,200}>\s*)?<NessusClientData_v2[\s>]/u.test(head) ? 2 : 0),
  read: keepWithinLimits(read),
};

export default nessus;

/** One run for each host: one that was not reached this time is not looked at, so nothing of it may be closed. */
async function* read(source: ReportSource, options: ReadOptions): AsyncIterable<ReportEvent> {
  let hosts = 0;
  let host: Host | null = null;
  let name = '';
  for await (const piece of splitXml(source, { root, wanted, limits: options.limits })) {
    if (piece.kind === 'begin' && piece.path === hostPath) {
      name = piece.attributes.get('name') ?? '';
      host = null;
    } else if (piece.kind === 'element' && piece.element.name === 'HostProperties') {
      host = hostOf(name, piece.element);
      hosts += 1;
      yield runOf(host);
    } else if (piece.kind === 'element') {
      if (host === null) {
        host = hostOf(name, null);
        hosts += 1;
        yield runOf(host);
      }
      yield { kind: 'finding', finding: findingOf(piece.element, host) };
    } else if (piece.kind === 'end' && piece.path === hostPath && host !== null) {
      yield* endOf(host);
      host = null;
    }
  }
  if (hosts === 0) {
    yield { kind: 'run', run: { tool: 'Nessus', toolVersion: null, category: null } };
    yield {
      kind: 'complaint',
      complaint: { message: 'The report names no host: nothing was scanned, and nothing is closed.' },
    };
    yield { kind: 'end', outcome: { outcome: 'succeeded', partial: true } };
  }
}

function runOf(host: Host): ReportEvent {
  return { kind: 'run', run: { tool: 'Nessus', toolVersion: null, category: host.name } };
}

function* endOf(host: Host): Iterable<ReportEvent> {
  if (!host.finished) {
    yield {
      kind: 'complaint',
      complaint: { message: `The scan of ${host.name} has no end: it was broken off.` },
    };
  }
  const partial = host.finished ? {} : { partial: true };
  yield { kind: 'end', outcome: { outcome: 'succeeded', ...partial, startedAt: host.startedAt } };
}
