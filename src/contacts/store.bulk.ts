import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { newId } from '../core/ids.ts';
import { MAX_TAGS } from './contract.ts';
import { contact, contactHistory } from './schema.ts';
import { gathered } from './store.gather.ts';
import type { ListScope } from './store.gather.ts';
import { json } from './store.match.ts';
import { visibleContacts } from './store.visible.ts';

/** Ids of the contacts of a scope, at most `limit`. */
export async function idsOfScope(ctx: Ctx, scope: ListScope, limit: number): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select ${contact.contactId} as id from ${contact} where ${await gathered(ctx, scope)} limit ${limit}`,
  );
  return found.map(({ id }) => id);
}

/** Of these contacts those the actor may see; ids that were merged give their survivors. */
export async function visibleOf(ctx: Ctx, contactIds: readonly string[]): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`
    select contact_id as id from ${contact} where merged_into is null and ${visibleContacts(ctx)} and contact_id in (
      select coalesce(c.merged_into, c.contact_id) from ${contact} c
      where c.contact_id in (select jsonb_array_elements_text(${json(contactIds)})::uuid))`,
  );
  return found.map(({ id }) => id);
}

export type BulkChange = {
  addTags: readonly string[];
  removeTags: readonly string[];
  /** Absent: leave; null: nobody. */
  ownerId?: string | null | undefined;
};

/** Contacts that were changed and in which keys. */
export type Bulked = { contactId: string; keys: string[] };

/**
 * Applies the change to contacts the actor may see and writes their history, in one statement; rows it would not change stay
 * untouched. Locks in the order of ids, like every other writer.
 */
export async function changeMany(
  ctx: Ctx,
  contactIds: readonly string[],
  change: BulkChange,
): Promise<Bulked[]> {
  const now = sql`${ctx.clock.now().toISOString()}::timestamptz`;
  const owner: SQL = change.ownerId === undefined ? sql`old.owner_id` : sql`${change.ownerId}::text`;
  return rows<Bulked>(
    ctx.db,
    sql`
    with old as (
      select contact_id, tags, owner_id from ${contact}
      where contact_id in (select jsonb_array_elements_text(${json(contactIds)})::uuid) and merged_into is null
        and ${visibleContacts(ctx)}
      order by contact_id for update
    ), wanted as (
      select contact_id, old.tags as old_tags, old.owner_id as old_owner, ${owner} as owner_id, (
        select coalesce(array_agg(t order by t collate "C"), '{}') from (
          select distinct t from unnest(old.tags || array(select jsonb_array_elements_text(${json(change.addTags)}))) as t
          where not ${json(change.removeTags)} @> to_jsonb(t)
          order by t limit ${MAX_TAGS}
        ) as kept) as tags
      from old
    ), changed as (
      select *, array_remove(array[
        case when tags <> old_tags then 'tags' end,
        case when owner_id is distinct from old_owner then 'ownerId' end], null) as keys
      from wanted where tags <> old_tags or owner_id is distinct from old_owner
    ), written as (
      update ${contact} c set tags = n.tags, owner_id = n.owner_id, version = c.version + 1, updated_at = ${now}
      from changed n where c.contact_id = n.contact_id
    ), told as (
      insert into ${contactHistory} (contact_id, key, occurred_at, id, value, recorded_at, origin_id, delta)
      select contact_id, key, ${now}, ${newId()}::uuid,
        case when key = 'tags' then nullif(to_jsonb(tags), '[]') else to_jsonb(owner_id) end, ${now}, contact_id,
        case when key = 'tags' then jsonb_build_object(
          'added', to_jsonb(array(select unnest(tags) except select unnest(old_tags))),
          'removed', to_jsonb(array(select unnest(old_tags) except select unnest(tags)))) end
      from changed cross join unnest(keys) as key
    )
    select contact_id as "contactId", keys from changed`,
  );
}
