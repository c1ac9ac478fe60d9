import { sql } from 'drizzle-orm';
import { registerContacts, upsertContacts } from '../../../src/contacts/index.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { rows } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { loyaltySubscriptions, registerLoyalty } from '../../../src/loyalty/index.ts';
import { createProgram } from '../../../src/loyalty/programs/actions.ts';
import { enrol } from '../../../src/loyalty/programs/actions.members.ts';
import { enrolInput, programInput } from '../../../src/loyalty/programs/contract.ts';
import { createLadder } from '../../../src/loyalty/standing/actions.ladders.ts';
import { ladderInput } from '../../../src/loyalty/standing/contract.ts';
import type { LadderView } from '../../../src/loyalty/standing/contract.ts';
import { orderInput } from '../../../src/orders/contract.ts';
import { placeOrders, registerOrders } from '../../../src/orders/index.ts';
import { registerSegments, segmentsSubscriptions } from '../../../src/segments/index.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { deliver } from '../../support/deliver.ts';

export const DAY_MS = 86_400_000;

export async function standingBase(): Promise<TestBase> {
  registerContacts();
  registerOrders();
  registerSegments();
  registerLoyalty();
  return testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
}

let made = 0;
export async function person(ctx: Ctx): Promise<string> {
  const [one] = await upsertContacts(ctx, [{ name: `Member ${(made += 1)}` }]);
  return one?.contactId ?? '';
}

export async function program(ctx: Ctx): Promise<string> {
  const input = programInput.parse({ name: 'Points', zone: 'Europe/Berlin', currency: 'GBP' });
  return (await createProgram(ctx, input)).id;
}

export async function join(ctx: Ctx, programId: string, contactId: string): Promise<void> {
  await enrol(ctx, enrolInput.parse({ programId, contactId, termsVersion: '1', channel: 'till' }));
  await told(ctx);
}

export async function member(ctx: Ctx, programId: string): Promise<string> {
  const contactId = await person(ctx);
  await join(ctx, programId, contactId);
  return contactId;
}

export const tiers = (...thresholds: number[]) =>
  thresholds.map((threshold, i) => ({ name: ['Silver', 'Gold', 'Platinum'][i] ?? `T${i}`, threshold }));

export function ladder(ctx: Ctx, programId: string, change: object = {}): Promise<LadderView> {
  return createLadder(
    ctx,
    ladderInput.parse({
      programId,
      name: 'Ladder',
      measure: 'spend',
      window: { kind: 'rolling', unit: 'days', count: 30 },
      tiers: tiers(10_000, 20_000),
      ...change,
    }),
  );
}

/** A trusted order of so many pounds; gives its number. */
export async function order(
  ctx: Ctx,
  contactId: string,
  pounds: number,
  change: { daysAgo?: number; kind?: 'sale' | 'return'; of?: string; trust?: 'public' | 'server' } = {},
): Promise<string> {
  const externalId = newId();
  const input = orderInput.parse({
    source: 'shop',
    externalId,
    kind: change.kind ?? 'sale',
    occurredAt: new Date(ctx.clock.now().getTime() - (change.daysAgo ?? 0) * DAY_MS).toISOString(),
    lines: [{ product: 'tea', quantity: '1', unitPrice: String(pounds) }],
  });
  const [placed] = await placeOrders(
    ctx,
    [
      {
        ...input,
        occurredAt: new Date(input.occurredAt),
        buyer: { contactId },
        ...(change.of === undefined ? {} : { originalExternalId: change.of }),
      },
    ],
    { trust: change.trust ?? 'server' },
  );
  if (placed?.ok !== true) throw new Error(`not placed: ${JSON.stringify(placed)}`);
  return externalId;
}

export const told = (ctx: Ctx) => deliver(ctx, [...segmentsSubscriptions, ...loyaltySubscriptions]);

export async function transitions(
  ctx: Ctx,
  contactId: string,
): Promise<{ from: string | null; to: string | null; cause: string; at: string }[]> {
  return rows(
    ctx.db,
    sql`select (select x ->> 'name' from jsonb_array_elements(v.rules -> 'tiers') x where x ->> 'id' = t.from_tier_id::text) as "from",
        (select x ->> 'name' from jsonb_array_elements(v.rules -> 'tiers') x where x ->> 'id' = t.to_tier_id::text) as "to",
        t.cause, to_char(t.occurred_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as at
      from tier_transition t join tier_ladder_version v on v.ladder_id = t.ladder_id and v.version = 1
      where t.contact_id = ${contactId}::uuid order by t.occurred_at, t.transition_id`,
  );
}

/** A small generator with a memory: the same steps in every run. */
export function dice(seed: number) {
  let state = seed;
  return (sides: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * sides);
  };
}
