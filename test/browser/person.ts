import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from '@playwright/test';
import { expect } from '@playwright/test';
import type { DemoStage } from '../../demo/stage.ts';

export const patience = { timeout: 20_000 };

/** A page of a person who is signed in: the tests of a file share it, as a person goes on in one window. */
export async function openPage(browser: Browser, stage: Pick<DemoStage, 'url' | 'person'>): Promise<Page> {
  const page = await browser.newPage({ reducedMotion: 'reduce', baseURL: stage.url, viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(patience.timeout);
  await signIn(page, stage);
  return page;
}

/** Without typing it on the sign-in screen, which has its own test. */
export async function signIn(page: Page, stage: Pick<DemoStage, 'url' | 'person'>): Promise<void> {
  const signedIn = await page.request.post(`${stage.url}/api/v1/session`, { data: stage.person });
  expect(signedIn.ok(), await signedIn.text()).toBe(true);
  await page.goto(`${stage.url}/overview`);
  await settled(page);
}

/** The screen stands: its heading is there and nothing loads any more. (The live stream never ends, so the network is never idle.) */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).or(page.getByText('There is nothing at this address')).first().waitFor();
  await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
}

/** As far as tests look into the app's router, which it leaves on the page. */
interface PageWithRouter {
  readonly location: { readonly pathname: string; readonly search: string };
  readonly __TSR_ROUTER__: { readonly history: { push(path: string): void }; subscribe(event: 'onResolved', heard: () => void): () => void };
}

/** To another screen of the app without loading it anew, as its own links lead. */
export async function lead(page: Page, path: string): Promise<void> {
  await page.evaluate(async (to) => {
    const { location, __TSR_ROUTER__: router } = globalThis as unknown as PageWithRouter;
    if (location.pathname + location.search === to) {
      return;
    }
    await new Promise<void>((resolve) => {
      const leave = router.subscribe('onResolved', () => {
        leave();
        resolve();
      });
      router.history.push(to);
    });
  }, path);
}

/** In both themes; what a theme cannot change is looked at once. */
export async function expectAccessible(page: Page): Promise<void> {
  const light = await violationsOf(page);
  await inTheme(page, 'dark');
  const dark = await violationsOf(page, { rules: ['color-contrast', 'link-in-text-block'] });
  await inTheme(page, 'light');
  expect([...light, ...dark]).toEqual([]);
}

export async function inTheme(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
}

interface Wish {
  /** Only these: what a theme cannot change need not be looked at twice. */
  readonly rules?: readonly string[];
  /** Parts that were looked at before. */
  readonly without?: readonly string[];
}

export async function violationsOf(page: Page, { rules, without = [] }: Wish = {}): Promise<readonly string[]> {
  // The other mode brings its results together on a blank page of its own: for frames, of which there are none.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  without.forEach((part) => axe.exclude(part));
  const { violations } = await (rules === undefined ? axe : axe.withRules([...rules])).analyze();
  return violations.map((one) => `${page.url()} ${one.id}: ${one.nodes.map((node) => `${node.html} ${node.failureSummary ?? ''}`).join(' ')}`);
}

/** Chooses an option of a picker by its words. */
export async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label, exact: true }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

/** The API, as the administrator's scripts call it. */
export function caller(stage: Pick<DemoStage, 'url' | 'token'>) {
  return async <Body>(method: string, path: string, body?: object): Promise<Body> => {
    const response = await fetch(`${stage.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${stage.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    expect(response.ok, `${method} ${path}: ${text}`).toBe(true);
    return (text === '' ? null : JSON.parse(text)) as Body;
  };
}
