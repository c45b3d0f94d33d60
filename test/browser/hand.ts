import type { Locator, Page } from '@playwright/test';
import { expect } from '@playwright/test';

/** How a person reaches what is on the screen. */
export interface Hand {
  press(target: Locator): Promise<void>;
  fill(target: Locator, text: string): Promise<void>;
  /** Chooses an option of a picker. */
  pick(target: Locator, option: string): Promise<void>;
}

export function mouse(page: Page): Hand {
  return {
    press: (target) => target.click(),
    fill: (target, text) => target.fill(text),
    pick: async (target, option) => {
      await target.click();
      await page.getByRole('option', { name: option, exact: true }).first().click();
    },
  };
}

/** More steps than any screen has. */
const tabsMax = 120;
/** A list that is filtered, a choice that is shown. */
const briefMs = 3_000;
const patienceMs = 30_000;

/** Tab, Enter, arrows and letters, and nothing else. */
export function keyboard(page: Page): Hand {
  const reach = async (target: Locator) => {
    await target.waitFor();
    await expect(target).toBeEnabled();
    for (let tabs = 0; tabs < tabsMax; tabs += 1) {
      if (await target.evaluate((element) => element.matches(':focus'))) {
        return;
      }
      await page.keyboard.press('Tab');
    }
    throw new Error(`The keyboard does not reach ${String(target)}.`);
  };
  return {
    press: async (target) => {
      await reach(target);
      await page.keyboard.press('Enter');
    },
    fill: async (target, text) => {
      await reach(target);
      await page.keyboard.press('Control+a');
      await page.keyboard.type(text);
    },
    pick: async (target, option) => {
      // Letters and arrows may be faster than the list: then a person sees another choice in the field and tries again.
      await expect(async () => {
        await reach(target);
        await page.keyboard.press('ArrowDown');
        await page.getByRole('option').first().waitFor();
        await page.keyboard.press('Control+a');
        await page.keyboard.type(option);
        await expect(page.getByRole('option').filter({ hasNotText: option })).toHaveCount(0, { timeout: briefMs });
        const chosen = page.locator('[data-combobox-option][data-combobox-selected]').getByText(option, { exact: true });
        for (let steps = 0; (await chosen.count()) === 0; steps += 1) {
          expect(steps, `The arrows do not reach ${option}.`).toBeLessThan(await page.getByRole('option').count());
          await page.keyboard.press('ArrowDown');
        }
        await page.keyboard.press('Enter');
        await expect(target).toHaveValue(option, { timeout: briefMs });
      }).toPass({ timeout: patienceMs });
    },
  };
}
