import { assessments } from './en/assessments.ts';
import { basics } from './en/basics.ts';
import { identity } from './en/identity.ts';
import { integrations } from './en/integrations.ts';
import { places } from './en/places.ts';
import { schedules } from './en/schedules.ts';
import { settings } from './en/settings.ts';
import { singleSignOn } from './en/single-sign-on.ts';
import { sync } from './en/sync.ts';
import { vulnerabilities } from './en/vulnerabilities.ts';

/** English is the source: a translation has the same shape, which the type checks. */
export const en = { ...assessments, ...basics, ...identity, ...integrations, ...places, ...schedules, ...settings, ...singleSignOn, ...sync, ...vulnerabilities };

export type Words = typeof en;
