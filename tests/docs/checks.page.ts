import { sql } from 'drizzle-orm';
import { expect } from 'vitest';
import { until } from '../support/until.ts';
import { GUIDE } from './blocks.ts';
import type { Block } from './blocks.ts';
import { facts, kept, ofPage, order, ready, told, user } from './seen.ts';
import type { Check, Fact } from './seen.ts';
import type { Guide } from './world.ts';

/** What follows from the guide's blocks that stand in a page. */

export const PAGE_CHECKS: Readonly<Record<string, Check>> = {
  line: async ({ guide, page }) => {
    expect(await told(guide, 'Page Viewed', ofPage(page))).toMatchObject({ trust: 'public', bot: false });
  },
  calls: async ({ guide, page }) => {
    await page.click('#quiz');
    await page.click('#cart');
    const quiz = await told(guide, 'Quiz Finished', ofPage(page));
    expect(quiz).toMatchObject({ properties: { score: 7 }, trust: 'public' });
    await told(guide, 'Product Viewed', ofPage(page));
    const { contactId } = await told(guide, 'Product Added', ofPage(page));
    const carts = await guide.query(sql`select lines from cart where contact_id = ${contactId}::uuid`);
    expect(carts).toMatchObject([{ lines: [{ product: 'SAMPLE-1', quantity: 2, price: '12.5' }] }]);
    const list = /The calls:(.*?)In the line:/s.exec(GUIDE)?.[1] ?? '';
    const names = [...list.matchAll(/`([a-z]\w+)(?:\(.*?\))?`/g)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(15);
    for (const name of names) expect(await page.evaluate(`typeof otklik.${name}`), name).toBe('function');
  },
  'segment-page': async ({ guide, page }) => {
    const viewed = await told(guide, 'Product Viewed', ofPage(page));
    expect(viewed).toMatchObject({ trust: 'public', bot: false, properties: { product_id: 'SAMPLE-1' } });
    await told(guide, 'Page Viewed', ofPage(page));
  },
  claim: async ({ guide }) => {
    await until('the order is claimed', () => order(guide, '1003'));
    expect(await order(guide, '1003')).toMatchObject({ trust: 'public', total: '1250' });
    const { body } = await guide.owner('GET', '/api/reports/sales');
    const claimed = { orders: 2, claimedOrders: 1, claimedMinor: 1_250 };
    expect((body as { rows: object[] }).rows).toMatchObject([claimed]);
  },
  proven: async ({ guide, page, block }) => {
    const { id } = await user(guide, '42');
    const identified = await told(guide, 'Identified', ofPage(page));
    expect(identified).toMatchObject({ trust: 'verified', contactId: id });
    expect(await told(guide, 'Page Viewed', ofPage(page))).toMatchObject({ contactId: id });
    // Whoever comes next at this browser is somebody else.
    await page.click('#out');
    await page.evaluate(`otklik('track', 'Looked Around')`);
    expect((await told(guide, 'Looked Around')).contactId).not.toBe(id);
    const forger = await guide.visitor();
    const code = block.code.replace("userHash: '", "userHash: 'f");
    const forged = await guide.open({ ...block, name: 'forged', code }, forger);
    const claimed = await told(guide, 'Identified', ofPage(forged));
    expect(claimed.trust).toBe('public');
    expect(claimed.contactId).not.toBe(id);
    await forger.close();
  },
  'form-frame': async ({ page }) => {
    await page.frameLocator('iframe').locator('input[type=email]').waitFor();
    await page.waitForFunction('parseFloat(document.querySelector("iframe").style.height) > 50');
  },
  'form-own': async ({ guide, page }) => {
    // The browser lets this through, the form does not.
    await page.fill('[name=email]', 'clara@localhost');
    const refused = page.waitForResponse(
      (answer) => answer.request().method() === 'POST' && answer.status() === 422,
    );
    await page.click('button');
    expect(await (await refused).json()).toMatchObject({ errors: [{ path: 'email' }] });
    await page.waitForFunction('said.textContent.startsWith("email: ")');
    await page.reload();
    await page.fill('[name=email]', 'clara@example.com');
    await page.check('[name=consent]');
    await page.click('button');
    await page.waitForFunction('said.textContent !== ""');
    // It is the visitor's, whose page it was.
    const ours = (fact: Fact) => fact.messageId.endsWith(':submitted');
    const { contactId } = await told(guide, 'Form Submitted', ours);
    expect((await told(guide, 'Page Viewed', ofPage(page))).contactId).toBe(contactId);
    const consents = () =>
      guide.query(
        sql`select granted, proof ->> 'text' as text from consent where proof ->> 'text' is not null`,
      );
    expect(await consents()).toEqual([]);
    const link = await until('the mail is in the outbox', () => confirmLink(guide));
    expect((await fetch(link, { method: 'POST' })).status).toBe(200);
    expect(await consents()).toEqual([{ granted: true, text: 'Send me news of tea by mail.' }]);
  },
  consent: async ({ guide, page, block }) => {
    await ready(page);
    expect(await kept(page)).toEqual([]);
    await page.click('#yes');
    expect(await told(guide, 'Page Viewed', ofPage(page))).toMatchObject({
      context: { consent: { categoryPreferences: { analytics: true, marketing: false } } },
    });
    await page.click('#no');
    // The one thing kept of somebody who said no is that word.
    expect((await kept(page)).filter((name) => name !== 'otk_c')).toEqual([]);
    const undecided = { ...block, code: block.code.replace(' data-consent="denied"', '') };
    await honoursPrivacySignal(guide, { ...undecided, name: 'privacy-signal' });
    await followsGoogle(guide, { ...undecided, name: 'google' });
  },
};

async function confirmLink(guide: Guide): Promise<string | undefined> {
  const { body } = await guide.owner('GET', '/api/outbox');
  const [mail] = (body as { items: Array<{ messageId: string }> }).items;
  if (mail === undefined) return undefined;
  const { text } = await guide.owner('GET', `/api/outbox/${mail.messageId}`);
  return /https?:\/\/[^"'\s<>\\]+\/f\/confirm\/[\w.-]+/.exec(text)?.[0];
}

async function honoursPrivacySignal(guide: Guide, block: Block): Promise<void> {
  const visitor = await guide.visitor();
  await visitor.addInitScript(`Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })`);
  const page = await guide.open(block, visitor);
  await ready(page);
  expect(await kept(page)).toEqual([]);
  expect((await facts(guide)).filter(ofPage(page))).toEqual([]);
  await page.click('#yes');
  await told(guide, 'Page Viewed', ofPage(page));
  await visitor.close();
}

async function followsGoogle(guide: Guide, block: Block): Promise<void> {
  const gtag = `window.dataLayer = []; function gtag() { dataLayer.push(arguments); }
    gtag('consent', 'default', { analytics_storage: 'denied', ad_storage: 'denied' });`;
  const visitor = await guide.visitor();
  const page = await guide.open({ ...block, code: `<script>${gtag}</script>${block.code}` }, visitor);
  await ready(page);
  expect(await kept(page)).toEqual([]);
  await page.evaluate(`gtag('consent', 'update', { analytics_storage: 'granted', ad_storage: 'denied' })`);
  expect(await told(guide, 'Page Viewed', ofPage(page))).toMatchObject({
    context: { consent: { categoryPreferences: { analytics: true, marketing: false } } },
  });
  await visitor.close();
}
