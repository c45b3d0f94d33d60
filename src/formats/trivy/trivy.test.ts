import { describeFormat } from '../kit/describe-format.ts';
import trivy from './index.ts';

describeFormat(trivy, {
  folder: import.meta.dirname,
  growth: { kind: 'json', list: ['Results', 0, 'Vulnerabilities'] },
});
