import { randomUUID } from 'node:crypto';
import type { AssessmentRow } from '../store/assessments.ts';
import * as rows from '../store/assessments.ts';
import { openLinks } from '../store/links.ts';
import { lockAsset } from '../store/merges.ts';
import type { Store } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';
import { finishScan } from '../store/scans.ts';
import type { Looked } from './manual.ts';
import { applyListed } from './manual.ts';

export type AssessmentAct =
  | { readonly kind: 'done'; readonly assessment: AssessmentRow }
  | { readonly kind: 'refused'; readonly status: 404 | 409; readonly because: string; readonly path: string };

export interface AssessmentPlan {
  readonly assetId: string;
  readonly title: string;
  readonly evidence: string | null;
  readonly author: string;
  readonly plannedFor: Date | null;
  readonly by: string;
}

/** An assessment is a manual scan with a beginning and an end: planned, running, completed. */
export async function planAssessment(store: Store, plan: AssessmentPlan): Promise<AssessmentAct> {
  const id = randomUUID();
  await rows.insertAssessment(store.db, { ...plan, id });
  return after(store, id);
}

export async function startAssessment(store: Store, id: string): Promise<AssessmentAct> {
  const refused = await inTransaction(store, async (tx) => {
    const assessment = await rows.findAssessment(tx, id, { lock: true });
    if (assessment?.status !== 'planned') {
      return refusal(assessment, 'start');
    }
    await rows.noteStarted(tx, id, new Date());
    return null;
  });
  return refused ?? after(store, id);
}

export interface Completion {
  readonly id: string;
  readonly evidence: string | null;
  /** Known ones that were looked at. */
  readonly results: readonly Looked[];
}

/**
 * Done: what was looked at is decided as by a retest, and all that it entered, confirmed or reported gets cards where cards are
 * made when an assessment is completed.
 */
export async function completeAssessment(store: Store, { id, evidence, results }: Completion): Promise<AssessmentAct> {
  const refused = await inTransaction(store, async (tx) => {
    // The asset first, as scans do: nobody waits for each other.
    const known = await rows.findAssessment(tx, id);
    if (known !== null) {
      await lockAsset(tx, known.asset_id);
    }
    const assessment = await rows.findAssessment(tx, id, { lock: true });
    if (assessment?.status !== 'running') {
      return refusal(assessment, 'complete');
    }
    const { asset_id: assetId } = assessment;
    if ((await rows.reportsWaiting(tx, id)) > 0) {
      return refuse(409, 'A report that was uploaded to it is still being read. Complete it when that is done.');
    }
    const author = assessment.author ?? 'a person';
    const looked = await applyListed(tx, { scanId: id, assetId, tool: `an assessment by ${author}`, startedAt: new Date(), results });
    if (looked.kind === 'refused') {
      return refuse(409, looked.because, looked.path);
    }
    await rows.addToAssessment(tx, id, results.filter((one) => one.outcome === 'detected').map((one) => one.vulnerabilityId));
    await rows.addReported(tx, id);
    const parts = await rows.partsOf(tx, id);
    await openLinks(tx, { assetId, vulnerabilityIds: parts, on: 'assessment_completed' });
    if (evidence !== null) {
      await rows.writeEvidence(tx, id, evidence);
    }
    await finishScan(tx, id, { status: 'completed', summary: { ...looked.summary, findings: parts.length }, error: null });
    return null;
  });
  return refused ?? after(store, id);
}

function refusal(assessment: AssessmentRow | null, act: 'start' | 'complete'): AssessmentAct {
  if (assessment === null) {
    return refuse(404, 'There is no such assessment.');
  }
  const wanted = act === 'start' ? 'planned' : 'running';
  return refuse(409, `The assessment is ${assessment.status}; only a ${wanted} one can be ${act === 'start' ? 'started' : 'completed'}.`);
}

function refuse(status: 404 | 409, because: string, path = ''): Extract<AssessmentAct, { kind: 'refused' }> {
  return { kind: 'refused', status, because, path };
}

async function after(store: Store, id: string): Promise<AssessmentAct> {
  const assessment = await rows.findAssessment(store.db, id);
  return assessment === null ? refuse(404, 'There is no such assessment.') : { kind: 'done', assessment };
}
