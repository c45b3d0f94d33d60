import type { Credentials, Settings, SeverityMapping, Target } from '../contracts/tracker.ts';
import type { CardSubject } from '../core/mapping/card-text.ts';
import type { StatusMapping } from '../core/mapping/status-mapping.ts';
import type { Finding } from '../core/matching/finding.ts';
import type { Status } from '../core/vocabulary.ts';

export interface ConnectionFacts {
  readonly id: string;
  readonly tracker: string;
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly state: 'active' | 'paused' | 'unauthorized' | 'deleted';
}

export interface ConfigurationFacts {
  readonly id: string;
  readonly version: number;
  readonly target: Target;
  readonly statusMapping: StatusMapping;
  readonly remoteLabels: Readonly<Record<string, string>>;
  readonly severityMapping: SeverityMapping;
  readonly fieldDefaults: Readonly<Record<string, unknown>>;
  readonly boardDecisions: 'apply' | 'ask';
  readonly dueDates: boolean;
  readonly attention: string | null;
}

/** What a card tells about a vulnerability. */
export interface VulnerabilityFacts extends CardSubject {
  readonly descriptionFormat: 'text' | 'markdown';
  readonly status: Status;
  readonly causedBy: 'scan' | 'person' | 'card' | 'expiry' | 'system';
  /** One sentence about the present status, for the comment on the card. */
  readonly statusNote: string | null;
  readonly version: string;
  readonly evidence: Finding['attributes'];
  readonly dueAt: string | null;
}
