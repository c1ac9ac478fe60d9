import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { upsertContacts } from '../../src/contacts/index.ts';
import { inTx } from '../../src/core/ctx.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { orderInput } from '../../src/orders/contract.ts';
import { placeOrders, registerOrders } from '../../src/orders/index.ts';
import { createSegment } from '../../src/segments/actions.ts';
import { members } from '../../src/segments/actions.members.ts';
import type { Rule, SegmentView } from '../../src/segments/contract.ts';
import { segmentCreate } from '../../src/segments/contract.ts';
import { registerSegments, segmentsSubscriptions } from '../../src/segments/index.ts';
import { sweepOnce } from '../../src/segments/jobs.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

/** A base with contacts and orders made by the modules themselves, whose events reach this module as the relay brings them. */
export let base: TestBase;
export let ctx: Ctx;
let n = 0;
/** A number no other name of the file has. */
export const next = (): number => ++n;

export function useBase(): void {
  beforeAll(async () => {
    registerOrders();
    registerSegments();
    base = await testBase();
    ctx = base.ctx;
  });
  afterAll(() => base.close());
  beforeEach(() => base.clock.set('2026-03-01T10:00:00Z'));
}

export const buyers: Rule = {
  type: 'purchase',
  measure: 'orders',
  op: 'gte',
  value: 1,
  window: { type: 'last', unit: 'days', amount: 30 },
};
export const from = (country: string): Rule => ({
  type: 'attribute',
  field: 'country',
  op: 'is',
  value: country,
});
export const uniqueName = () => `Segment ${next()}`;
export const create = (rule: object, name = uniqueName()): Promise<SegmentView> =>
  createSegment(ctx, segmentCreate.parse({ kind: 'dynamic', name, rule }));
export const createStatic = () => createSegment(ctx, { kind: 'static', name: uniqueName(), description: '' });

export async function someone(fields: object = {}): Promise<string> {
  const [made] = await upsertContacts(ctx, [{ name: `Contact ${next()}`, ...fields }]);
  await deliver();
  return made?.contactId ?? '';
}

export async function buys(contactId: string): Promise<void> {
  const order = orderInput.parse({
    externalId: newId(),
    occurredAt: ctx.clock.now().toISOString(),
    lines: [{ product: 'P1', quantity: '1', unitPrice: '10' }],
  });
  const [placed] = await placeOrders(ctx, [{ ...order, occurredAt: ctx.clock.now(), buyer: { contactId } }], {
    trust: 'server',
  });
  expect(placed).toMatchObject({ ok: true, contactId });
}

/** What the relay does: hands new events to this module's subscriptions, topic by topic. */
export async function deliver(): Promise<void> {
  await inTx(ctx, async (tx) => {
    const events = await rows<{ id: string; topic: string; payload: unknown }>(
      tx.db,
      sql`update outbox set done_at = now() where done_at is null and topic not like 'job.%' returning id, topic, payload`,
    );
    for (const [topic, told] of Map.groupBy(events, (event) => event.topic)) {
      const inOrder = told
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .map((event) => ({ ...event, createdAt: tx.clock.now() }));
      for (const one of segmentsSubscriptions) if (one.topic === topic) await one.handle(tx, inOrder);
    }
  });
}

export async function sweep(): Promise<void> {
  while ((await sweepOnce(ctx)) > 0);
}

export const idsOf = async (segmentId: string, by: Ctx = ctx): Promise<string[]> =>
  (await members(by, segmentId, { limit: 200 })).items.map((one) => one.contactId).toSorted();

export async function history(segmentId: string): Promise<string[]> {
  const found = await rows<{ what: string }>(
    ctx.db,
    sql`select direction || ' ' || cause || ' v' || version || coalesce(' ' || (cause_id is not null)::text, '') as what
      from segment_transition where segment_id = ${segmentId}::uuid order by occurred_at, direction`,
  );
  return found.map(({ what }) => what);
}
