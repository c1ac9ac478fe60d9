import { visibleContacts } from '../contacts/index.ts';
import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { invalid, notFound } from '../core/errors.ts';
import type { DomainError } from '../core/errors.ts';
import { cursorId, decodeCursor, toPage } from '../core/paging.ts';
import { applyStates } from './actions.apply.ts';
import { evaluate } from './actions.evaluate.ts';
import type { MemberChange, MemberList } from './contract.ts';
import { refusal } from './refusal.ts';
import { dependents, findSegment, keepFromArchive, visibleSizes } from './store.ts';
import { knownContacts, listMembers, listOf, listsOf, lockContacts, NOBODY } from './store.members.ts';
import { addToSizes, sizeOf } from './store.sizes.ts';

/** Members as stored, by contact id; those the asker may see. Lists lag behind the facts by up to a minute. */
export async function members(
  ctx: Ctx,
  segmentId: string,
  page: { limit: number; cursor?: string | undefined },
): Promise<MemberList> {
  authorise(ctx, 'segments:read');
  authorise(ctx, 'contacts:read');
  if ((await findSegment(ctx, segmentId)) === undefined) throw notFound('segment', segmentId);
  const after = page.cursor === undefined ? undefined : cursorId(decodeCursor(page.cursor, 1)[0]);
  const found = await listMembers(ctx, segmentId, {
    limit: page.limit,
    after,
    visible: visibleContacts(ctx),
  });
  const { items, nextCursor } = toPage(found, page.limit, (member) => [member.contactId]);
  return {
    items: items.map((member) => ({ ...member, since: member.since.toISOString() })),
    nextCursor,
    asOf: ctx.clock.now().toISOString(),
  };
}

/** Puts contacts into a static segment and takes others out, with all that follows for segments that refer to it. */
export async function changeMembers(
  ctx: Ctx,
  segmentId: string,
  change: MemberChange,
): Promise<{ added: number; removed: number; count: number }> {
  authorise(ctx, 'segments:write');
  return inTx(ctx, async (tx) => {
    const found = (await findSegment(tx, segmentId))?.segment;
    if (found === undefined) throw notFound('segment', segmentId);
    if (found.kind !== 'static')
      throw invalid('segment_dynamic', 'The rule of a dynamic segment decides who is in.');
    const both = [...new Set([...change.add, ...change.remove])];
    await lockContacts(tx, both);
    if (!(await keepFromArchive(tx, segmentId))) throw notFound('segment', segmentId);
    const known = await knownContacts(tx, both, visibleContacts(tx));
    const unknown = change.add.findIndex((id) => !known.has(id));
    if (unknown !== -1) throw unknownContact(change.add[unknown] ?? '', unknown);
    const base = { segmentId, version: found.version, cause: 'manual', now: tx.clock.now() } as const;
    const add = [...new Set(change.add)];
    const remove = change.remove.filter((id) => known.has(id) && !add.includes(id));
    const { entered } = await applyStates(tx, { ...base, states: listOf(add), contactIds: add });
    const { left } = await applyStates(tx, { ...base, states: NOBODY, contactIds: remove });
    await addToSizes(tx, new Map([[segmentId, entered - left]]));
    const affected = await dependents(tx, [{ kind: 'segment', key: segmentId }]);
    await evaluate(tx, new Map(affected.map((id) => [id, both])), 'fact');
    await audit(tx, {
      action: 'segment.members_changed',
      entity: 'segment',
      entityId: segmentId,
      details: { added: entered, removed: left },
    });
    return { added: entered, removed: left, count: await countFor(tx, segmentId) };
  });
}

/** Members the actor may see. */
async function countFor(ctx: Ctx, segmentId: string): Promise<number> {
  if (ctx.actor.kind !== 'user' || ctx.actor.visibility === 'all') return sizeOf(ctx, segmentId);
  return (await visibleSizes(ctx, [segmentId], visibleContacts(ctx))).get(segmentId) ?? 0;
}

function unknownContact(id: string, index: number): DomainError {
  return refusal('contact_not_found', `There is no contact "${id}".`, `add.${index}`);
}

/**
 * Puts contacts that were separated back onto the lists people had put each of them on, by what was done with each before and
 * since. In the caller's transaction; who refers to the lists is evaluated by the caller.
 */
export async function restoreListed(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  const present = await lockContacts(ctx, contactIds);
  const sizes = new Map<string, number>();
  for (const { segmentId, version, contactIds: listed } of await listsOf(ctx, present)) {
    const { entered, left } = await applyStates(ctx, {
      segmentId,
      version,
      states: listOf(listed),
      contactIds: present,
      cause: 'merge',
      now: ctx.clock.now(),
    });
    sizes.set(segmentId, entered - left);
  }
  await addToSizes(ctx, sizes);
}
