import { describeFormat } from '../kit/describe-format.ts';
import semgrep from './index.ts';

describeFormat(semgrep, { folder: import.meta.dirname, growth: { kind: 'json', list: ['results'] } });
