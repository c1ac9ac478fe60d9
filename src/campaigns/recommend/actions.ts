import { visibleContacts } from '../../contacts/index.ts';
import { monotonicMs } from '../../core/clock.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { notFound } from '../../core/errors.ts';
import { DAY_MS, HOUR_MS } from '../../core/time.ts';
import { findRecipient } from '../store.recipients.ts';
import type { RecommendationsView, Suggestion } from './contract.ts';
import { suggestionOf } from './suggestion.ts';
import { findBuild, holdBuild, keepBuild, rebuildTables, soldAnything } from './store.build.ts';
import { loadSuggestions } from './store.ts';
import type { Asked } from './store.ts';

/** Made anew once a night, give or take the hour at which the job looks. */
const FRESH_MS = DAY_MS - HOUR_MS;

/** What goes with what, made anew when the last time is a day ago and something was sold since. Returns whether it was. */
export async function rebuildWhenDue(ctx: Ctx): Promise<boolean> {
  const last = await findBuild(ctx);
  if (last !== undefined && ctx.clock.now().getTime() - last.builtAt.getTime() < FRESH_MS) return false;
  // What is older than a year leaves by itself, so that a quiet shop is looked at too; one that never sold is not.
  if (last === undefined && !(await soldAnything(ctx))) return false;
  return rebuild(ctx);
}

/** In one transaction, one at a time over all workers: false when another one is at it. */
export async function rebuild(ctx: Ctx): Promise<boolean> {
  const started = monotonicMs();
  return inTx(ctx, async (tx) => {
    if (!(await holdBuild(tx))) return false;
    const made = await rebuildTables(tx);
    await keepBuild(tx, {
      ...made,
      builtAt: tx.clock.now(),
      tookMs: Math.round(monotonicMs() - started),
    });
    return true;
  });
}

export type SuggestedTo = { recommended: Suggestion[]; wanted: Suggestion[] };

/**
 * What each of these contacts is to be shown, in one query; only what is asked for is read. Where both lists are asked for, nothing
 * stands in both. For verbs that have authorised their caller.
 */
export async function suggestionsFor(
  ctx: Ctx,
  contactIds: readonly string[],
  asked: Asked,
): Promise<Map<string, SuggestedTo>> {
  const found = new Map<string, SuggestedTo>();
  for (const row of await loadSuggestions(ctx, contactIds, asked)) {
    const own = found.get(row.contactId) ?? { recommended: [], wanted: [] };
    found.set(row.contactId, own);
    const list = row.kind === 'carted' || row.kind === 'viewed' ? own.wanted : own.recommended;
    list.push(suggestionOf(row, ctx.config.baseCurrency));
  }
  if (asked.recommended && asked.wanted)
    for (const own of found.values()) {
      const wanted = new Set(own.wanted.map(({ productId }) => productId));
      own.recommended = own.recommended.filter(({ productId }) => !wanted.has(productId));
    }
  return found;
}

/** 404 for a contact the asker may not see. */
export async function recommendationsOf(ctx: Ctx, contactId: string): Promise<RecommendationsView> {
  authorise(ctx, 'contacts:read');
  if ((await findRecipient(ctx, contactId, visibleContacts(ctx))) === undefined)
    throw notFound('contact', contactId);
  const found = await suggestionsFor(ctx, [contactId], {
    recommended: true,
    wanted: true,
    why: true,
  });
  const build = await findBuild(ctx);
  return {
    recommended: [],
    wanted: [],
    ...found.get(contactId),
    builtAt: build?.builtAt.toISOString() ?? null,
  };
}
