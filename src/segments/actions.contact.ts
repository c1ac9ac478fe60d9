import { sql } from '../core/sql.ts';
import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { notFound } from '../core/errors.ts';
import { compileTogether } from './compile.ts';
import type { ContactSegments } from './contract.ts';
import { contactIsVisible, keptOf } from './store.contact.ts';
import type { KeptMembership } from './store.contact.ts';
import { referredSegments, servedRules } from './store.ts';

/**
 * Which segments a contact is in, exactly now, for the contact's card: what was to change by itself and was not yet looked at
 * is looked at here. Throws contact_not_found (404), also for one the asker may not see.
 */
export async function contactSegments(ctx: Ctx, contactId: string): Promise<ContactSegments> {
  authorise(ctx, 'segments:read');
  authorise(ctx, 'contacts:read');
  if (!(await contactIsVisible(ctx, contactId))) throw notFound('contact', contactId);
  const now = ctx.clock.now();
  const kept = await keptOf(ctx, contactId);
  const isDue = ({ validUntil }: KeptMembership): boolean => validUntil !== null && validUntil <= now;
  const fresh = await valuesNow(
    ctx,
    contactId,
    kept.filter(isDue).map(({ id }) => id),
  );
  const items = kept.flatMap((one) => {
    const value = fresh.get(one.id) ?? one.value;
    const since = value === one.value ? one.since : (one.validUntil ?? one.since);
    const { id, name, kind } = one;
    return value ? [{ id, name, kind, since: since.toISOString() }] : [];
  });
  return { items, asOf: now.toISOString() };
}

/** Of one contact, by segment; segments whose first build has not ended are absent. */
async function valuesNow(
  ctx: Ctx,
  contactId: string,
  segmentIds: readonly string[],
): Promise<Map<string, boolean>> {
  const served = await servedRules(ctx, segmentIds);
  if (served.size === 0) return new Map();
  const rules = new Map([...served].map(([id, { rule }]) => [id, rule]));
  const states = compileTogether(
    rules,
    {
      now: ctx.clock.now(),
      baseCurrency: ctx.config.baseCurrency,
      segments: await referredSegments(ctx, [...rules.values()]),
    },
    { contactIds: [contactId] },
  );
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select segment_id as id from (${states}) s where value`,
  );
  const members = new Set(found.map(({ id }) => id));
  return new Map([...rules.keys()].map((id) => [id, members.has(id)]));
}
