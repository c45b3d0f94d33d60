import type { z } from 'zod';
import * as shapes from '../../contracts/api/people.ts';
import { askForDueDates } from '../../ingest/due-dates.ts';
import { audit } from '../../store/audit.ts';
import type { Connection } from '../../store/open.ts';
import { inTransaction } from '../../store/open.ts';
import { changeSettings, readSettings } from '../../store/settings.ts';
import { markDue } from '../../store/work.ts';
import { sampleText } from '../../sync/preview.ts';
import { actor } from '../access.ts';
import type { Mount } from '../app.ts';

const administrator = { access: { role: 'administrator' as const } };

/** Settings of the whole installation. */
export const settingsRoutes: Mount = (app, services) => {
  const { db } = services.store;

  app.get(
    '/api/v1/settings',
    {
      config: { access: { role: 'viewer' } },
      schema: { summary: 'Settings of this installation', response: { 200: shapes.settings } },
    },
    () => bodyOf(db),
  );

  app.patch(
    '/api/v1/settings',
    {
      config: administrator,
      schema: { summary: 'Change settings', body: shapes.settingsChange, response: { 200: shapes.settings } },
    },
    async (request) => {
      await inTransaction(services.store, async (tx) => {
        await changeSettings(tx, request.body);
        if (request.body.dueDays !== undefined) {
          await askForDueDates(tx);
        }
        // What is kept shorter now goes soon.
        await markDue(tx, [{ kind: 'retention', key: 'all', lane: 'inner', because: 'The settings changed.' }]);
      });
      await audit(db, {
        by: actor(request),
        act: 'settings changed',
        subject: null,
        detail: request.body,
        address: request.ip,
        correlationId: request.id,
      });
      return bodyOf(db);
    },
  );

  app.post(
    '/api/v1/settings/card-preview',
    {
      config: { access: { role: 'viewer' } },
      schema: { summary: 'How a card of a real vulnerability would read; changes nothing', body: shapes.cardPreviewWish, response: { 200: shapes.cardPreview } },
    },
    async (request) => {
      const { title, body } = await sampleText(services.engine, request.body);
      return { title, body: body.map((block) => structuredClone(block)) as shapes.CardPreview['body'] };
    },
  );
};

async function bodyOf(db: Connection): Promise<z.infer<typeof shapes.settings>> {
  const { cardLayout, ...rest } = await readSettings(db);
  return { ...rest, cardLayout: { ...cardLayout, sections: [...cardLayout.sections] } };
}
