import { sql } from '../core/sql.ts';
import { createVisitors } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { hotRows } from '../core/db.ts';
import { newId } from '../core/ids.ts';
import { visitorLookup } from './schema.ts';

/** Which contact row stands for an anonymous id. */

const json = (value: unknown) => sql`${JSON.stringify(value)}::text::jsonb`;

/** Contacts by anonymous id: those known, and a new visitor for each of the rest. One round trip when all are known. */
export async function ensureVisitors(
  ctx: Ctx,
  anonymousIds: readonly string[],
): Promise<Map<string, string>> {
  const found = await findVisitors(ctx, anonymousIds);
  const missing = anonymousIds.filter((id) => !found.has(id)).toSorted();
  if (missing.length === 0) return found;
  const made = await claimVisitors(
    ctx,
    missing.map((anonymousId) => ({ anonymousId, contactId: newId() })),
  );
  await createVisitors(ctx, [...made.values()], 'tracking');
  for (const [anonymousId, contactId] of made) found.set(anonymousId, contactId);
  // Somebody else was faster, and has committed by now: the insert waited for it.
  const others = missing.filter((id) => !made.has(id));
  for (const [anonymousId, contactId] of await findVisitors(ctx, others)) found.set(anonymousId, contactId);
  return found;
}

/** Contacts of the anonymous ids that are known. */
export async function findVisitors(ctx: Ctx, anonymousIds: readonly string[]): Promise<Map<string, string>> {
  if (anonymousIds.length === 0) return new Map();
  const found = await hotRows<{ anonymousId: string; contactId: string }>(
    ctx.db,
    sql`
    select anonymous_id as "anonymousId", contact_id as "contactId" from ${visitorLookup}
    where anonymous_id in (select jsonb_array_elements_text(${json(anonymousIds)}))`,
  );
  return new Map(found.map((row) => [row.anonymousId, row.contactId]));
}

/** Sorted by the caller, so that two senders of the same new ids never wait for each other in a circle. */
async function claimVisitors(
  ctx: Ctx,
  wanted: ReadonlyArray<{ anonymousId: string; contactId: string }>,
): Promise<Map<string, string>> {
  const made = await hotRows<{ anonymousId: string; contactId: string }>(
    ctx.db,
    sql`
    insert into ${visitorLookup} (anonymous_id, contact_id, created_at)
    select w."anonymousId", w."contactId", ${ctx.clock.now().toISOString()}::timestamptz
    from jsonb_to_recordset(${json(wanted)}) as w("anonymousId" text, "contactId" uuid)
    on conflict do nothing
    returning anonymous_id as "anonymousId", contact_id as "contactId"`,
  );
  return new Map(made.map((row) => [row.anonymousId, row.contactId]));
}
