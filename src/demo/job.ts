import { systemClock, monotonicMs } from '../core/clock.ts';
import { outboxStats } from '../core/outbox.ts';
import type { Running } from '../roles.ts';
import { openClub, sellToMembers } from './club.ts';
import type { ClubReport } from './club.ts';
import type { Client } from './client.ts';
import type { DemoReport } from './report.ts';
import { seedOrders, seedShop } from './seed.ts';
import { RETAIL_SEGMENTS, SHOP_SEGMENTS } from './segments.ts';
import type { DemoSegment } from './segments.ts';
import { actAsVisitors } from './visitors.ts';
import type { Received } from './visitors.ts';

const LOOK_MS = 100;
/** The demo's own steps are over in seconds; longer means that something is stuck. */
const SETTLE_TIMEOUT_MS = 300_000;
/** Answers sooner than this after the hand-off are taken for a machine's, and the visitors are people. */
const READING_MS = 2_500;
export const CURRENCY = 'GBP';

/** Purchases in → segments → a campaign with a coupon → responses → scores → hot leads. `startedMs`: when the program began. */
export async function runMainJob(
  running: Running,
  client: Client,
  options: { orders: string | null },
  startedMs: number,
  say: (text: string) => void,
): Promise<DemoReport> {
  say('Loading contacts and orders …');
  const data =
    options.orders === null
      ? await seedShop(client, systemClock.now())
      : await seedOrders(client, options.orders);
  const loaded = await loadedCounts(client);
  say('Building segments …');
  const segments = await makeSegments(client, options.orders === null ? SHOP_SEGMENTS : RETAIL_SEGMENTS);
  say('Opening a loyalty program …');
  const club = await openClub(client, CURRENCY, options.orders === null ? ['Sweets'] : []);
  say('Sending a campaign with a personal coupon …');
  const campaignId = await sendCampaign(client, segments[0]?.id ?? '');
  await settled(running);
  say('Visitors read, click, browse and buy …');
  await new Promise((resolve) => setTimeout(resolve, READING_MS));
  const source = await client.post<{ writeKey: string }>('/api/sources', { name: 'Demo shop', kind: 'site' });
  const products = await client.get<{
    items: Array<{ externalId: string; name: string; price: string | null }>;
  }>('/api/products?limit=200');
  await actAsVisitors(
    {
      client,
      writeKey: source.writeKey,
      products: products.items.map((product) => ({ ...product, price: product.price ?? '4.95' })),
      currency: CURRENCY,
    },
    await receivedOf(client, campaignId),
  );
  await settled(running);
  const visitorsOrders = (await ordersCount(client)) - loaded.orders;
  say('Members buy at the till …');
  const loyalty = await sellToMembers(client, club, products.items);
  await settled(running);
  await verified(client);
  const rfm = await client.post<{ contacts: number }>('/api/segments/rfm/compute', {});
  await settled(running);
  return reportOf(client, {
    data,
    loaded,
    visitorsOrders,
    loyalty,
    segments,
    scored: rfm.contacts,
    campaignId,
    startedMs,
  });
}

type Loaded = { contacts: number; orders: number };

/** What the files brought, before the visitors add orders of their own. */
async function loadedCounts(client: Client): Promise<Loaded> {
  const contacts = await client.get<{ count: number }>('/api/contacts/count');
  return { contacts: contacts.count, orders: await ordersCount(client) };
}

const ordersCount = async (client: Client): Promise<number> =>
  (await client.get<{ count: number }>('/api/orders/count')).count;

async function makeSegments(
  client: Client,
  wanted: readonly DemoSegment[],
): Promise<Array<{ id: string; name: string; count: number }>> {
  const made: Array<{ id: string; name: string; count: number }> = [];
  for (const segment of wanted) {
    const { id } = await client.post<{ id: string }>('/api/segments', { ...segment, kind: 'dynamic' });
    made.push({ id, name: segment.name, count: await builtCount(client, id) });
  }
  return made;
}

async function builtCount(client: Client, id: string): Promise<number> {
  await client.post(`/api/segments/${id}/build`, {});
  for (;;) {
    const segment = await client.get<{ count: number | null; builtAt: string | null }>(`/api/segments/${id}`);
    if (segment.builtAt !== null && segment.count !== null) return segment.count;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function sendCampaign(client: Client, segmentId: string): Promise<string> {
  const templates = await client.get<{ items: Array<{ id: string; purpose: string }> }>('/api/templates');
  const templateId = templates.items.find(({ purpose }) => purpose === 'activation')?.id;
  const coupon = await client.post<{ id: string }>('/api/coupon-campaigns', {
    kind: 'percent',
    name: 'Come back: 15%',
    pattern: 'BACK-########',
    percent: 15,
    validDays: 14,
    currency: CURRENCY,
  });
  const campaign = await client.post<{ id: string }>('/api/campaigns', {
    name: 'We saved 15% for you',
    purpose: 'activation',
    segmentId,
    templateId,
    couponCampaignId: coupon.id,
    content: { links: { main: 'https://shop.example.com/' } },
    schedule: { type: 'now' },
  });
  await client.post(`/api/campaigns/${campaign.id}/launch`, {});
  await until(
    async () => (await client.get<{ state: string }>(`/api/campaigns/${campaign.id}`)).state === 'finished',
  );
  return campaign.id;
}

async function receivedOf(client: Client, campaignId: string): Promise<Received[]> {
  const found: Received[] = [];
  let cursor: string | null = null;
  do {
    const page: {
      items: Array<{ id: string; contactId: string; address: string | null; couponCode: string | null }>;
      nextCursor: string | null;
    } = await client.get(
      `/api/campaigns/${campaignId}/messages?state=sent&limit=200${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    found.push(
      ...page.items.map(({ id, address, ...rest }) => ({ messageId: id, address: address ?? id, ...rest })),
    );
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}

/** Has the ledger of points added up again, now that there are some. */
async function verified(client: Client): Promise<void> {
  type Check = { id: string; finishedAt: string | null };
  const last = async (): Promise<Check | undefined> =>
    (await client.get<{ items: Check[] }>('/api/loyalty/verification')).items[0];
  const before = (await last())?.id;
  await client.post('/api/loyalty/verification', {});
  await until(async () => {
    const check = await last();
    return check !== undefined && check.id !== before && check.finishedAt !== null;
  });
}

/** Waits until every event has reached its subscribers. */
async function settled(running: Running): Promise<void> {
  await until(async () => (await outboxStats(running.app.newCtx('demo'))).pending === 0);
}

async function until(done: () => Promise<boolean>): Promise<void> {
  const deadlineMs = monotonicMs() + SETTLE_TIMEOUT_MS;
  while (!(await done())) {
    if (monotonicMs() > deadlineMs) throw new Error('the demo waits for something that does not happen');
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function reportOf(
  client: Client,
  done: {
    data: string;
    loaded: Loaded;
    visitorsOrders: number;
    loyalty: ClubReport;
    segments: ReadonlyArray<{ name: string; count: number }>;
    scored: number;
    campaignId: string;
    startedMs: number;
  },
): Promise<DemoReport> {
  type Tally = { human: number; machineOnly: number };
  const [report, leads, hot] = await Promise.all([
    client.get<{
      counts: Record<string, number>;
      opens: Tally;
      clicks: Tally;
      unsubscribes: number;
      conversions: number;
      revenueMinor: number;
      currency: string;
    }>(`/api/campaigns/${done.campaignId}/report`),
    client.get<{ hot: number; warm: number; cold: number }>('/api/leads/counts'),
    client.get<{
      items: Array<{ name: string; score: number; reasons: Array<{ rule: string; pointsNow: number }> }>;
    }>('/api/leads?grade=hot&limit=5'),
  ]);
  return {
    data: done.data,
    ...done.loaded,
    orders_by_visitors: done.visitorsOrders,
    loyalty: done.loyalty,
    segments: done.segments.map(({ name, count }) => ({ name, count })),
    scored: done.scored,
    messages: report.counts,
    responses: {
      human: { opened: report.opens.human, clicked: report.clicks.human },
      machine: { opened: report.opens.machineOnly, clicked: report.clicks.machineOnly },
      unsubscribed: report.unsubscribes,
    },
    conversions: report.conversions,
    revenueMinor: report.revenueMinor,
    currency: report.currency,
    leads,
    hotLeads: hot.items.map(({ name, score, reasons }) => ({
      name,
      score,
      reasons: reasons.map(({ rule, pointsNow }) => `${rule} ${pointsNow}`),
    })),
    seconds: Math.round((monotonicMs() - done.startedMs) / 100) / 10,
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}
