import type { Client } from './client.ts';
import { seeded } from './random.ts';

/** A loyalty program as a shop would run it: members with a welcome gift, tiers, two promotions, and sales at a till. */

const MEMBERS_PAGES = 2;
const PAGE = 200;
const SALES = 60;
const SHARE_WITH_POINTS = 0.4;
const MAX_LINES = 3;

type Product = { externalId: string; price: string | null };
export type Club = { programId: string; members: readonly string[] };
export type ClubReport = { members: number; sales: number; discounts_minor: number; points_spent: number };

/** Program, earning rules, tiers by a year's spend, promotions; then customers join. `sweets`: categories that a promotion is for. */
export async function openClub(client: Client, currency: string, sweets: readonly string[]): Promise<Club> {
  const program = await client.post<{ id: string }>('/api/loyalty/programs', {
    name: 'Tea Club',
    currency,
    settings: {
      valueOf100Minor: 100,
      spendCap: { percentOfOrder: 50 },
      expiry: { kind: 'term', unit: 'months', count: 12 },
      termsText:
        'A point for each pound, worth a penny. Points last a year. Whoever leaves the club loses them.',
    },
  });
  const programId = program.id;
  await addRules(client, programId);
  await client.post('/api/tier-ladders', {
    programId,
    name: 'Cups',
    measure: 'spend',
    window: { kind: 'rolling', unit: 'months', count: 12 },
    graceDays: 30,
    tiers: [
      { name: 'Bronze', threshold: 5_000 },
      { name: 'Silver', threshold: 15_000, benefits: { multiplier: '1.5' } },
      {
        name: 'Gold',
        threshold: 30_000,
        benefits: { multiplier: '2', discountPercent: '3', freeShipping: true },
      },
    ],
  });
  for (const promotion of promotionsFor(sweets)) {
    const { id, version } = await client.post<{ id: string; version: number }>('/api/promotions', promotion);
    await client.post(`/api/promotions/${id}/launch`, { version });
  }
  return { programId, members: await joined(client, programId) };
}

const promotionsFor = (categories: readonly string[]): object[] => [
  {
    name: 'Three for two',
    stage: 'product',
    effect: { type: 'buy_x_get_y', buy: 2, get: 1 },
    scope: { categories },
    limits: { budgetMinor: 200_000 },
  },
  {
    name: '5% from 40.00',
    stage: 'order',
    effect: { type: 'percent', percent: '5' },
    conditions: { minAmount: { amountMinor: 4_000 } },
    limits: { perContact: 5 },
  },
];

async function addRules(client: Client, programId: string): Promise<void> {
  const definitions = [
    {
      name: 'One point for each pound',
      earns: { type: 'amount', points: 1, perMinor: 100 },
      tierFactor: true,
    },
    { name: 'Welcome', earns: { type: 'enrolment', points: 200 } },
    { name: 'Birthday', earns: { type: 'birthday', points: 100 } },
  ];
  for (const definition of definitions) {
    const rule = await client.post<{ id: string; version: number }>('/api/loyalty/accrual-rules', {
      programId,
      definition,
    });
    await client.post(`/api/loyalty/accrual-rules/${rule.id}/move`, { version: rule.version, to: 'live' });
  }
}

async function joined(client: Client, programId: string): Promise<string[]> {
  const members: string[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MEMBERS_PAGES && (page === 0 || cursor !== null); page += 1) {
    const found: { items: Array<{ id: string }>; nextCursor: string | null } = await client.get(
      `/api/contacts?limit=${PAGE}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    for (const { id: contactId } of found.items) {
      await client.post('/api/loyalty/members', { programId, contactId, termsVersion: '1', channel: 'site' });
      members.push(contactId);
    }
    cursor = found.nextCursor;
  }
  return members;
}

/** Members buy at the till; some pay a part with points. */
export async function sellToMembers(
  client: Client,
  { programId, members }: Club,
  products: readonly Product[],
): Promise<ClubReport> {
  const random = seeded(SALES);
  const report: ClubReport = { members: members.length, sales: 0, discounts_minor: 0, points_spent: 0 };
  for (let n = 1; n <= SALES && members.length > 0; n += 1) {
    const lines = Array.from({ length: random.int(1, MAX_LINES) }, () => {
      const { externalId, price } = random.pick(products);
      return { product: externalId, quantity: String(random.int(1, 3)), unitPrice: price ?? '4.95' };
    });
    const { priced } = await client.post<{
      priced: { totals: { discountMinor: number }; points: { spent: number } };
    }>('/api/loyalty/sales', {
      source: 'till',
      externalId: `demo-${n}`,
      programId,
      buyer: { contactId: random.pick(members) },
      lines,
      channel: 'till',
      spendPoints: random.chance(SHARE_WITH_POINTS) ? 'max' : 0,
      status: 'paid',
    });
    report.sales += 1;
    report.discounts_minor += priced.totals.discountMinor;
    report.points_spent += priced.points.spent;
  }
  return report;
}
