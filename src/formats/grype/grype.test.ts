import { describeFormat } from '../kit/describe-format.ts';
import grype from './index.ts';

describeFormat(grype, { folder: import.meta.dirname, growth: { kind: 'json', list: ['matches'] } });
