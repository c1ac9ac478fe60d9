import { sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import type { ExternalId } from './contract.ts';
import { contactExternalId, contactPoint, contactPointLookup } from './schema.ts';

/** Finding which contact an input speaks of. Each statement takes one jsonb parameter whatever the batch. */

export const json = (value: unknown) => sql`${JSON.stringify(value)}::text::jsonb`;

export const externalIdKey = (id: ExternalId): string => `${id.namespace}\n${id.id}`;
export const pointKey = (point: { kind: string; value: string }): string => `${point.kind}\n${point.value}`;

/** A contact with the node that was meant: itself, or one that lives on in it. */
export type Named = { contactId: string; nodeId: string };

/** Contacts by outside id, keyed by `externalIdKey`; unknown ids are absent. */
export async function findByExternalIds(ctx: Ctx, ids: readonly ExternalId[]): Promise<Map<string, Named>> {
  if (ids.length === 0) return new Map();
  const found = await rows<ExternalId & Named>(
    ctx.db,
    sql`
    select e.namespace, e.external_id as id, e.contact_id as "contactId",
      coalesce(e.origin_id, e.contact_id) as "nodeId"
    from jsonb_to_recordset(${json(ids)}) as w(namespace text, id text)
    join ${contactExternalId} e on e.namespace = w.namespace and e.external_id = w.id`,
  );
  return new Map(found.map(({ contactId, nodeId, ...id }) => [externalIdKey(id), { contactId, nodeId }]));
}

/**
 * Contacts by email or phone, keyed by `pointKey`. What several contacts share names the one of them who has proven it, or else
 * none: families share phones. What was only claimed names nobody.
 */
export async function findByPoints(
  ctx: Ctx,
  points: ReadonlyArray<{ kind: string; value: string }>,
): Promise<Map<string, Named>> {
  if (points.length === 0) return new Map();
  const wanted = points.map(({ kind, value }) => ({ kind, value }));
  const found = await rows<{ kind: string; value: string } & Named>(
    ctx.db,
    sql`
    select f.kind, f.value, f."contactId", coalesce((
      select coalesce(p.origin_id, p.contact_id) from ${contactPoint} p
      where p.contact_id = f."contactId" and p.kind = f.kind and p.value = f.value limit 1), f."contactId") as "nodeId"
    from (
      select l.kind, l.value, coalesce(min(l.contact_id::text) filter (where p.verified_at is not null),
        min(l.contact_id::text))::uuid as "contactId"
      from jsonb_to_recordset(${json(wanted)}) as w(kind text, value text)
      join ${contactPointLookup} l on l.kind = w.kind and l.value = w.value
      join ${contactPoint} p on p.contact_id = l.contact_id and p.kind = l.kind and p.value = l.value and not p.claimed
      group by l.kind, l.value having count(distinct l.contact_id) = 1
        or count(distinct l.contact_id) filter (where p.verified_at is not null) = 1
    ) f`,
  );
  return new Map(found.map(({ contactId, nodeId, ...point }) => [pointKey(point), { contactId, nodeId }]));
}

/** Advisory locks of this class serialise those who are about to make a contact for the same address. */
const POINT_LOCK_CLASS = 7_015_510;
/** Few enough that a batch of a thousand addresses does not fill PostgreSQL's lock table. */
const POINT_LOCKS = 64;

/** Holds, until the end of the transaction, the right to make contacts for these addresses; always in one order. */
export async function lockPoints(
  ctx: Ctx,
  points: ReadonlyArray<{ kind: string; value: string }>,
): Promise<void> {
  if (points.length === 0) return;
  await ctx.db.execute(sql`
    select pg_advisory_xact_lock(${POINT_LOCK_CLASS}, s.stripe) from (
      select distinct abs(hashtext(p.key) % ${POINT_LOCKS}) as stripe
      from jsonb_array_elements_text(${json(points.map(pointKey))}) as p(key) order by 1
    ) s`);
}

/**
 * Claims outside ids for contacts; returns the keys that are now theirs. A concurrent claim of the same id is waited for and
 * wins when it commits first.
 */
export async function claimExternalIds(
  ctx: Ctx,
  claims: ReadonlyArray<ExternalId & Named>,
): Promise<Set<string>> {
  if (claims.length === 0) return new Set();
  const won = await rows<ExternalId>(
    ctx.db,
    sql`
    insert into ${contactExternalId} (namespace, external_id, contact_id, origin_id)
    select c.namespace, c.id, c."contactId", nullif(c."nodeId", c."contactId")
    from jsonb_to_recordset(${json(claims)}) as c(namespace text, id text, "contactId" uuid, "nodeId" uuid)
    order by c.namespace, c.id
    on conflict do nothing
    returning namespace, external_id as id`,
  );
  return new Set(won.map(externalIdKey));
}

/**
 * Gives the outside ids claimed for `from` to `to`: `from` was never made, because another id of it was taken meanwhile, or lives
 * on in `to` and is still the node they name.
 */
export async function reassignExternalIds(
  ctx: Ctx,
  moves: ReadonlyArray<{ from: string; to: string; isNode: boolean }>,
): Promise<void> {
  if (moves.length === 0) return;
  await ctx.db.execute(sql`
    update ${contactExternalId} e set contact_id = m."to",
      origin_id = case when m."isNode" then coalesce(e.origin_id, m."from") end
    from jsonb_to_recordset(${json(moves)}) as m("from" uuid, "to" uuid, "isNode" boolean)
    where e.contact_id = m."from"`);
}
