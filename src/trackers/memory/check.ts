import type { CheckStep, CheckTarget } from '../../contracts/tracker.ts';
import { attempt } from '../kit/check-steps.ts';
import type { Api } from './api.ts';
import { account, columns } from './wire.ts';

/** Who we are, then each configured board. Writes nothing, throws nothing. */
export async function* checkSteps(api: Api, targets: readonly CheckTarget[]): AsyncIterable<CheckStep> {
  const first = await attempt('Address and token', async () => {
    const { name } = await api.get('/account', account);
    return { outcome: 'ok', message: `${api.origin} answers; the token belongs to ${name}.` };
  });
  yield first;
  if (first.outcome === 'failed') {
    return;
  }
  for (const { name, target, remoteStates } of targets) {
    yield await attempt(`Board of ${name}`, async () => {
      const { items } = await api.get(
        `/boards/${encodeURIComponent(target['board'] ?? '')}/columns`,
        columns,
      );
      const missing = remoteStates.filter((state) => !items.some(({ id }) => id === state));
      return missing.length === 0
        ? { outcome: 'ok', message: 'The board and its mapped columns are there.' }
        : {
            outcome: 'failed',
            message: `Mapped columns are gone: ${missing.join(', ')}.`,
            hint: 'Choose others.',
          };
    });
  }
  yield {
    name: 'Create and move cards',
    outcome: 'unknown',
    message: 'Not provable without writing. The first card will show it.',
  };
}
