import { inArray, sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import { defaultOf } from './apply.ts';
import type { KeyHistory } from './apply.ts';
import { contact, contactExternalId, contactHistory, contactPoint } from './schema.ts';
import { keysOf, sameValue, valueOf } from './state.ts';
import type { ContactState } from './state.ts';
import { json } from './store.match.ts';

/** Reading contacts for a change, a whole batch in one statement. */

type StateRow = Omit<ContactState, 'createdAt' | 'updatedAt'> & { createdAt: string; updatedAt: string };

const POINTS = sql`coalesce((
  select jsonb_agg(jsonb_build_object('pointId', p.point_id, 'kind', p.kind, 'value', p.value, 'raw', p.raw,
    'extension', p.extension, 'valid', p.valid, 'isPrimary', p.is_primary, 'claimed', p.claimed) order by p.created_at, p.point_id)
  from ${contactPoint} p where p.contact_id = ${contact.contactId}), '[]')`;
const IDS = sql`coalesce((
  select jsonb_agg(jsonb_build_object('namespace', e.namespace, 'id', e.external_id) order by e.namespace, e.external_id)
  from ${contactExternalId} e where e.contact_id = ${contact.contactId}), '[]')`;

/** Contacts as states, in the order of their ids; `lock` holds their rows until the transaction ends. */
export async function loadStates(
  ctx: Ctx,
  contactIds: readonly string[],
  lock: boolean,
): Promise<Map<string, ContactState>> {
  if (contactIds.length === 0) return new Map();
  const found = await rows<StateRow>(
    ctx.db,
    sql`
    select contact_id as "contactId", kind, roles, name, given_name as "givenName", family_name as "familyName", email,
      phone, country, city, locale, time_zone as "timeZone", birth_year as "birthYear", birth_month as "birthMonth",
      birth_day as "birthDay", status, tags, attributes, owner_id as "ownerId", source, external_id as "externalId",
      merged_into as "mergedInto", version, created_at as "createdAt", updated_at as "updatedAt",
      ${POINTS} as points, ${IDS} as "externalIds"
    from ${contact}
    where contact_id in (select jsonb_array_elements_text(${json(contactIds)})::uuid)
    order by contact_id ${lock ? sql`for update of contact` : sql``}`,
  );
  return new Map(
    found.map((row) => [
      row.contactId,
      { ...row, createdAt: dateOf(row.createdAt), updatedAt: dateOf(row.updatedAt) },
    ]),
  );
}

/** Which of these contacts exist. */
export async function contactsExisting(ctx: Ctx, contactIds: readonly string[]): Promise<string[]> {
  const found = await ctx.db
    .select({ contactId: contact.contactId })
    .from(contact)
    .where(inArray(contact.contactId, [...contactIds]));
  return found.map((row) => row.contactId);
}

/** What each key of these contacts was over time. A key with a value but no row counts from the contact's beginning. */
export async function loadHistories(
  ctx: Ctx,
  states: readonly ContactState[],
): Promise<Map<string, KeyHistory>> {
  const histories = new Map<string, KeyHistory>(states.map((state) => [state.contactId, new Map()]));
  if (states.length === 0) return histories;
  const found = await rows<{ contactId: string; key: string; value: unknown; at: string }>(
    ctx.db,
    sql`
    select contact_id as "contactId", key, value, occurred_at as at from ${contactHistory}
    where contact_id in (select jsonb_array_elements_text(${json([...histories.keys()])})::uuid)
    order by contact_id, key, occurred_at, id`,
  );
  for (const { contactId, key, value, at } of found) {
    const history = histories.get(contactId);
    const entry = { at: dateOf(at).getTime(), value };
    const past = history?.get(key);
    if (past === undefined) history?.set(key, [entry]);
    else past.push(entry);
  }
  for (const state of states) {
    const history = histories.get(state.contactId);
    for (const key of keysOf(state)) {
      const value = valueOf(state, key);
      // What every contact begins with has no moment: any word about it counts.
      if (history?.has(key) === false && !sameValue(value, defaultOf(key)))
        history.set(key, [{ at: state.createdAt.getTime(), value }]);
    }
  }
  return histories;
}
