import type { Draft } from '../contracts/tracker.ts';
import { cardBody, cardTitle } from '../core/mapping/card-text.ts';
import { forward } from '../core/mapping/status-mapping.ts';
import type { RichText } from '../core/rich-text.ts';
import type { Ours } from '../core/sync/reconcile.ts';
import type { ConfigurationFacts, SyncEnv, Visit } from './ports.ts';

/** Our side of a link, rendered: what the card should show, and digests to tell whether it changed. */
export interface Face {
  readonly title: string;
  readonly body: RichText;
  readonly url: string;
  readonly ours: Ours;
}

export function faceOf(env: SyncEnv, visit: Visit, configuration: ConfigurationFacts): Face {
  const { vulnerability } = visit;
  const url = `${env.publicUrl}/vulnerabilities/${vulnerability.id}`;
  const title = cardTitle(visit.titlePrefix, vulnerability);
  const body = cardBody(vulnerability, url, visit.cardLayout);
  return {
    title,
    body,
    url,
    ours: {
      status: vulnerability.status,
      causedBy: vulnerability.causedBy,
      titleDigest: env.digest(title),
      bodyDigest: env.digest(JSON.stringify(body)),
      priority: configuration.severityMapping[vulnerability.severity],
      ...(configuration.dueDates ? { dueAt: vulnerability.dueAt } : {}),
    },
  };
}

/** The card as it is born: in the state of its status, or of identified where that status has none. */
export function draftOf(face: Face, visit: Visit, configuration: ConfigurationFacts): Draft {
  const state = forward(configuration.statusMapping, visit.vulnerability.status);
  return {
    marker: visit.link.marker,
    target: configuration.target,
    state: state ?? configuration.statusMapping.identified,
    title: face.title,
    body: face.body,
    priority: face.ours.priority,
    url: face.url,
    dueAt: face.ours.dueAt ?? null,
    fields: configuration.fieldDefaults,
  };
}
