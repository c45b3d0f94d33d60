import { describeFormat } from '../kit/describe-format.ts';
import nessus from './index.ts';

describeFormat(nessus, { folder: import.meta.dirname, growth: { kind: 'xml', element: 'ReportItem' } });
