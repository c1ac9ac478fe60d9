import { sql } from 'drizzle-orm';
import { afterAll, beforeAll } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { registerContacts, upsertContacts } from '../../src/contacts/index.ts';
import { registerOrders } from '../../src/orders/index.ts';
import { registerScoring, scoringSubscriptions } from '../../src/scoring/index.ts';
import { createSegment } from '../../src/segments/actions.ts';
import { segmentCreate } from '../../src/segments/contract.ts';
import { registerSegments, segmentsSubscriptions } from '../../src/segments/index.ts';
import { sweepOnce } from '../../src/segments/jobs.ts';
import { behaviourSubscriptions, registerTracking } from '../../src/tracking/index.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';
import { deliver } from '../support/deliver.ts';

/** A base whose people do things, as ingestion stores and tells them; segments and scores follow. */
export let base: TestBase;

export function useVisitors(): void {
  beforeAll(async () => {
    registerContacts();
    registerOrders();
    registerTracking();
    registerSegments();
    registerScoring();
    base = await testBase();
  });
  afterAll(() => base.close());
}

export const NOW = Date.parse('2026-03-31T10:00:00Z');
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export type Seen = { at: number; name: string; bot?: boolean; url?: string; properties?: object };

export async function contact(fields: object = {}): Promise<string> {
  const [made] = await upsertContacts(base.ctx, [
    { name: 'Somebody', externalIds: [{ namespace: 'user', id: newId() }], ...fields },
  ]);
  return made?.contactId ?? '';
}

/** Events as ingestion stores and tells them. */
export async function happen(contactId: string, seen: readonly Seen[]): Promise<void> {
  const events = seen.map((one) => ({
    id: newId(),
    at: new Date(one.at).toISOString(),
    name: one.name,
    type: one.name === 'Page Viewed' ? 'page' : 'track',
    bot: one.bot ?? false,
    properties: one.properties ?? {},
    context: { page: { url: one.url ?? 'https://s.test/' } },
  }));
  await base.ctx.db.execute(sql`
    insert into event (contact_id, occurred_at, id, recorded_at, source_id, type, name, trust, bot, properties, context, origin_id)
    select ${contactId}::uuid, e.at, e.id, ${base.clock.now().toISOString()}::timestamptz, e.id, e.type, e.name, 'public', e.bot, e.properties, e.context, ${contactId}::uuid
    from jsonb_to_recordset(${JSON.stringify(events)}::text::jsonb)
      as e(id uuid, at timestamptz, type text, name text, bot boolean, properties jsonb, context jsonb)`);
  const told = events.map(({ id, at, name, type, bot }) => ({
    contactId,
    id,
    sourceId: id,
    occurredAt: at,
    name,
    type,
    trust: 'public',
    bot,
  }));
  await base.ctx.db.execute(sql`
    insert into outbox (id, topic, payload, created_at, available_at)
    values (${newId()}, 'event.recorded', ${JSON.stringify({ events: told })}::text::jsonb, now(), now())`);
  await settle();
}

export const settle = () =>
  deliver(base.ctx, [...behaviourSubscriptions, ...segmentsSubscriptions, ...scoringSubscriptions]);
export const sweep = async (): Promise<void> => {
  while ((await sweepOnce(base.ctx)) > 0);
};
let n = 0;
export const segment = async (rule: object): Promise<string> => {
  n += 1;
  const made = await createSegment(
    base.ctx,
    segmentCreate.parse({ kind: 'dynamic', name: `Segment ${n}`, rule }),
  );
  return made.id;
};
export async function isIn(segmentId: string, contactId: string): Promise<boolean> {
  const found = await rows(
    base.ctx.db,
    sql`select 1 from segment_member where segment_id = ${segmentId}::uuid and contact_id = ${contactId}::uuid and value`,
  );
  return found.length > 0;
}
