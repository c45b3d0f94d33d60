import { createWriteStream } from 'node:fs';
import { once } from 'node:events';

/**
 * A SARIF report of `findings` results over files of uneven length, as a scanner of C code writes it, in two generations.
 * From the first to the second, lines were inserted in a quarter of the files, one text in a hundred was edited, one result in
 * a hundred and fifty is gone, as many are new, and one file in a hundred has another name. Always the same bytes. No text of one
 * folder stands in another: what is written there is nothing that was moved.
 */
export async function writeScan(file: string, findings: number, generation: 0 | 1, folder = ''): Promise<number> {
  const out = createWriteStream(file);
  const driver = { name: 'Bench', version: '1.0.0', rules: Array.from({ length: rulesOf }, (_one, index) => ruleAt(index)) };
  out.write(`{"version":"2.1.0","runs":[{"tool":{"driver":${JSON.stringify(driver)}},"results":[`);
  let count = 0;
  for (let index = 0, before = 0; before < findings; index += 1) {
    const length = Math.min(findings - before, 2 + ((index * 37) % 23) + (index % 97 === 0 ? 150 : 0));
    const results = resultsOf(folder, index, length, generation);
    before += length;
    if (!out.write(`${count === 0 ? '' : ',\n'}${results.join(',\n')}`)) {
      await once(out, 'drain');
    }
    count += results.length;
  }
  out.end(']}]}\n');
  await once(out, 'close');
  return count;
}

const rulesOf = 120;
const calls = ['memcpy', 'strcpy', 'sprintf', 'strcat', 'strlen', 'system', 'getenv', 'fopen', 'read', 'atoi'];

function resultsOf(folder: string, index: number, length: number, generation: 0 | 1): readonly string[] {
  const renamed = generation === 1 && index % 100 === 7;
  const shifted = generation === 1 && index % 4 === 1;
  const uri = `${folder}src/module${index % 31}/part${index % 7}/${renamed ? 'renamed' : 'file'}${index}.c`;
  const results: string[] = [];
  for (let n = 0; n < length; n += 1) {
    const number = index * 251 + n;
    const gone = number % 150 === 149;
    const rule = (number * 7) % rulesOf;
    const line = 10 + n * 13 + (number % 11) + (shifted && n * 3 > length ? 5 : 0);
    const edited = generation === 1 && number % 100 === 13;
    if (!gone || generation === 0) {
      results.push(resultAt({ uri, rule, line, text: textAt(folder, number, edited) }));
    }
    if (gone && generation === 1) {
      results.push(resultAt({ uri, rule, line: line + 6, text: `    ${calls[rule % 10]}(${namePart(folder)}fresh_${number}, other, ${number});` }));
    }
  }
  return results;
}

function textAt(folder: string, number: number, edited: boolean): string {
  // Some lines stand in a file, or in many, more than once.
  const shown = number % 9 === 0 ? number % 5 : number;
  return `    ${calls[(number * 7) % 10]}(target->buffer + ${shown}, ${namePart(folder)}source_${shown % 977}, length${edited ? ' - 1' : ''});`;
}

function namePart(folder: string): string {
  return folder.replaceAll(/[^a-z0-9]/gu, '_');
}

function resultAt(of: { readonly uri: string; readonly rule: number; readonly line: number; readonly text: string }): string {
  const region = { startLine: of.line, startColumn: 5, endColumn: 5 + of.text.length, snippet: { text: of.text } };
  return JSON.stringify({
    ruleId: `BENCH${of.rule}`,
    ruleIndex: of.rule,
    level: 'warning',
    message: { text: `${calls[of.rule % 10]}: does not check for buffer overflows when copying to destination (rule ${of.rule}).` },
    locations: [{ physicalLocation: { artifactLocation: { uri: of.uri, uriBaseId: '%SRCROOT%' }, region } }],
    rank: 0.4,
  });
}

function ruleAt(index: number) {
  return {
    id: `BENCH${index}`,
    name: `rule/${index}`,
    shortDescription: { text: `Rule number ${index} speaks of a weakness.` },
    helpUri: `https://rules.example/${index}`,
    properties: { tags: ['security', `external/cwe/cwe-${index + 20}`], 'security-severity': String((index % 100) / 10) },
  };
}
