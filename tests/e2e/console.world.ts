import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { newId } from '../../src/core/ids.ts';
import { testDb } from '../support/db.ts';
import { discardFolder, newFolder, startProgram } from '../support/program.ts';
import type { Program } from '../support/program.ts';
import { until } from '../support/until.ts';

/** The whole program on a database of its own, with a small shop told to it over HTTP as a shop would. */
export type World = {
  url: string;
  /** Ana is the one who answered, browsed and bought. */
  campaignId: string;
  close(): Promise<void>;
};

export const OWNER = { email: 'owner@example.com', password: 'a long enough password' };
export const PEOPLE = ['Ana Silva', 'Ben Okafor', 'Clara Weiss', 'Dmitri Orlov', 'Emma Lind', 'Farid Aziz'];

type Call = <T>(method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<T>;

const READER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const SCANNER = 'Mozilla/5.0 (compatible; MailGatewayBot/2.1; link scanner)';

export async function startWorld(): Promise<World> {
  const { program, url, close } = await startEmpty();
  const call = await signedIn(program);
  return { url, campaignId: await tellShop(call, url), close };
}

export type Emptied = { url: string; databaseUrl: string; program: Program; close(): Promise<void> };

/** The whole program with nobody in it but its owner. */
export async function startEmpty(): Promise<Emptied> {
  const { url: databaseUrl, drop } = await testDb();
  const folder = await newFolder();
  const dataDir = join(folder, 'data');
  const program = await startProgram('all', dataDir, {
    DATABASE_URL: databaseUrl,
    OWNER_EMAIL: OWNER.email,
    OWNER_PASSWORD: OWNER.password,
  });
  return {
    url: program.url,
    databaseUrl,
    program,
    close: async () => {
      await program.stop();
      await discardFolder(folder, dataDir);
      await drop();
    },
  };
}

export async function signedIn({ url }: Pick<Program, 'url'>): Promise<Call> {
  let cookie = '';
  const call: Call = async (method, path, body, headers = {}) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { origin: url, cookie, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    const set = answer.headers.getSetCookie().map((one) => one.split(';')[0]);
    if (set.length > 0) cookie = set.join('; ');
    return (text === '' ? undefined : JSON.parse(text)) as never;
  };
  await call('POST', '/api/auth/sign-in/email', OWNER);
  return call;
}

/** A page of the console as somebody at a desk has it, English and in UTC; `over` changes that. */
export async function consolePage(
  browser: Browser,
  url: string,
  over: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    baseURL: url,
    locale: 'en-GB',
    timezoneId: 'UTC',
    viewport: { width: 1440, height: 900 },
    ...over,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return page;
}

/** Signs the owner in at the sign-in that the page shows, and waits for what they had asked for. */
export async function signIn(page: Page, heading: string): Promise<void> {
  await page.getByLabel('Email').fill(OWNER.email);
  await page.getByLabel('Password', { exact: true }).fill(OWNER.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
}

const emailOf = (name: string): string => `${name.split(' ')[0]?.toLowerCase()}@example.com`;

/** Clients with consent, orders, a segment, a campaign with coupons that was sent, and what people did after it. */
async function tellShop(call: Call, url: string): Promise<string> {
  for (const [index, name] of PEOPLE.entries()) {
    const user = `user-${index + 1}`;
    const { id } = await call<{ id: string }>('POST', '/api/contacts', {
      name,
      email: emailOf(name),
      country: index % 2 === 0 ? 'Portugal' : 'Germany',
      externalIds: [{ id: user }],
    });
    await call('POST', `/api/contacts/${id}/consents`, {
      purpose: 'marketing',
      channel: 'email',
      granted: true,
    });
    for (let order = 1; order <= 3; order += 1) await buy(call, user, `${user}-${order}`, order);
  }
  const segment = await call<{ id: string }>('POST', '/api/segments', {
    kind: 'dynamic',
    name: 'Regulars',
    rule: { type: 'purchase', measure: 'orders', op: 'gte', value: 3 },
  });
  const campaignId = await launch(call, segment.id);
  await answer(call, url, campaignId);
  return campaignId;
}

const buy = (call: Call, user: string, externalId: string, month: number): Promise<unknown> =>
  call('POST', '/api/orders', {
    externalId,
    occurredAt: `2026-0${month}-10T10:00:00Z`,
    contact: { externalIds: [{ id: user }] },
    lines: [{ product: 'TEA-01', description: 'Mountain tea', quantity: '2', unitPrice: '12.50' }],
  });

async function launch(call: Call, segmentId: string): Promise<string> {
  const coupon = await call<{ id: string }>('POST', '/api/coupon-campaigns', {
    kind: 'percent',
    percent: 10,
    name: 'Thank you',
    pattern: 'TEA-######',
  });
  const { items } = await call<{ items: { id: string; purpose: string }[] }>('GET', '/api/templates');
  const campaign = await call<{ id: string }>('POST', '/api/campaigns', {
    name: 'Spring tea',
    purpose: 'activation',
    segmentId,
    templateId: items.find(({ purpose }) => purpose === 'activation')?.id,
    couponCampaignId: coupon.id,
    content: { links: { main: 'https://shop.example.com/tea' } },
    schedule: { type: 'now' },
  });
  await call('POST', `/api/campaigns/${campaign.id}/launch`);
  await until('the campaign is sent', async () => {
    const { counts } = await call<{ counts: Record<string, number> }>(
      'GET',
      `/api/campaigns/${campaign.id}/report`,
    );
    return counts['sent'] === PEOPLE.length;
  });
  return campaign.id;
}

/** A gateway fetches Ben's links; Ana opens, clicks and browses until she is hot. */
async function answer(call: Call, url: string, campaignId: string): Promise<void> {
  const { items } = await call<{ items: { id: string; contactName: string }[] }>(
    'GET',
    `/api/campaigns/${campaignId}/messages`,
  );
  const linksOf = async (name: string): Promise<string[]> => {
    const message = items.find(({ contactName }) => contactName === name);
    const { html } = await call<{ html: string }>('GET', `/api/outbox/${message?.id}`);
    return [...new Set(html.match(/https?:\/\/[^"'\s<>]+\/t\/[oc]\/[^"'\s<>]+/g))];
  };
  const visit = async (links: readonly string[], agent: string): Promise<void> => {
    for (const link of links)
      await fetch(`${url}${new URL(link).pathname}`, {
        redirect: 'manual',
        headers: { 'user-agent': agent },
      });
  };
  await visit(await linksOf('Ben Okafor'), SCANNER);
  const mail = await linksOf('Ana Silva');
  // What comes within two seconds of the hand-off counts as a machine's: Ana looks again until she is seen as a person.
  await until('a person clicked', async () => {
    await visit(mail, READER);
    const { clicks } = await call<{ clicks: { human: number } }>(
      'GET',
      `/api/campaigns/${campaignId}/report`,
    );
    return clicks.human > 0;
  });
  await browse(call);
  await until(
    'there is a hot lead',
    async () => (await call<{ hot: number }>('GET', '/api/leads/counts')).hot > 0,
  );
}

async function browse(call: Call): Promise<void> {
  const source = await call<{ writeKey: string }>('POST', '/api/sources', { name: 'Tea shop', kind: 'site' });
  const { key } = await call<{ key: string }>('POST', '/api/keys', {
    name: 'shop server',
    scopes: ['tracking:write'],
  });
  const names = [
    'Product Viewed',
    'Product Viewed',
    'Product Viewed',
    'Product Added',
    'Product Added',
    'Checkout Started',
  ];
  await call(
    'POST',
    '/v1/batch',
    {
      writeKey: source.writeKey,
      batch: names.map((event) => ({ type: 'track', event, userId: 'user-1', messageId: newId() })),
    },
    { authorization: `Bearer ${key}` },
  );
}
