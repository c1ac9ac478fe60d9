import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import type { ContactField, Sort, Wanted } from './contract.list.ts';
import type { ContactView } from './contract.ts';
import { fieldCatalogue } from './fields.ts';
import { seenAttributes, seenConsents } from './store.catalogue.ts';
import { conditionsOf } from './store.filter.ts';
import { countContacts } from './store.count.ts';
import { listContacts, scopeOf } from './store.list.ts';
import type { ListScope } from './store.gather.ts';

/** The contacts meant by a search and a filter, of those the actor may see. Throws 422 for a condition that makes no sense. */
export function scopeFor(ctx: Ctx, wanted: Wanted): ListScope {
  const filter = wanted.filter ?? [];
  const env = { now: ctx.clock.now(), country: ctx.config.defaultCountry, me: ctx.actor.id };
  return scopeOf(ctx, filter, conditionsOf(filter, wanted.search, env));
}

export async function listOfContacts(
  ctx: Ctx,
  wanted: Wanted & { sort: Sort; limit: number; cursor?: string | undefined },
): Promise<{ items: ContactView[]; nextCursor: string | null }> {
  authorise(ctx, 'contacts:read');
  return listContacts(ctx, scopeFor(ctx, wanted), wanted);
}

/** Exact up to ten thousand, then an estimate that says so. */
export async function countOfContacts(ctx: Ctx, wanted: Wanted): Promise<{ count: number; exact: boolean }> {
  authorise(ctx, 'contacts:read');
  return countContacts(ctx, scopeFor(ctx, wanted));
}

/** Everything a list can be filtered by, with the ops each field knows. */
export async function contactFields(ctx: Ctx): Promise<ContactField[]> {
  authorise(ctx, 'contacts:read');
  return fieldCatalogue(await seenConsents(ctx), await seenAttributes(ctx));
}
