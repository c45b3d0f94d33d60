import type { Words } from './en.ts';
import { assessments } from './pt-BR/assessments.ts';
import { basics } from './pt-BR/basics.ts';
import { identity } from './pt-BR/identity.ts';
import { integrations } from './pt-BR/integrations.ts';
import { places } from './pt-BR/places.ts';
import { schedules } from './pt-BR/schedules.ts';
import { settings } from './pt-BR/settings.ts';
import { singleSignOn } from './pt-BR/single-sign-on.ts';
import { sync } from './pt-BR/sync.ts';
import { vulnerabilities } from './pt-BR/vulnerabilities.ts';

export const ptBR: Words = { ...assessments, ...basics, ...identity, ...integrations, ...places, ...schedules, ...settings, ...singleSignOn, ...sync, ...vulnerabilities };
