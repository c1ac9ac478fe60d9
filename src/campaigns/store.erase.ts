import { eraseRows, havingRows } from '../contacts/index.ts';
import type { Eraser } from '../contacts/index.ts';

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

export const messageEraser: Eraser = {
  name: 'campaigns.messages',
  tables: TABLES,
  keep: (ctx, contactIds) => havingRows(ctx, contactIds, [{ table: 'message' }]),
  erase: (ctx, contactIds) => eraseRows(ctx, TABLES, contactIds),
};
