import { and, eq, isNull } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { contactPoint, contactPointLookup } from './schema.ts';

/** Single points of a contact. */

const isPoint = (contactId: string, kind: string, value: string) =>
  and(eq(contactPoint.contactId, contactId), eq(contactPoint.kind, kind), eq(contactPoint.value, value));

export async function hasPoint(ctx: Ctx, contactId: string, kind: string, value: string): Promise<boolean> {
  const found = await ctx.db
    .select({ id: contactPoint.pointId })
    .from(contactPoint)
    .where(isPoint(contactId, kind, value));
  return found.length > 0;
}

/** False when there is no such point, or it is verified already. */
export async function markVerified(
  ctx: Ctx,
  contactId: string,
  kind: string,
  value: string,
  at: Date,
): Promise<boolean> {
  const marked = await ctx.db
    .update(contactPoint)
    .set({ verifiedAt: at, claimed: false })
    .where(and(isPoint(contactId, kind, value), isNull(contactPoint.verifiedAt)))
    .returning({ id: contactPoint.pointId });
  if (marked.length === 0) return false;
  // What was only claimed until now recognises its contact from now on.
  await ctx.db.insert(contactPointLookup).values({ kind, value, contactId }).onConflictDoNothing();
  return true;
}
