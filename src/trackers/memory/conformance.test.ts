import { describeConformance } from '../kit/conformance.ts';
import tracker from './index.ts';
import { makeSandbox } from './sandbox.ts';

describeConformance(tracker, makeSandbox, {
  testEvent: { headers: {}, body: '{"delivery":"1","event":"test"}' },
});
