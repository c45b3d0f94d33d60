import { TextDecoder } from 'node:util';
import type { ReportSource } from '../../contracts/format.ts';
import { ReportError } from '../../contracts/format.ts';
import { peek } from './peek.ts';

/** The text of an XML file, in the encoding it declares (UTF-8 if it says nothing, UTF-16 is already turned into UTF-8). */
export async function* decodeXml(source: ReportSource): AsyncIterable<string> {
  const { head, rest } = await peek(source.open(), 256);
  const start = Buffer.from(head).subarray(0, 256).toString('latin1');
  const named = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]{1,40})["']/iu.exec(start)?.[1] ?? 'utf-8';
  // The source has turned UTF-16 into UTF-8 already.
  const decoder = decoderFor(/^utf-?16/iu.test(named) ? 'utf-8' : named);
  for await (const chunk of rest) {
    yield decoder.decode(chunk, { stream: true });
  }
  yield decoder.decode();
}

function decoderFor(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { ignoreBOM: false });
  } catch {
    throw new ReportError(`The report is written in the encoding “${encoding}”, which is not known here.`, {
      where: 'line 1',
      hint: 'Let the tool write UTF-8.',
    });
  }
}
