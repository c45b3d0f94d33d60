import { randomUUID } from 'node:crypto';
import { readLimits } from '../contracts/format.ts';
import type { Transaction } from '../store/open.ts';
import { insertStage } from '../store/warm-up.ts';
import type { ProcessOptions } from './process-scan.ts';
import { record } from './process-scan.ts';
import { readScan } from './read-scan.ts';
import { StagedFindings } from './staged-findings.ts';

const findings = 40;

/**
 * Reads, matches and records a small report of its own in a transaction that is undone: what a scan needs is compiled, planned and loaded
 * while nobody waits for it.
 */
export async function rehearse({ store, formats, digestKey }: ProcessOptions): Promise<void> {
  const tx = await store.db.startTransaction().execute();
  try {
    await rehearseIn(tx, { store, formats, digestKey });
  } finally {
    await tx.rollback().execute();
  }
}

async function rehearseIn(tx: Transaction, { store, formats, digestKey }: ProcessOptions): Promise<void> {
  const report = Buffer.from(JSON.stringify(reportOf()));
  const scan = await insertStage(tx, report.length);
  const staged = new StagedFindings(store, { id: scan.id, assetId: scan.asset_id, branch: scan.branch, reportBytes: report.length }, digestKey);
  // Nothing of it is written beside the transaction: there is too little of it, and nobody says that it is the end.
  const sink = {
    get count() {
      return staged.count;
    },
    add: staged.add.bind(staged),
    end: async () => {},
  };
  const open = async function* () {
    yield report;
  };
  const read = await readScan({ open, formats, format: null, tool: null, category: null, limits: readLimits, digestKey, staged: sink, onFindings: () => {} });
  await record(tx, { scan, read, staged, beside: tx, isRehearsal: true });
}

function reportOf(): unknown {
  const results = Array.from({ length: findings }, (_none, index) => ({
    ruleId: `rule-${index % 3}`,
    message: { text: `Rehearsal ${index}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: `src/${randomUUID().slice(0, 8)}.ts` },
          region: { startLine: index + 1, snippet: { text: `call(${index})` } },
        },
      },
    ],
  }));
  return { version: '2.1.0', runs: [{ tool: { driver: { name: 'Rehearsal', rules: [{ id: 'rule-1', shortDescription: { text: 'A rule.' } }] } }, results }] };
}
