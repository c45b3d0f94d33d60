import { describeConformance } from '../kit/conformance.ts';
import tracker from './index.ts';
import { makeSandbox } from './sandbox.ts';
import { samplePayload } from './sandbox-event.ts';

// The service has a recycle bin and no archive, and tells of its limit only when it is near.
const testEvent = {
  headers: {},
  body: JSON.stringify(
    samplePayload({
      ...{ subscriptionId: '', notificationId: 1, id: '', eventType: 'workitem.updated', resourceVersion: '1.0' },
      ...{ details: 'all', messages: 'all', detailedMessages: 'all' },
    }),
  ),
};
const options = { lacks: ['archive'], silentPace: true, testEvent } as const;

describeConformance(tracker, (given) => makeSandbox({ ...given }), options);
describeConformance(tracker, (given) => makeSandbox({ ...given, signIn: 'entra', example: 'scrum' }), options);
describeConformance(tracker, (given) => makeSandbox({ ...given, signIn: 'service-principal', example: 'inherited' }), options);
