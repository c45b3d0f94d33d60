import { describeConformance } from '../kit/conformance.ts';
import tracker from './index.ts';
import { makeSandbox } from './sandbox.ts';

// An archived or deleted record is gone for the API: people bring it back in ServiceNow, and nothing tells it apart.
const lacks = ['archive', 'discard'] as const;

describeConformance(tracker, (options) => makeSandbox({ ...options, table: 'incident' }), { lacks });
describeConformance(tracker, (options) => makeSandbox({ ...options, table: 'u_security_task' }), { lacks });
