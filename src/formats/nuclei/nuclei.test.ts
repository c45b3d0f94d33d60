import { describeFormat } from '../kit/describe-format.ts';
import nuclei from './index.ts';

describeFormat(nuclei, {
  folder: import.meta.dirname,
  growth: { kind: 'lines' },
  grownSample: 'findings.jsonl',
  lines: true,
});
