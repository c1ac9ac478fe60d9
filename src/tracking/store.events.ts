import { sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, hotRows } from '../core/db.ts';
import { unnested } from '../core/unnest.ts';
import { event } from './schema.ts';

type EventKey = { contactId: string; occurredAt: Date; id: string };
export type EventRead = EventKey & {
  name: string;
  trust: 'public' | 'verified' | 'server';
  properties: Record<string, unknown>;
};

/** Stored events by key, oldest first; those of bots are left out. For modules, who have authorised their caller. */
export async function eventsByKey(ctx: Ctx, wanted: readonly EventKey[]): Promise<EventRead[]> {
  if (wanted.length === 0) return [];
  const found = await hotRows<Omit<EventRead, 'occurredAt'> & { occurredAt: string }>(
    ctx.db,
    sql`
    select e.contact_id as "contactId", e.occurred_at as "occurredAt", e.id, e.name, e.trust, e.properties
    from ${unnested('w', wanted, { contactId: 'uuid', occurredAt: 'timestamptz', id: 'uuid' })}
    join ${event} e on e.contact_id = w."contactId" and e.occurred_at = w."occurredAt" and e.id = w.id
    where not e.bot order by e.occurred_at, e.id`,
  );
  return found.map((row) => ({ ...row, occurredAt: dateOf(row.occurredAt) }));
}
