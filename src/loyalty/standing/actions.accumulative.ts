import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { openProgram } from '../programs/actions.ts';
import { accumulativeTerms } from './contract.accumulative.ts';
import type {
  AccumulativeInput,
  AccumulativePatch,
  AccumulativeTerms,
  AccumulativeView,
} from './contract.accumulative.ts';
import {
  findAccumulative,
  insertAccumulative,
  listAccumulative,
  updateAccumulative,
} from './store.accumulative.ts';
import type { AccumulativeRow } from './store.accumulative.ts';

/** Accumulative discounts: thresholds of what was bought over a window, each a percentage. Nothing of them is kept per contact. */

export async function createAccumulative(ctx: Ctx, input: AccumulativeInput): Promise<AccumulativeView> {
  authorise(ctx, 'loyalty:write');
  const now = ctx.clock.now();
  return inTx(ctx, async (tx) => {
    if (input.programId !== null) await openProgram(tx, input.programId);
    const terms = accumulativeTerms.parse({
      ...input,
      currency: input.currency ?? ctx.config.baseCurrency,
      zone: input.zone ?? ctx.config.timeZone,
    });
    const row: AccumulativeRow = {
      discountId: newId(),
      name: terms.name,
      programId: terms.programId,
      state: 'active',
      version: 1,
      terms,
      createdAt: now,
      updatedAt: now,
    };
    await insertAccumulative(tx, row);
    await audit(tx, {
      action: 'accumulative_discount.created',
      entity: 'accumulative_discount',
      entityId: row.discountId,
    });
    return viewOf(row);
  });
}

/** 409 `accumulative_discount_changed` when `version` is not the present one. */
export async function changeAccumulative(
  ctx: Ctx,
  id: string,
  patch: AccumulativePatch,
): Promise<AccumulativeView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const row = await mustFind(tx, id);
    const { version, state, ...change } = patch;
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const terms = accumulativeTerms.parse({ ...termsOf(row), ...given });
    const next: AccumulativeRow = {
      ...row,
      name: terms.name,
      terms,
      state: state ?? row.state,
      version: version + 1,
      updatedAt: tx.clock.now(),
    };
    if (row.version !== version || !(await updateAccumulative(tx, next)))
      throw conflict(
        'accumulative_discount_changed',
        'Somebody has changed this discount since you opened it.',
        'version',
      );
    await audit(tx, {
      action: 'accumulative_discount.changed',
      entity: 'accumulative_discount',
      entityId: id,
      details: { version: next.version, fields: Object.keys(given) },
    });
    return viewOf(next);
  });
}

export async function getAccumulative(ctx: Ctx, id: string): Promise<AccumulativeView> {
  authorise(ctx, 'loyalty:read');
  return viewOf(await mustFind(ctx, id));
}

export async function accumulatives(ctx: Ctx): Promise<AccumulativeView[]> {
  authorise(ctx, 'loyalty:read');
  return (await listAccumulative(ctx)).map(viewOf);
}

async function mustFind(ctx: Ctx, id: string): Promise<AccumulativeRow> {
  const row = await findAccumulative(ctx, id);
  if (row === undefined) throw notFound('accumulative_discount', id);
  return row;
}

const termsOf = (row: AccumulativeRow): AccumulativeTerms => accumulativeTerms.parse(row.terms);

const viewOf = (row: AccumulativeRow): AccumulativeView => ({
  ...termsOf(row),
  id: row.discountId,
  version: row.version,
  state: row.state,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
