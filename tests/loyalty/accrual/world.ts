import { sql } from 'drizzle-orm';
import { registerContacts, upsertContacts } from '../../../src/contacts/index.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { newId } from '../../../src/core/ids.ts';
import { emit } from '../../../src/core/outbox.ts';
import { createRule, moveRule } from '../../../src/loyalty/accrual/actions.rules.ts';
import { accrualSubscriptions } from '../../../src/loyalty/accrual/index.ts';
import { accrualDefinition } from '../../../src/loyalty/accrual/contract.ts';
import { registerLoyalty } from '../../../src/loyalty/index.ts';
import { createProgram } from '../../../src/loyalty/programs/actions.ts';
import { enrol } from '../../../src/loyalty/programs/actions.members.ts';
import { enrolInput, programInput } from '../../../src/loyalty/programs/contract.ts';
import { orderInput } from '../../../src/orders/contract.ts';
import { followOrders, placeOrders, registerOrders } from '../../../src/orders/index.ts';
import { registerSegments } from '../../../src/segments/index.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { deliver } from '../../support/deliver.ts';
import { sums } from '../ledger/world.ts';

export async function accrualBase(): Promise<TestBase> {
  registerContacts();
  registerOrders();
  registerSegments();
  registerLoyalty();
  return testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough', BASE_CURRENCY: 'EUR' });
}

let made = 0;
export async function person(ctx: Ctx, change: object = {}): Promise<string> {
  const [one] = await upsertContacts(ctx, [{ name: `Member ${(made += 1)}`, ...change }]);
  return one?.contactId ?? '';
}

export async function program(ctx: Ctx, settings: object = {}): Promise<string> {
  const input = programInput.parse({ name: 'Points', zone: 'Europe/Berlin', currency: 'EUR', settings });
  return (await createProgram(ctx, input)).id;
}

export async function join(ctx: Ctx, programId: string, contactId: string): Promise<void> {
  await enrol(ctx, enrolInput.parse({ programId, contactId, termsVersion: '1', channel: 'till' }));
  await told(ctx);
}

export async function member(ctx: Ctx, programId: string, change: object = {}): Promise<string> {
  const contactId = await person(ctx, change);
  await join(ctx, programId, contactId);
  return contactId;
}

export const PER_TEN = { type: 'amount', points: 1, perMinor: 1_000 };

export const definition = (change: object = {}) =>
  accrualDefinition.parse({ name: 'Rule', earns: PER_TEN, currency: 'EUR', ...change });

/** A live rule; gives its id. */
export async function rule(ctx: Ctx, programId: string, change: object = {}): Promise<string> {
  const { id, version } = await createRule(ctx, { programId, definition: definition(change) });
  await moveRule(ctx, id, { version, to: 'live' });
  return id;
}

type Line = { product?: string; quantity?: string; unitPrice: string };

/** A trusted order; gives its number. */
export async function order(
  ctx: Ctx,
  contactId: string,
  lines: readonly Line[],
  change: {
    trust?: 'public' | 'server';
    at?: string;
    importId?: string;
    externalId?: string;
    properties?: Record<string, string | number>;
    channel?: string;
  } = {},
): Promise<string> {
  const { trust = 'server', at, importId, externalId = newId(), properties = {}, channel } = change;
  const input = orderInput.parse({
    source: 'shop',
    externalId,
    currency: 'EUR',
    baseRate: '1',
    channel,
    occurredAt: at ?? ctx.clock.now().toISOString(),
    properties,
    lines: lines.map((line) => ({ product: 'tea', quantity: '1', ...line })),
  });
  const [placed] = await placeOrders(
    ctx,
    [{ ...input, occurredAt: new Date(input.occurredAt), buyer: { contactId } }],
    { trust, importId },
  );
  if (placed?.ok !== true) throw new Error(`not placed: ${JSON.stringify(placed)}`);
  return externalId;
}

/** Money or units of an order come back. */
export async function back(
  ctx: Ctx,
  externalId: string,
  what: { amount?: string; lines?: { product: string; quantity: string }[] | null },
): Promise<void> {
  const does = { number: newId(), lines: what.lines ?? null, amount: what.amount };
  const [done] = await followOrders(ctx, [{ source: 'shop', externalId, occurredAt: ctx.clock.now(), does }]);
  if (done?.ok !== true) throw new Error(`not returned: ${JSON.stringify(done)}`);
}

export const told = (ctx: Ctx) => deliver(ctx, accrualSubscriptions);

export async function points(ctx: Ctx, contactId: string): Promise<number> {
  const { available, pending } = await sums(ctx, contactId);
  return available + pending;
}

export type What = { trust?: string; bot?: boolean; properties?: Record<string, unknown>; at?: string };

/** Stores an event as tracking does, and tells of it. */
export async function happens(ctx: Ctx, contactId: string, name: string, what: What = {}): Promise<object> {
  const { trust = 'server', bot = false, properties = {}, at = ctx.clock.now().toISOString() } = what;
  const [id, sourceId] = [newId(), newId()];
  await ctx.db.execute(sql`
    insert into event (contact_id, occurred_at, id, recorded_at, source_id, type, name, trust, bot, properties, origin_id)
    values (${contactId}::uuid, ${at}::timestamptz, ${id}::uuid, ${at}::timestamptz, ${sourceId}::uuid, 'track', ${name}, ${trust}, ${bot},
      ${JSON.stringify(properties)}::text::jsonb, ${contactId}::uuid)`);
  const payload = { events: [{ contactId, id, sourceId, occurredAt: at, name, type: 'track', trust, bot }] };
  await emit(ctx, 'event.recorded', [payload]);
  await told(ctx);
  return payload;
}
