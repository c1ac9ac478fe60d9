import { z } from 'zod';
import { earningBacktestView } from '../accrual/contract.backtest.ts';
import { STEPS } from './contract.steps.ts';

const minor = z.number().int();

/** What comes back of one order: points, what they are worth, and that of the order. */
const rate = z.object({
  points: z.number().int(),
  worthMinor: minor,
  /** Of the order, two decimals. */
  percent: z.string(),
});
export const giveBack = rate.extend({
  currency: z.string(),
  orderMinor: minor,
  /** orders: the median of past ones; example: there are none. */
  basis: z.enum(['orders', 'example']),
  valueOf100Minor: minor,
  /** The same for the tier with the highest factor; null: no ladder, or no rule asks for it. */
  best: rate.extend({ tier: z.string() }).nullable(),
  /** Percent of the revenue whose cost is known, and how much of it that is; null where none is. */
  marginPercent: z.string().nullable(),
  costKnownPercent: z.string().nullable(),
});
export type GiveBack = z.output<typeof giveBack>;

/** block: it is not launched; warn: somebody should have looked at it; info: worth knowing. */
const programCheck = z.object({
  code: z.string(),
  level: z.enum(['block', 'warn', 'info']),
  /** The step of the designer where it is put right. */
  at: z.enum(STEPS),
  detail: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())])),
});
export type ProgramCheck = z.output<typeof programCheck>;

export const programChecks = z
  .object({
    launchable: z.boolean(),
    items: z.array(programCheck),
    giveBack,
    /** The latest that ended well. */
    backtest: earningBacktestView.nullable(),
  })
  .meta({ id: 'ProgramChecks' });
export type ProgramChecks = z.output<typeof programChecks>;

/** `version` is the one that was read. */
export const launchInput = z.object({ version: z.number().int().min(1) }).meta({ id: 'ProgramLaunch' });
