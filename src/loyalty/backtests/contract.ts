import { z } from 'zod';

const iso = z.iso.datetime();
const MAX_DAYS = 1_100;

/** Which orders something is tried on. */
export const backtestSpan = {
  /** Orders of so many days before now. */
  days: z.number().int().min(1).max(MAX_DAYS).default(90),
  /** The end of the days; default: now. */
  until: z.iso.datetime({ offset: true }).optional(),
};

/** How far a backtest is, whatever it tries. */
export const backtestProgress = {
  id: z.uuid(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  ordersDone: z.number().int(),
  ordersTotal: z.number().int(),
  error: z.string().nullable(),
  createdAt: iso,
  startedAt: iso.nullable(),
  endedAt: iso.nullable(),
};

export const backtestParams = z.object({ id: z.uuid(), backtestId: z.uuid() });
