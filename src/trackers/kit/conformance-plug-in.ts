import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { configurationSteps } from '../../contracts/tracker.ts';
import { severities } from '../../core/vocabulary.ts';
import type { Conformance } from './conformance.ts';

/** What a folder must bring so that forms, docs and the engine can be made from it. */
export function promisesOfPlugIns({ tracker, makeSandbox }: Conformance): void {
  const folder = join(import.meta.dirname, '..', tracker.id);

  test('the folder is named after the tracker and has a README and an icon of its own', async () => {
    expect(await readFile(join(folder, 'README.md'), 'utf8')).toMatch(/^# /u);
    expect(await readFile(join(folder, 'icon.svg'), 'utf8')).toMatch(/^<svg [^>]*xmlns/u);
  });

  test('forms can be drawn from its schemas, and each credential is marked as a secret or an id', () => {
    const settings = z.toJSONSchema(tracker.settings, { io: 'input', unrepresentable: 'any' });
    const credentials = JSON.stringify(
      z.toJSONSchema(tracker.credentials, { io: 'input', unrepresentable: 'any' }),
    );

    expect(settings).toHaveProperty('properties');
    expect(credentials).toContain('"secret":true');
    expect(credentials).toContain('"title"');
  });

  test('what it stored of the settings is read again as the same', () => {
    const { settings } = makeSandbox().connection('http://127.0.0.1:4999');

    const stored = tracker.settings.parse(settings);

    expect(tracker.settings.parse(JSON.parse(JSON.stringify(stored)))).toEqual(stored);
  });

  test('credentials belong to one origin', () => {
    const { settings } = makeSandbox().connection('http://127.0.0.1:4999/');
    const origin = tracker.origin(tracker.settings.parse(settings));

    expect(URL.parse(origin)?.origin).toBe(origin);
  });

  test('settings that are no address are refused with words for the form', () => {
    const parsed = tracker.settings.safeParse({});

    expect(parsed.success).toBe(false);
  });

  test('each severity has a choice of the tracker, or no card', () => {
    const choices = tracker.severityChoices.map((choice) => choice.value);

    for (const severity of severities) {
      const choice = tracker.defaultSeverityMapping[severity];
      expect(choice === null || choices.includes(choice), `${severity} → ${choice}`).toBe(true);
    }
  });

  test('a person is asked for each part of a configuration once, for the target first', () => {
    expect(tracker.stepOrder.toSorted()).toEqual(configurationSteps.toSorted());
    expect(tracker.stepOrder[0]).toBe('target');
  });

  test('its verbs are those that its traits announce', async () => {
    const { settings, credentials } = makeSandbox().connection('http://127.0.0.1:4999');
    const session = tracker.open({
      settings: tracker.settings.parse(settings),
      credentials: tracker.credentials.parse(credentials),
      accessToken: async () => '',
      http: { now: () => 0, send: () => Promise.reject(new Error('No call is needed to open a session.')) },
      now: () => 0,
      onPace: () => {},
      environment: { entraAuthority: 'http://127.0.0.1:4999' },
    });

    expect(session.history !== undefined).toBe(tracker.traits.history);
    expect(session.ensureSubscriptions !== undefined).toBe(tracker.traits.subscriptions === 'api');
    expect(session.inspectSubscriptions !== undefined).toBe(tracker.traits.subscriptions === 'api');
    expect(session.removeSubscriptions !== undefined).toBe(tracker.traits.subscriptions === 'api');
  });
}
