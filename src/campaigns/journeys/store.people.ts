import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows, rows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import { newId } from '../../core/ids.ts';
import { contact } from '../../contacts/index.ts';
import type { Advance, Person } from './advance.ts';
import { journey, journeyPerson, journeyVersion, journeyVisit } from './schema.ts';
import { ANY } from './watches.ts';

/** People on their way: who is due, and what has become of them. */

export type DuePerson = Person & { version: number; timeZone: string | null; originId: string };

/** Running journeys in which somebody is due. */
export async function journeysDue(ctx: Ctx): Promise<string[]> {
  const found = await hotRows<{ id: string }>(
    ctx.db,
    sql`select j.journey_id as id from ${journey} j where j.state = 'running' and exists (
        select from ${journeyPerson} p where p.journey_id = j.journey_id and p.state <> 'left'
          and p.wake_at <= ${ctx.clock.now().toISOString()}::timestamptz)
      order by random()`,
  );
  return found.map(({ id }) => id);
}

/** Looked at without a lock: whoever pauses a journey need not wait for the batches under way. */
export async function isRunning(ctx: Ctx, journeyId: string): Promise<boolean> {
  const found = await rows(
    ctx.db,
    sql`select 1 from ${journey} where journey_id = ${journeyId}::uuid and state = 'running'`,
  );
  return found.length > 0;
}

type Raw = {
  contactId: string;
  entryId: string;
  version: number;
  state: 'moving' | 'waiting';
  nodeId: string;
  visit: number;
  visits: Record<string, number>;
  arrivedAt: string;
  untilAt: string | null;
  enteredAt: string;
  originId: string;
  timeZone: string | null;
};

/** People whose moment has come, locked; those another worker moves are left to it. */
export async function takeDue(ctx: Ctx, journeyId: string, limit: number): Promise<DuePerson[]> {
  const found = await hotRows<Raw>(
    ctx.db,
    sql`
    with due as materialized (
      select p.contact_id, p.entry_id, p.version, p.state, p.node_id, p.visit, p.visits, p.arrived_at, p.until_at, p.entered_at, p.origin_id
      from ${journeyPerson} p where p.journey_id = ${journeyId}::uuid and p.state <> 'left'
        and p.wake_at <= ${ctx.clock.now().toISOString()}::timestamptz
      order by p.wake_at limit ${limit} for update skip locked)
    select d.contact_id as "contactId", d.entry_id as "entryId", d.version, d.state, d.node_id as "nodeId", d.visit, d.visits,
      d.arrived_at as "arrivedAt", d.until_at as "untilAt", d.entered_at as "enteredAt", d.origin_id as "originId",
      c.time_zone as "timeZone"
    from due d left join ${contact} c on c.contact_id = d.contact_id`,
  );
  return found.map((one) => ({
    ...one,
    journeyId,
    arrivedAt: dateOf(one.arrivedAt),
    untilAt: one.untilAt === null ? null : dateOf(one.untilAt),
    enteredAt: dateOf(one.enteredAt),
  }));
}

/** Of whom somebody else holds the contact at this moment: looked at again a little later. */
export async function putOff(ctx: Ctx, people: readonly DuePerson[], until: Date): Promise<void> {
  if (people.length === 0) return;
  const keys = people.map(({ contactId, entryId }) => ({ contactId, entryId }));
  await ctx.db.execute(sql`
    update ${journeyPerson} p set wake_at = ${until.toISOString()}::timestamptz
    from ${unnested('k', keys, { contactId: 'uuid', entryId: 'uuid' })}
    where p.contact_id = k."contactId" and p.entry_id = k."entryId"`);
}

export type Moved = { start: DuePerson } & Omit<Advance, 'effects'>;

/** Writes where people are now and the stays that are over. */
export async function writeMoves(ctx: Ctx, moves: readonly Moved[]): Promise<void> {
  if (moves.length === 0) return;
  const now = ctx.clock.now();
  const places = moves.map(({ person, rest }) => ({
    contactId: person.contactId,
    entryId: person.entryId,
    state: rest.type === 'left' ? 'left' : person.state,
    nodeId: person.nodeId,
    visit: person.visit,
    visits: JSON.stringify(person.visits),
    arrivedAt: person.arrivedAt,
    wakeAt: rest.type === 'waits' ? rest.wakeAt : null,
    untilAt: rest.type === 'waits' ? rest.untilAt : null,
    waitingFor: rest.type === 'waits' ? rest.for : null,
    leftAt: rest.type === 'left' ? now : null,
    reason: rest.type === 'left' ? rest.reason : null,
  }));
  await hotRows(
    ctx.db,
    sql`
    update ${journeyPerson} p set state = k.state, node_id = k."nodeId", visit = k.visit, visits = k.visits,
      arrived_at = k."arrivedAt", wake_at = k."wakeAt", until_at = k."untilAt", waiting_for = k."waitingFor", left_at = k."leftAt",
      reason = k.reason
    from ${unnested('k', places, {
      contactId: 'uuid',
      entryId: 'uuid',
      state: 'text',
      nodeId: 'text',
      visit: 'integer',
      visits: 'jsonb',
      arrivedAt: 'timestamptz',
      wakeAt: 'timestamptz',
      untilAt: 'timestamptz',
      waitingFor: 'text',
      leftAt: 'timestamptz',
      reason: 'text',
    })}
    where p.contact_id = k."contactId" and p.entry_id = k."entryId"`,
  );
  await writeStays(ctx, moves, now);
}

async function writeStays(ctx: Ctx, moves: readonly Moved[], now: Date): Promise<void> {
  const stays = moves.flatMap(({ start, stays: own }) =>
    own.map((stay) => ({
      ...stay,
      id: newId(),
      contactId: start.contactId,
      entryId: start.entryId,
      journeyId: start.journeyId,
      version: start.version,
      originId: start.originId,
      detail: stay.detail === null ? null : JSON.stringify(stay.detail),
    })),
  );
  if (stays.length === 0) return;
  await hotRows(
    ctx.db,
    sql`
    insert into ${journeyVisit} (contact_id, occurred_at, id, entry_id, journey_id, version, node_id, visit, step, arrived_at, exit,
      reason, detail, origin_id)
    select k."contactId", ${now.toISOString()}::timestamptz, k.id, k."entryId", k."journeyId", k.version, k."nodeId", k.visit, k.step,
      k."arrivedAt", k.exit, k.reason, k.detail, k."originId"
    from ${unnested('k', stays, {
      contactId: 'uuid',
      id: 'uuid',
      entryId: 'uuid',
      journeyId: 'uuid',
      version: 'integer',
      nodeId: 'text',
      visit: 'integer',
      step: 'integer',
      arrivedAt: 'timestamptz',
      exit: 'text',
      reason: 'text',
      detail: 'jsonb',
      originId: 'uuid',
    })}`,
  );
}

/** What may move somebody on in journeys that are under way. */
export async function wakesInUse(ctx: Ctx): Promise<Set<string>> {
  const found = await hotRows<{ key: string }>(
    ctx.db,
    sql`select distinct unnest(v.wakes) as key from ${journeyVersion} v join ${journey} j on j.journey_id = v.journey_id
      where j.state in ('running', 'paused')`,
  );
  return new Set(found.map(({ key }) => key));
}

export type Wake = { contactId: string; key: string };

/** Has those looked at who wait for what has happened, or have a goal it may fulfil. Returns how many. */
export async function wake(ctx: Ctx, wakes: readonly Wake[]): Promise<number> {
  if (wakes.length === 0) return 0;
  const now: SQL = sql`${ctx.clock.now().toISOString()}::timestamptz`;
  const found = await hotRows(
    ctx.db,
    sql`
    update ${journeyPerson} p set wake_at = ${now}
    from (
      select distinct o.contact_id, o.entry_id
      from ${unnested('k', wakes, { contactId: 'uuid', key: 'text' })}
      join ${contact} c on c.contact_id = k."contactId"
      join ${journeyPerson} o on o.contact_id = coalesce(c.merged_into, c.contact_id) and o.state <> 'left'
      join ${journeyVersion} v on v.journey_id = o.journey_id and v.version = o.version
      where o.waiting_for = k.key or v.watches && array[k.key, ${ANY}]
    ) w
    where p.contact_id = w.contact_id and p.entry_id = w.entry_id and p.state <> 'left' and (p.wake_at is null or p.wake_at > ${now})
    returning 1`,
  );
  return found.length;
}

/** Has people of a stopped journey leave, some at a time; returns how many. */
export async function clearStopped(ctx: Ctx, limit: number): Promise<number> {
  const now: SQL = sql`${ctx.clock.now().toISOString()}::timestamptz`;
  const found = await rows(
    ctx.db,
    sql`
    with gone as (
      update ${journeyPerson} p set state = 'left', reason = 'stopped', left_at = ${now}, wake_at = null, until_at = null, waiting_for = null
      from (select o.contact_id, o.entry_id from ${journeyPerson} o join ${journey} j on j.journey_id = o.journey_id
        where j.state = 'stopped' and o.state <> 'left' limit ${limit} for update of o skip locked) s
      where p.contact_id = s.contact_id and p.entry_id = s.entry_id
      returning p.*
    )
    insert into ${journeyVisit} (contact_id, occurred_at, id, entry_id, journey_id, version, node_id, visit, step, arrived_at, exit,
      reason, detail, origin_id)
    select contact_id, ${now}, gen_random_uuid(), entry_id, journey_id, version, node_id, visit,
      (select sum(value::int) from jsonb_each_text(visits)), arrived_at, null, 'stopped', null, origin_id
    from gone returning 1`,
  );
  return found.length;
}
