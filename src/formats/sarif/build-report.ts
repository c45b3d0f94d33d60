import type { Finding } from '../../core/matching/finding.ts';
import { findingsIn, read } from '../kit/describe-format.ts';
import sarif from './index.ts';

/** Reports of a few lines, for tests. */
export const driver = {
  name: 'Tool',
  rules: [
    { id: 'R1', shortDescription: { text: 'First rule.' } },
    { id: 'R2', shortDescription: { text: 'Second rule.' }, properties: { 'security-severity': '9.1' } },
    { id: 'CA2101', shortDescription: { text: 'Parent rule.' } },
  ],
};

export function place(uri: string, region?: object, more: object = {}) {
  return {
    physicalLocation: { artifactLocation: { uri, ...more }, ...(region === undefined ? {} : { region }) },
  };
}

export function report(results: unknown, run: object = {}): Buffer {
  return Buffer.from(JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver }, ...run, results }] }));
}

export async function only(result: object, run: object = {}): Promise<Finding> {
  const [finding] = findingsIn(await read(sarif, [report([{ message: { text: 'M' }, ...result }], run)]));
  return finding as Finding;
}

export async function outcome(bytes: Buffer) {
  const events = await read(sarif, [bytes]);
  return events.flatMap((event) => (event.kind === 'end' ? [event.outcome] : []));
}
