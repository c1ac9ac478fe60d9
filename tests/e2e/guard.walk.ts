import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { barriers } from '../support/browser.ts';
import type { World } from './console.world.ts';

/** The owner asks for a launch above the limits, somebody else approves it, and it stands in the calendar. */
export async function walkGuard(page: Page, newPage: () => Promise<Page>, world: World): Promise<void> {
  const ask = async <T>(from: Page, method: string, path: string, data?: object): Promise<T> => {
    const headers = { origin: world.url };
    const answer = await from.request.fetch(path, { method, data, headers });
    expect(answer.ok(), `${method} ${path}: ${await answer.text()}`).toBe(true);
    return answer.json() as Promise<T>;
  };
  const { segmentId, templateId, couponCampaignId, content } = await ask<Record<string, unknown>>(
    page,
    'GET',
    `/api/campaigns/${world.campaignId}`,
  );
  const { id } = await ask<{ id: string }>(page, 'POST', '/api/campaigns', {
    name: 'Autumn tea',
    purpose: 'activation',
    schedule: { type: 'now' },
    segmentId,
    templateId,
    couponCampaignId,
    content,
  });
  await ask(page, 'PUT', '/api/campaigns/guard', { from: 1 });
  await page.goto(`/campaigns/${id}`);
  await page.getByText('This launch takes a second person').waitFor();
  expect(await page.getByRole('button', { name: 'Launch' }).isDisabled()).toBe(true);
  expect(await barriers(page)).toEqual([]);
  await page.getByLabel('Why it should go out').fill('The harvest is in');
  await page.getByRole('button', { name: 'Ask for approval' }).click();
  await page.getByText('You have asked for approval').waitFor();

  const { url } = await ask<{ url: string }>(page, 'POST', '/api/people/invitations', {
    email: 'mira@example.com',
    role: 'marketer',
  });
  const other = await newPage();
  const token = url.slice(url.lastIndexOf('/') + 1);
  const mira = { name: 'Mira', email: 'mira@example.com', password: 'another long password' };
  await ask(other, 'POST', `/api/people/invitations/${token}/accept`, mira);
  await ask(other, 'POST', '/api/auth/sign-in/email', { email: mira.email, password: mira.password });
  await other.goto('/campaigns');
  await other.getByRole('link', { name: /Autumn tea · 6 contacts/ }).click();
  await other.getByText('The harvest is in').waitFor();
  await other.getByRole('button', { name: 'Approve' }).click();
  await other.getByText('Approved by Mira').waitFor();
  await other.context().close();

  await page.reload();
  await page.getByRole('button', { name: 'Launch' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Launch' }).click();
  await page.getByText('The campaign is on its way').waitFor();
  await page.goto('/campaigns/calendar');
  await page
    .getByRole('link', { name: /Autumn tea/ })
    .first()
    .waitFor();
  expect(await barriers(page)).toEqual([]);
}
