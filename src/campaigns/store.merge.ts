import { moveRows, movesIn, pairs } from '../contacts/index.ts';
import type { Move } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { sql } from '../core/sql.ts';

/** Why a message was not sent that its reader gets under another of their names. */
const MERGED = 'merged';

/**
 * Messages and responses follow the person they were meant for; `origin_id` tells whose they were. Of a send key both have had
 * the present contact's counts.
 */
export async function moveMessages(ctx: Ctx, moves: readonly Move[]): Promise<void> {
  await moveRows(ctx, moves, { table: 'send_guard', sparse: true });
  await moveRows(ctx, moves, { table: 'message' });
  await moveRows(ctx, moves, { table: 'send_decision' });
  await moveRows(ctx, moves, { table: 'send_pause' });
  await moveRows(ctx, moves, { table: 'optin_request' });
  await moveRows(ctx, moves, { table: 'response' });
  await moveRows(ctx, moves, { table: 'response_guard', sparse: true });
  await moveRows(ctx, moves, { table: 'trigger_entry' });
  await moveRows(ctx, moves, { table: 'message_request', sparse: true });
}

type Half = { id: string; state: string };
/** Messages that say the same to two contacts who turn out to be one. */
type Double = { from: string; to: string; came: Half; own: Half };

/**
 * Messages that say the same to both contacts of a merge, at least one of them still waiting: of one run, of one send key, or of one
 * step of a journey. Held, so that no claim changes them meanwhile. What somebody asked for goes where it was asked for, and one
 * about something else (an order, an event) is another message.
 */
async function holdDoubles(ctx: Ctx, moves: readonly Move[]): Promise<Double[]> {
  const found = await rows<{
    from: string;
    to: string;
    cameId: string;
    cameState: string;
    ownId: string;
    ownState: string;
  }>(
    ctx.db,
    sql`
    select f.contact_id as "from", t.contact_id as "to", f.id as "cameId", f.state as "cameState", t.id as "ownId",
      t.state as "ownState"
    from ${pairs(moves)}
    join message f on f.contact_id = pair."from" and not f.asked and f.state in ${OPEN}
    join message t on t.contact_id = pair."to" and t.campaign_id = f.campaign_id and not t.asked and t.state in ${OPEN}
    where (f.state in ${WAITING} or t.state in ${WAITING}) and (
      f.run_id = t.run_id and f.data - 'trigger' is not distinct from t.data - 'trigger'
      or exists (select from campaign c where c.campaign_id = f.campaign_id and c.kind = 'journey-step')
      or exists (select from send_guard a join send_guard b on b.send_key = a.send_key
        where a.contact_id = f.contact_id and a.message_id = f.id and b.contact_id = t.contact_id and b.message_id = t.id))
    order by f.contact_id, f.id, t.id for update of f, t`,
  );
  return found.map(({ from, to, cameId, cameState, ownId, ownState }) => ({
    from,
    to,
    came: { id: cameId, state: cameState },
    own: { id: ownId, state: ownState },
  }));
}

/** Waiting, or it may have gone. */
const OPEN = sql`('planned', 'retry', 'sending', 'sent', 'unknown')`;
const WAITING = sql`('planned', 'retry')`;
const waits = ({ state }: Half): boolean => state === 'planned' || state === 'retry';

export type Skipped = { contactId: string; campaignId: string; id: string };

/**
 * Before a merge: of messages that would come twice to the same person one is left, that which may have gone already, else the
 * present contact's. The others are skipped; returned with whom they belonged to.
 */
export async function skipDoubles(ctx: Ctx, all: readonly Move[]): Promise<Skipped[]> {
  const moves = movesIn(all, 'message').filter(({ origins }) => origins === null);
  if (moves.length === 0) return [];
  const gone = new Map<string, { contactId: string; id: string }>();
  for (const { from, to, came, own } of await holdDoubles(ctx, moves)) {
    if (gone.has(came.id) || gone.has(own.id)) continue;
    const skipped = waits(came) ? { contactId: from, id: came.id } : { contactId: to, id: own.id };
    gone.set(skipped.id, skipped);
  }
  if (gone.size === 0) return [];
  return rows<Skipped>(
    ctx.db,
    sql`
    update message m set state = 'skipped', reason = ${MERGED}, detail = null,
      data = case when m.data is not null then '{}'::jsonb end
    from jsonb_to_recordset(${JSON.stringify([...gone.values()])}::text::jsonb) as k("contactId" uuid, id uuid)
    where m.contact_id = k."contactId" and m.id = k.id and m.state in ${WAITING}
    returning m.contact_id as "contactId", m.campaign_id as "campaignId", m.id`,
  );
}
