import type { z } from 'zod';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { forbidden, invalid, notFound } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { viewAnswer } from './contract.list.ts';
import type { viewCreate, viewPatch, ViewAnswer } from './contract.list.ts';
import { countOwnViews, deleteView, insertView, lockView, updateView, viewsFor } from './store.views.ts';
import type { ViewRow } from './store.views.ts';

/** A person's own views; a menu with more is no menu. */
const MAX_OWN_VIEWS = 100;
const MAX_SHOWN = 500;

function answerOf(ctx: Ctx, row: ViewRow): ViewAnswer {
  const { viewId, entity, name, query, shared, ownerId } = row;
  return viewAnswer.parse({ id: viewId, entity, name, query, shared, mine: ownerId === ctx.actor.id });
}

export async function listViews(ctx: Ctx, entity: string): Promise<ViewAnswer[]> {
  authorise(ctx, 'contacts:read');
  return (await viewsFor(ctx, entity, ctx.actor.id, MAX_SHOWN)).map((row) => answerOf(ctx, row));
}

export async function createView(ctx: Ctx, input: z.output<typeof viewCreate>): Promise<ViewAnswer> {
  authorise(ctx, 'contacts:read');
  return inTx(ctx, async (tx) => {
    if ((await countOwnViews(tx, ctx.actor.id)) >= MAX_OWN_VIEWS) {
      throw invalid('too_many_views', `A person keeps at most ${MAX_OWN_VIEWS} views. Delete one first.`);
    }
    const row = { ...input, viewId: newId(), ownerId: ctx.actor.id };
    await insertView(tx, row);
    return answerOf(tx, row);
  });
}

export async function changeView(
  ctx: Ctx,
  viewId: string,
  patch: z.output<typeof viewPatch>,
): Promise<ViewAnswer> {
  authorise(ctx, 'contacts:read');
  return inTx(ctx, async (tx) => {
    const row = { ...(await ownView(tx, viewId)), ...patch };
    await updateView(tx, row);
    return answerOf(tx, row);
  });
}

export async function removeView(ctx: Ctx, viewId: string): Promise<void> {
  authorise(ctx, 'contacts:read');
  await inTx(ctx, async (tx) => {
    await ownView(tx, viewId);
    await deleteView(tx, viewId);
  });
}

/** A view only its maker changes; others see that it exists only when it is shared. */
async function ownView(ctx: Ctx, viewId: string): Promise<ViewRow> {
  const row = await lockView(ctx, viewId, ctx.actor.id);
  if (row === null) throw notFound('view', viewId);
  if (row.ownerId !== ctx.actor.id) throw forbidden('Only the person who saved this view may change it.');
  return row;
}
