import { z } from 'zod';
import { cardCauses } from '../../core/sync/why-no-card.ts';
import { detectionStates } from '../../core/vocabulary.ts';
import { status, time } from './basics.ts';
import { timelineEntry } from './vulnerabilities.ts';

const whyStatus = z.object({
  status,
  since: time,
  because: z.string(),
  entry: timelineEntry.nullable().meta({ description: 'The entry of the timeline that set it.' }),
});

const whyCard = z.object({
  connectionId: z.string(),
  connectionName: z.string(),
  tracker: z.string(),
  configurationId: z.string().nullable(),
  linkId: z.string().nullable(),
  deliveryId: z.string().nullable().meta({ description: 'The last delivery to the card: in it are the tracker’s answers.' }),
  holdId: z.string().nullable(),
  card: z.object({ key: z.string(), url: z.string() }).nullable(),
  cause: z.enum(cardCauses),
  because: z.string().meta({ description: 'One sentence; where the tracker said something, its words.' }),
  until: time.nullable().meta({ description: 'When it goes on by itself.' }),
  hint: z.string().nullable().meta({ description: 'What a person can do.' }),
});

const closing = z.object({
  by: z.enum(['closed', 'decided', 'scans', 'approval', 'retest', 'next_scan']),
  because: z.string(),
  scopes: z.array(
    z.object({
      scope: z.object({ id: z.string(), tool: z.string(), branch: z.string(), category: z.string().nullable() }),
      state: z.enum(detectionStates),
      needs: z.enum(['nothing', 'approval', 'retest', 'complete_scan']),
      because: z.string(),
      lastSeenAt: time,
      lastSeenScanId: z.string().nullable(),
      missedAt: time.nullable(),
      missedScanId: z.string().nullable(),
      lastCompleteAt: time.nullable().meta({ description: 'When the scope was last covered completely.' }),
      lastCompleteScanId: z.string().nullable(),
      holdId: z.string().nullable(),
    }),
  ),
});

export const why = z.object({
  status: whyStatus,
  cards: z.array(whyCard).meta({ description: 'For each connection, why there is a card or none.' }),
  closing: closing.meta({ description: 'What would make it fixed: each scope that ever detected it, and what it still has to say.' }),
});
export type Why = z.infer<typeof why>;
