import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';
import type { DemoStage } from '../../demo/stage.ts';

/** What a person does on every screen. */
export async function signIn(page: Page, stage: Pick<DemoStage, 'url' | 'person'>): Promise<void> {
  await page.goto(`${stage.url}/sign-in`);
  await page.getByLabel('E-mail').fill(stage.person.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(stage.person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  // The address changes before the screen does.
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
}

/** The screen stands: its heading is there and nothing loads any more. (The live stream never ends, so the network is never idle.) */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).or(page.getByText('There is nothing at this address')).first().waitFor({ timeout: 8_000 });
  await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached', timeout: 8_000 });
}

export async function expectAccessible(page: Page): Promise<void> {
  expect(await violationsOf(page)).toEqual([]);
}

/** With `rules`, only these: what a theme cannot change need not be looked at twice. */
export async function violationsOf(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (rules === undefined ? axe : axe.withRules([...rules])).analyze();
  return violations.map((one) => `${page.url()} ${one.id}: ${one.nodes.map((node) => `${node.html} ${node.failureSummary ?? ''}`).join(' ')}`);
}

/** Chooses an option of a picker by its words. */
export async function choose(page: Page, label: string | RegExp, option: string | RegExp): Promise<void> {
  await page.getByRole('combobox', { name: label }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}
