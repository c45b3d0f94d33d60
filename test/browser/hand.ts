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
      await reach(target);
      await page.keyboard.press('ArrowDown');
      await page.getByRole('option').first().waitFor();
      await page.keyboard.press('Control+a');
      await page.keyboard.type(option);
      await expect(page.getByRole('option', { name: option, exact: true }).first()).toBeVisible();
      // With the letters the list is another one: from its first on to the one that is meant.
      const wanted = page.getByRole('option', { name: option, exact: true, selected: true });
      for (let steps = 0; (await wanted.count()) === 0 && steps < tabsMax; steps += 1) {
        const before = await page.getByRole('option').count();
        expect(before).toBeGreaterThan(0);
        await page.keyboard.press('ArrowDown');
        if ((await page.locator('[data-combobox-option][data-combobox-selected]').getByText(option, { exact: true }).count()) > 0) {
          break;
        }
      }
      await page.keyboard.press('Enter');
    },
  };
}
