import { describeFormat } from '../kit/describe-format.ts';
import sonarqube from './index.ts';

describeFormat(sonarqube, { folder: import.meta.dirname, growth: { kind: 'json', list: ['issues'] } });
