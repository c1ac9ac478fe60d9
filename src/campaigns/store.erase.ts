import { eraseRows, havingRows } from '../contacts/index.ts';
import type { Eraser } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { emit } from '../core/outbox.ts';
import { sql } from '../core/sql.ts';
import { forgetEventsOf } from './events/store.ts';

const TABLES = [
  'send_guard',
  'message',
  'send_decision',
  'send_pause',
  'optin_request',
  'response',
  'response_guard',
  'trigger_entry',
  'message_request',
];

/** The job that removes mails of the local outbox; its data are `{ messageIds }`. */
export const FORGET_MAILS = 'campaigns.forget-mails';
/** A payload has its bound. */
const IDS_PER_EVENT = 300;

export const messageEraser: Eraser = {
  name: 'campaigns.messages',
  tables: TABLES,
  keep: (ctx, contactIds) => havingRows(ctx, contactIds, [{ table: 'message' }]),
  erase: async (ctx, contactIds) => {
    await eraseTraces(ctx, contactIds);
    await eraseRows(ctx, TABLES, contactIds);
  },
};

/** What is found through messages: their providers' events, and the mails themselves, which are files and go after the commit. */
async function eraseTraces(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  const found = await rows<{ id: string; tried: boolean }>(
    ctx.db,
    sql`select id, attempt > 0 as tried from message where contact_id = any(${`{${contactIds.join(',')}}`}::text::uuid[])`,
  );
  await forgetEventsOf(
    ctx,
    found.map(({ id }) => id),
  );
  const ids = found.filter(({ tried }) => tried).map(({ id }) => id);
  const payloads: { messageIds: string[] }[] = [];
  for (let from = 0; from < ids.length; from += IDS_PER_EVENT)
    payloads.push({ messageIds: ids.slice(from, from + IDS_PER_EVENT) });
  await emit(ctx, `job.${FORGET_MAILS}`, payloads);
}
