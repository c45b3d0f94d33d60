import { describeFormat } from '../kit/describe-format.ts';
import osvScanner from './index.ts';

describeFormat(osvScanner, {
  folder: import.meta.dirname,
  growth: { kind: 'json', list: ['results', 0, 'packages'] },
});
