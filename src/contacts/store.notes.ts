import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Draft } from './apply.ts';
import { identityParked, identityRepeat } from './identity/schema.ts';
import { SPARSE } from './identity/store.rows.ts';
import { contactPoint } from './schema.ts';
import { attributeKeyOf } from './state.ts';
import { json } from './store.match.ts';
import { latestRepeats, MAX_REPEATS } from './words.ts';

/** What was said of one node of a contact and changes nothing while the contact has it anyway: kept for whenever it counts. */

/** Times of repeated words, and points that several nodes of a contact have; parts of the statement that writes the drafts. */
export function noteStatements(noted: readonly Draft[], now: Date): SQL[] {
  return [...repeatStatement(noted), ...waitingStatements(noted, now), ...givingWayStatement(noted)];
}

function repeatStatement(noted: readonly Draft[]): SQL[] {
  const said = noted.flatMap(({ newRepeats }) =>
    [...newRepeats].map(([nodeId, times]) => ({ nodeId, said: latestRepeats(times) })),
  );
  if (said.length === 0) return [];
  const all = sql`r.said || excluded.said`;
  // Names of attributes are anybody's to make up, and all of a node's are read with its contact.
  return [
    sql`insert into ${identityRepeat} as r (node_id, said)
    select s."nodeId", s.said from jsonb_to_recordset(${json(said)}) as s("nodeId" uuid, said jsonb)
    on conflict (node_id) do update set said = case
      when (select count(*) from jsonb_object_keys(${all})) <= ${MAX_REPEATS} then ${all}
      else (select jsonb_object_agg(k.key, k.value) from (
        select e.key, e.value from jsonb_each(${all}) e
        order by e.key like ${`${attributeKeyOf('')}%`}, e.value::text::float8 desc, e.key limit ${MAX_REPEATS}
      ) k) end`,
  ];
}

function waitingStatements(noted: readonly Draft[], now: Date): SQL[] {
  const waiting = noted.flatMap(({ state: { contactId }, newWaiting }) =>
    newWaiting.map(({ nodeId, point: { originId = null, ...point } }) => ({
      ...point,
      originId,
      nodeId,
      contactId,
    })),
  );
  if (waiting.length === 0) return [];
  return [
    sql`insert into ${identityParked} (contact_id, parked_id, origin_id, table_name, row)
    select w."contactId", w."pointId", w."nodeId", 'contact_point', jsonb_build_object('contact_id', w."contactId",
      'point_id', w."pointId", 'kind', w.kind, 'value', w.value, 'raw', w.raw, 'extension', w.extension, 'valid', w.valid,
      'is_primary', false, 'verified_at', null, 'created_at', ${now.toISOString()}::timestamptz, 'claimed', w.claimed,
      'origin_id', w."originId", ${SPARSE}::text, true)
    from jsonb_to_recordset(${json(waiting)}) as w("contactId" uuid, "pointId" uuid, "nodeId" uuid, "originId" uuid, kind text,
      value text, raw text, extension text, valid boolean, claimed boolean)`,
  ];
}

/** Reads rows that the same statement deletes: each part of it sees what was there before. */
function givingWayStatement(noted: readonly Draft[]): SQL[] {
  const points = noted.flatMap(({ state: { contactId }, givingWay }) =>
    givingWay.map(({ pointId }) => ({ contactId, pointId })),
  );
  if (points.length === 0) return [];
  return [
    sql`insert into ${identityParked} (contact_id, parked_id, origin_id, table_name, row)
    select p.contact_id, p.point_id, coalesce(p.origin_id, p.contact_id), 'contact_point',
      to_jsonb(p.*) || jsonb_build_object('is_primary', false, ${SPARSE}::text, true)
    from jsonb_to_recordset(${json(points)}) as g("contactId" uuid, "pointId" uuid)
    join ${contactPoint} p on p.contact_id = g."contactId" and p.point_id = g."pointId"`,
  ];
}
