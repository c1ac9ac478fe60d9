import { z } from 'zod';
import { backtestProgress, backtestSpan } from '../backtests/contract.ts';
import { accrualDefinition } from './contract.ts';

const MAX_CHANGES = 50;
const minor = z.number().int();
const iso = z.iso.datetime();

/** POST /api/loyalty/programs/:id/earning-backtests: rules in service with these changes, on past orders. */
export const earningBacktestInput = z
  .strictObject({
    ...backtestSpan,
    /** In place of the rule that `ruleId` names, or beside the others. Without any: the rules as they are. */
    changes: z
      .array(z.strictObject({ ruleId: z.uuid().optional(), definition: accrualDefinition }))
      .max(MAX_CHANGES)
      .default([]),
    /** Rules that are left out. */
    without: z.array(z.uuid()).max(MAX_CHANGES).default([]),
    /** members: who is one now, also for orders of before; everybody: as if every known buyer were one. Default: members of a program that has begun. */
    who: z.enum(['members', 'everybody']).optional(),
    /** Whether the dates of changed rules count, at the time of each order. Their hours always do. */
    keepDates: z.boolean().default(false),
  })
  .meta({ id: 'EarningBacktestInput' });
export type EarningBacktestInput = z.output<typeof earningBacktestInput>;

export const earningBacktestOptions = z.object({
  from: iso,
  until: iso,
  who: z.enum(['members', 'everybody']),
  keepDates: z.boolean(),
});
export type EarningBacktestOptions = z.output<typeof earningBacktestOptions>;

/** What is tried, as it is kept with the backtest. */
export const triedRules = z.object({
  changes: z.array(z.object({ ruleId: z.uuid(), fresh: z.boolean(), definition: accrualDefinition })),
  without: z.array(z.uuid()),
});
export type TriedRules = z.output<typeof triedRules>;

/** Points, and what they cost when all of them are spent: minor units of the program's currency. */
const given = z.object({ points: z.number().int(), costMinor: minor });
const side = given.extend({
  /** Orders and members that earn anything. */
  orders: z.number().int(),
  members: z.number().int(),
  /** Of the revenue, percent with two decimals; null without revenue, or when points are worth another currency. */
  percent: z.string().nullable(),
});
const both = { present: given, tried: given };
const ofRule = given.extend({
  orders: z.number().int(),
  /** Points its caps, and better rules, took. */
  missed: z.number().int(),
});

export const earningBacktestResult = z
  .object({
    /** Of costs, and of revenue. */
    currency: z.string(),
    baseCurrency: z.string(),
    /** False: there were more orders than are tried at once; the latest were. */
    complete: z.boolean(),
    /** Orders looked at; of nobody known; of buyers who are no members. */
    orders: z.number().int(),
    unknownBuyers: z.number().int(),
    notMembers: z.number().int(),
    /** Of the orders that could earn, less what came back. */
    revenueMinor: minor,
    present: side,
    tried: side,
    /** Orders that earn more, less, and as much by what is tried. */
    changed: z.object({ more: z.number().int(), less: z.number().int(), same: z.number().int() }),
    months: z.array(
      z.object({
        month: z.string().regex(/^\d{4}-\d{2}$/),
        orders: z.number().int(),
        revenueMinor: minor,
        ...both,
      }),
    ),
    categories: z.array(
      z.object({
        categoryId: z.string().nullable(),
        name: z.string().nullable(),
        revenueMinor: minor,
        ...both,
      }),
    ),
    rules: z.array(
      z.object({
        ruleId: z.uuid(),
        name: z.string(),
        /** same: not changed; changed: says something else; added and removed: on one side alone. */
        change: z.enum(['same', 'changed', 'added', 'removed']),
        present: ofRule.nullable(),
        tried: ofRule.nullable(),
      }),
    ),
    /** What had to be supposed: codes. */
    assumptions: z.array(z.string()),
  })
  .meta({ id: 'EarningBacktestResult' });
export type EarningBacktestResult = z.output<typeof earningBacktestResult>;

export const earningBacktestView = z
  .object({
    ...backtestProgress,
    programId: z.uuid(),
    options: earningBacktestOptions,
    tried: triedRules,
    result: earningBacktestResult.nullable(),
  })
  .meta({ id: 'EarningBacktest' });
export type EarningBacktestView = z.output<typeof earningBacktestView>;
export const earningBacktestList = z.object({
  items: z.array(earningBacktestView),
  nextCursor: z.string().nullable(),
});
