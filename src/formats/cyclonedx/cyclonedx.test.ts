import { describeFormat } from '../kit/describe-format.ts';
import cyclonedx from './index.ts';

describeFormat(cyclonedx, {
  folder: import.meta.dirname,
  growth: { kind: 'json', list: ['vulnerabilities'] },
});
