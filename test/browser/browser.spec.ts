import { expect, test } from '@playwright/test';

test('the browser that the project brings opens a page, runs its script and draws its text', async ({
  page,
}) => {
  await page.setContent('<button onclick="this.textContent = `pressed ${1 + 1} times`">press</button>');

  await page.getByRole('button').click();

  await expect(page.getByRole('button')).toHaveText('pressed 2 times');
  const box = await page.getByRole('button').boundingBox();
  expect(box?.width).toBeGreaterThan(40);
});

test('pages of two visitors do not know each other', async ({ browser }) => {
  const [first, second] = [await browser.newContext(), await browser.newContext()];
  const address = 'data:text/html,<title>visit</title>';

  const pages = [await first.newPage(), await second.newPage()] as const;
  await Promise.all(pages.map((page) => page.goto(address)));
  await first.close();

  await expect(pages[1]).toHaveTitle('visit');
  await second.close();
});
