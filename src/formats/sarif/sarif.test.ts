import { describeFormat } from '../kit/describe-format.ts';
import sarif from './index.ts';

describeFormat(sarif, {
  folder: import.meta.dirname,
  growth: { kind: 'json', list: ['runs', 0, 'results'] },
});
