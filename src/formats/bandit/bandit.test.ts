import { describeFormat } from '../kit/describe-format.ts';
import bandit from './index.ts';

describeFormat(bandit, { folder: import.meta.dirname, growth: { kind: 'json', list: ['results'] } });
