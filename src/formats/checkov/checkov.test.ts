import { describeFormat } from '../kit/describe-format.ts';
import checkov from './index.ts';

describeFormat(checkov, {
  folder: import.meta.dirname,
  growth: { kind: 'json', list: ['results', 'failed_checks'] },
});
