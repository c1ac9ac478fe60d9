import { and, eq, or, sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { savedView } from './schema.ts';

export type ViewRow = {
  viewId: string;
  entity: string;
  name: string;
  query: unknown;
  ownerId: string;
  shared: boolean;
};

const columns = {
  viewId: savedView.viewId,
  entity: savedView.entity,
  name: savedView.name,
  query: savedView.query,
  ownerId: savedView.ownerId,
  shared: savedView.shared,
};

/** Views of an entity the person may use: own and shared ones, by name. */
export async function viewsFor(ctx: Ctx, entity: string, userId: string, limit: number): Promise<ViewRow[]> {
  return ctx.db
    .select(columns)
    .from(savedView)
    .where(and(eq(savedView.entity, entity), or(eq(savedView.ownerId, userId), savedView.shared)))
    .orderBy(sql`lower(${savedView.name})`, savedView.viewId)
    .limit(limit);
}

/** A view the person may use, locked for a change. */
export async function lockView(ctx: Ctx, viewId: string, userId: string): Promise<ViewRow | null> {
  const [found] = await ctx.db
    .select(columns)
    .from(savedView)
    .where(and(eq(savedView.viewId, viewId), or(eq(savedView.ownerId, userId), savedView.shared)))
    .for('update');
  return found ?? null;
}

export async function countOwnViews(ctx: Ctx, userId: string): Promise<number> {
  return ctx.db.$count(savedView, eq(savedView.ownerId, userId));
}

export async function insertView(ctx: Ctx, view: ViewRow): Promise<void> {
  const now = ctx.clock.now();
  await ctx.db.insert(savedView).values({ ...view, createdAt: now, updatedAt: now });
}

export async function updateView(ctx: Ctx, view: ViewRow): Promise<void> {
  const { viewId, name, query, shared } = view;
  await ctx.db
    .update(savedView)
    .set({ name, query, shared, updatedAt: ctx.clock.now() })
    .where(eq(savedView.viewId, viewId));
}

export async function deleteView(ctx: Ctx, viewId: string): Promise<void> {
  await ctx.db.delete(savedView).where(eq(savedView.viewId, viewId));
}
