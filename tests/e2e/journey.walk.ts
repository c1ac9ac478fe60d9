import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { barriers } from '../support/browser.ts';
import { until } from '../support/until.ts';

/** A journey drawn on the canvas by the owner, published, walked into by Ana, and looked at. */
export async function walkJourney(page: Page): Promise<void> {
  const card = (name: string) => page.locator('.react-flow__node', { hasText: name });
  const say = (text: string) => page.getByText(text, { exact: true }).first().waitFor();
  const option = async (field: string, name: string | RegExp): Promise<void> => {
    await page.getByRole('combobox', { name: field, exact: true }).click();
    await page.getByRole('option', { name }).first().click();
  };
  // A card may still be on its way to its place when the plus is pressed.
  const insert = (after: string, kind: RegExp): Promise<unknown> =>
    until(`a step stands after ${after}`, async () => {
      const plus = page.getByRole('button', { name: `Insert a step: ${after}`, exact: true });
      if ((await plus.getAttribute('aria-expanded')) !== 'true') await plus.click();
      const item = page.getByRole('menuitem', { name: kind });
      return item.click({ timeout: 2_000 }).then(
        () => true,
        () => false,
      );
    });

  await page.goto('/journeys');
  await page.getByRole('button', { name: /From nothing/ }).click();
  await card('Entry').waitFor();
  await page.getByRole('button', { name: 'Go to Entry' }).click();
  await option('Who comes in', /through the API/);

  await insert('Entry', /^Message/);
  await page.getByText('Choose a template.').first().waitFor();
  await option('Template', /./);
  await page.getByLabel('Where the button leads').fill('https://shop.example.com/tea');
  await page.getByLabel('Name', { exact: true }).fill('Hello');
  await insert('Hello', /^Wait Minutes/);
  await insert('Wait', /^Random split/);
  await card('Random split').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await card('Random split').waitFor({ state: 'detached' });
  await page.getByLabel('Name of the journey').fill('Greeting');
  await page.locator('.react-flow__pane').click({ position: { x: 8, y: 8 } });
  await say('Nothing keeps it from being published.');
  expect(await barriers(page)).toEqual([]);

  await page.getByText('List', { exact: true }).click();
  await page.getByRole('list', { name: 'Journey, as a list' }).getByText('Hello', { exact: true }).waitFor();
  expect(await barriers(page)).toEqual([]);
  await page.getByText('Canvas', { exact: true }).click();

  await page.getByRole('button', { name: 'Publish' }).click();
  await say('People begin to come in at once.');
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('heading', { level: 1, name: 'Greeting' }).waitFor();
  await page.getByRole('tab', { name: 'Numbers', selected: true }).waitFor();

  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const found = await page.request.get('/api/contacts?search=Ana');
  const { items } = (await found.json()) as { items: { id: string }[] };
  const entered = await page.request.post(`/api/journeys/${id}/enter`, {
    data: { contactIds: [items[0]?.id] },
    headers: { origin: new URL(page.url()).origin },
  });
  expect(await entered.json()).toMatchObject({ entered: 1 });
  await card('Wait').getByText('1 here now').waitFor();
  await card('Hello').getByText('1 came').waitFor();
  await card('Wait').click({ position: { x: 120, y: 16 } });
  await page.getByRole('button', { name: 'Path of Ana Silva' }).click();
  await page.getByText('through the API').first().waitFor();
  await page.getByText('is here', { exact: false }).first().waitFor();
  expect(await barriers(page)).toEqual([]);

  await page.getByRole('link', { name: 'Ana Silva' }).click();
  await page.getByRole('heading', { level: 1, name: 'Ana Silva' }).waitFor();
  await page.getByRole('region', { name: 'Journeys' }).getByRole('link', { name: 'Greeting' }).click();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('1 person stays where they are').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
  await say('Paused');
}
