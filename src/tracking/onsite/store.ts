import { and, asc, eq, gt, isNull, lte, or } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import type { OnsiteFields, OnsitePatch } from './contract.ts';
import { onsiteMessage } from './schema.ts';

export type OnsiteRow = typeof onsiteMessage.$inferSelect;

/** Far more than a site has; more at once would only hide each other. */
const MAX_LISTED = 500;
const MAX_ACTIVE = 50;

const order = [asc(onsiteMessage.priority), asc(onsiteMessage.createdAt)];

export async function listMessages(ctx: Ctx): Promise<OnsiteRow[]> {
  return ctx.db
    .select()
    .from(onsiteMessage)
    .orderBy(...order)
    .limit(MAX_LISTED);
}

/** Those that may be shown now on pages of this source, the most urgent first. */
export async function activeMessages(ctx: Ctx, sourceId: string): Promise<OnsiteRow[]> {
  const now = ctx.clock.now();
  return ctx.db
    .select()
    .from(onsiteMessage)
    .where(
      and(
        eq(onsiteMessage.enabled, true),
        or(isNull(onsiteMessage.sourceId), eq(onsiteMessage.sourceId, sourceId)),
        or(isNull(onsiteMessage.startsAt), lte(onsiteMessage.startsAt, now)),
        or(isNull(onsiteMessage.endsAt), gt(onsiteMessage.endsAt, now)),
      ),
    )
    .orderBy(...order)
    .limit(MAX_LISTED);
}

export function firstActive<T>(found: readonly T[]): T[] {
  return found.slice(0, MAX_ACTIVE);
}

export async function insertMessage(ctx: Ctx, messageId: string, fields: OnsiteFields): Promise<OnsiteRow> {
  const now = ctx.clock.now();
  const { startsAt, endsAt, ...rest } = fields;
  const [made] = await ctx.db
    .insert(onsiteMessage)
    .values({ messageId, ...rest, ...instants({ startsAt, endsAt }), createdAt: now, updatedAt: now })
    .returning();
  if (made === undefined) throw new Error('the insert returned nothing');
  return made;
}

export async function lockMessage(ctx: Ctx, messageId: string): Promise<OnsiteRow | null> {
  const [found] = await ctx.db
    .select()
    .from(onsiteMessage)
    .where(eq(onsiteMessage.messageId, messageId))
    .for('update');
  return found ?? null;
}

export async function updateMessage(ctx: Ctx, row: OnsiteRow): Promise<void> {
  await ctx.db.update(onsiteMessage).set(row).where(eq(onsiteMessage.messageId, row.messageId));
}

export async function deleteMessage(ctx: Ctx, messageId: string): Promise<boolean> {
  const gone = await ctx.db
    .delete(onsiteMessage)
    .where(eq(onsiteMessage.messageId, messageId))
    .returning({ messageId: onsiteMessage.messageId });
  return gone.length > 0;
}

/** The instants of a patch as the table keeps them; absent ones stay absent. */
export function instants(patch: OnsitePatch): Partial<Pick<OnsiteRow, 'startsAt' | 'endsAt'>> {
  return Object.fromEntries(
    (['startsAt', 'endsAt'] as const).flatMap((name) => {
      const text = patch[name];
      return text === undefined ? [] : [[name, text === null ? null : new Date(text)]];
    }),
  );
}
