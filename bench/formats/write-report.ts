import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

/** A SARIF report of about that many bytes: 200 rules, results with snippet, flow and fingerprint, as scanners write them. `indent` 0 is all on one line. */
export async function writeReport(file: string, bytes: number, indent: number): Promise<number> {
  const out = createWriteStream(file);
  const rules = Array.from({ length: 200 }, (_one, index) => ruleAt(index));
  const tool = { driver: { name: 'Bench', version: '1.0.0', rules } };
  out.write(
    `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":${JSON.stringify(tool)},"results":[`,
  );
  let written = 0;
  let count = 0;
  while (written < bytes) {
    const batch: string[] = [];
    for (let index = 0; index < 500; index += 1, count += 1) {
      batch.push(JSON.stringify(resultAt(count), null, indent));
    }
    const text = `${written === 0 ? '' : ','}${batch.join(indent === 0 ? ',' : ',\n')}`;
    written += text.length;
    if (!out.write(text)) {
      await once(out, 'drain');
    }
  }
  out.end(']}]}\n');
  await once(out, 'close');
  return count;
}

function ruleAt(index: number) {
  return {
    id: `BENCH${index}`,
    name: `rule/${index}`,
    shortDescription: { text: `Rule number ${index} speaks of a weakness.` },
    helpUri: `https://rules.example/${index}`,
    properties: {
      tags: ['security', `external/cwe/cwe-${index + 20}`],
      'security-severity': String((index % 100) / 10),
    },
  };
}

function resultAt(index: number) {
  const line = 1 + ((index * 7) % 4_000);
  const file = (index * 7) % 1_999;
  const uri = `src/module${file % 31}/part${file % 7}/file${file}.c`;
  return {
    ruleId: `BENCH${index % 200}`,
    ruleIndex: index % 200,
    level: 'warning',
    message: {
      text: `The value of 'argument${index % 977}' reaches a call in line ${line} without a check of its length.`,
    },
    locations: [placeAt(uri, line, index)],
    partialFingerprints: { primaryLocationLineHash: `${(index * 2_654_435_761).toString(16)}:1` },
    codeFlows: [
      {
        threadFlows: [
          {
            locations: [
              { location: placeAt(uri, line - 1, index + 1) },
              { location: placeAt(uri, line, index) },
            ],
          },
        ],
      },
    ],
    properties: { precision: 'high', issue_severity: 'MEDIUM' },
  };
}

function placeAt(uri: string, line: number, index: number) {
  const region = {
    startLine: Math.max(1, line),
    startColumn: 5,
    endColumn: 60,
    snippet: {
      text: `    memcpy(target + ${index % 512}, "${index % 100 === 0 ? 'caf\u00e9' : 'cafe'}", argument${index % 977}); /* ${index} */`,
    },
  };
  return { physicalLocation: { artifactLocation: { uri, uriBaseId: '%SRCROOT%' }, region } };
}
