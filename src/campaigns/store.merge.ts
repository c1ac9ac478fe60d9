import { moveRows } from '../contacts/index.ts';
import type { MergeMover } from '../contacts/index.ts';

/**
 * Messages and responses follow the person they were meant for; `origin_id` tells whose they were. Of a send key both have had
 * the present contact's counts.
 */
export const moveMessagesOnMerge: MergeMover = {
  name: 'campaigns.messages',
  move: async (ctx, moves) => {
    await moveRows(ctx, moves, { table: 'send_guard', sparse: true });
    await moveRows(ctx, moves, { table: 'message' });
    await moveRows(ctx, moves, { table: 'send_decision' });
    await moveRows(ctx, moves, { table: 'send_pause' });
    await moveRows(ctx, moves, { table: 'optin_request' });
    await moveRows(ctx, moves, { table: 'response' });
    await moveRows(ctx, moves, { table: 'response_guard', sparse: true });
    await moveRows(ctx, moves, { table: 'trigger_entry' });
    await moveRows(ctx, moves, { table: 'message_request', sparse: true });
  },
};
