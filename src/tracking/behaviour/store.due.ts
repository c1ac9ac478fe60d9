import { sql } from '../../core/sql.ts';
import { contact, holdContacts } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows, rows } from '../../core/db.ts';
import { contactTrait, contactTraitDue } from './schema.ts';
import { json } from './store.visits.ts';
import { PARTS } from './traits.ts';

/** Whose traits are to be computed anew, and which parts of them. */

/** Parts (bits of `PARTS`) of the traits of these contacts. */
export type Wish = { contactIds: readonly string[]; parts: number };

/** Somebody whose traits are to be computed; the zone is null of who is nobody of their own any more. */
export type Due = { contactId: string; parts: number; zone: string | null; since: Date };

/**
 * Has these parts computed anew soon. Who waits already waits on, for what was wished before too; the row is held, so that
 * nobody computes before the facts of this transaction are there.
 */
export async function markDue(ctx: Ctx, wishes: readonly Wish[]): Promise<void> {
  const parts = new Map<string, number>();
  for (const wish of wishes)
    for (const id of wish.contactIds) parts.set(id, (parts.get(id) ?? 0) | wish.parts);
  if (parts.size === 0) return;
  await hotRows(
    ctx.db,
    sql`
    insert into ${contactTraitDue} as d (contact_id, parts, created_at)
    select id, parts, ${ctx.clock.now().toISOString()}::timestamptz
    from unnest(${`{${[...parts.keys()].join(',')}}`}::uuid[], ${`{${[...parts.values()].join(',')}}`}::int[]) as w(id, parts)
    order by id
    on conflict (contact_id) do update set parts = d.parts | excluded.parts where d.parts | excluded.parts <> d.parts`,
  );
}

/**
 * The same for those of these contacts who have a zone and traits: others have nothing it could change. Who waits may have their
 * first ones computed just now, without the zone. Contacts are held before wishes, like everywhere, and all of them at once.
 */
export async function markOfZone(ctx: Ctx, { contactIds, parts }: Wish): Promise<void> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`
    select c.contact_id as id from ${contact} c
    where c.contact_id in (select jsonb_array_elements_text(${json(contactIds)})::uuid) and c.time_zone is not null
      and (exists (select from ${contactTrait} t where t.contact_id = c.contact_id)
        or exists (select from ${contactTraitDue} d where d.contact_id = c.contact_id))`,
  );
  if (found.length === 0) return;
  await holdContacts(ctx, contactIds, 'alone');
  await markDue(ctx, [{ contactIds: found.map(({ id }) => id), parts }]);
}

/** Wishes for what time has overtaken, behind a contact; gives the last one wished for, undefined when there are no more. */
export async function markExpired(
  ctx: Ctx,
  after: string | undefined,
  limit: number,
): Promise<string | undefined> {
  const behind = after === undefined ? sql`true` : sql`contact_id > ${after}::uuid`;
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`
    select distinct contact_id as id from ${contactTrait}
    where expires_at <= ${ctx.clock.now().toISOString()}::timestamptz and ${behind}
    order by contact_id limit ${limit}`,
  );
  await markDue(ctx, [{ contactIds: found.map(({ id }) => id), parts: PARTS.category }]);
  return found.at(-1)?.id;
}

/**
 * Takes contacts that wait since `until` or longer, the longest first. A fact that comes meanwhile has its contact wait anew. Who
 * they are is read afterwards: a wish that was committed while they were taken may be for what it is now.
 */
export async function takeDue(ctx: Ctx, until: Date, limit: number): Promise<Due[]> {
  const taken = await hotRows<{ id: string; parts: number; since: string }>(
    ctx.db,
    sql`
    with due as (
      select contact_id from ${contactTraitDue} where created_at <= ${until.toISOString()}::timestamptz
      order by created_at limit ${limit} for update skip locked)
    delete from ${contactTraitDue} d using due where d.contact_id = due.contact_id
    returning d.contact_id as id, d.parts, d.created_at as since`,
  );
  const zones = await zonesOf(
    ctx,
    taken.map(({ id }) => id),
  );
  return taken.map(({ id, parts, since }) => ({
    contactId: id,
    parts,
    zone: zones.get(id) ?? null,
    since: dateOf(since),
  }));
}

/** The zones by which these contacts' traits are told; of who is nobody of their own any more there is none. */
async function zonesOf(ctx: Ctx, contactIds: readonly string[]): Promise<Map<string, string>> {
  if (contactIds.length === 0) return new Map();
  const found = await hotRows<{ id: string; zone: string | null }>(
    ctx.db,
    sql`
    select contact_id as id, time_zone as zone from ${contact}
    where contact_id = any(${`{${contactIds.join(',')}}`}::uuid[]) and merged_into is null`,
  );
  const known = await usableZones(ctx, new Set(found.map(({ zone }) => zone)));
  return new Map(
    found.map(({ id, zone }) => [id, zone !== null && known.has(zone) ? zone : ctx.config.timeZone]),
  );
}

/** Zones asked about before: PostgreSQL reads hundreds of files to tell its names. */
const zonesAsked = new Map<string, boolean>();
const MAX_ZONES_ASKED = 2_000;

/** Those of these zones that PostgreSQL can reckon with. One that it cannot would fail the statement for everybody. */
async function usableZones(ctx: Ctx, told: ReadonlySet<string | null>): Promise<Set<string>> {
  const zones = [...told].filter((zone) => zone !== null);
  if (zonesAsked.size > MAX_ZONES_ASKED) zonesAsked.clear();
  const fresh = zones.filter((zone) => !zonesAsked.has(zone));
  if (fresh.length > 0) {
    const known = await rows<{ zone: string }>(
      ctx.db,
      sql`
      select zone from jsonb_array_elements_text(${json(fresh)}) as zone
      where lower(zone) in (select lower(name) from pg_timezone_names)`,
    );
    const names = new Set(known.map(({ zone }) => zone));
    for (const zone of fresh) zonesAsked.set(zone, names.has(zone));
  }
  return new Set(zones.filter((zone) => zonesAsked.get(zone)));
}
