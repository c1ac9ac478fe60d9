import type { Ctx } from '../core/ctx.ts';
import { memberFacts } from '../loyalty/index.ts';
import type { About, Frame, SuggestedProduct } from './frame.ts';
import { suggestionsFor } from './recommend/actions.ts';
import type { Suggestion } from './recommend/contract.ts';
import { loadPurchases } from './store.recipients.ts';

/**
 * What the frame's texts tell each of these contacts beside itself: purchases, suggestions, points. One query for each kind that any
 * language names, none for the others.
 */
export async function aboutContacts(
  ctx: Ctx,
  frame: Frame,
  contactIds: readonly string[],
): Promise<ReadonlyMap<string, About>> {
  const { asks } = frame;
  const found = new Map<string, About>();
  if (contactIds.length === 0) return found;
  const of = (contactId: string): About => {
    const known = found.get(contactId) ?? {};
    found.set(contactId, known);
    return known;
  };
  if (asks.purchases) for (const [id, bought] of await loadPurchases(ctx, contactIds)) of(id).bought = bought;
  if (asks.loyalty) for (const [id, fact] of await memberFacts(ctx, contactIds)) of(id).loyalty = fact;
  if (asks.recommended || asks.wanted) {
    const suggested = await suggestionsFor(ctx, contactIds, asks);
    const shown = [...suggested.values()].flatMap(({ recommended, wanted }) => [...recommended, ...wanted]);
    const numbered = await numberer(frame, shown);
    for (const [id, { recommended, wanted }] of suggested) {
      of(id).recommended = recommended.map(numbered);
      of(id).wanted = wanted.map(numbered);
    }
  }
  return found;
}

/** A product without a page of its own leads where the message leads. */
async function numberer(
  frame: Frame,
  shown: readonly Suggestion[],
): Promise<(one: Suggestion) => SuggestedProduct> {
  const links = shown.flatMap(({ name, url }) => (url === null ? [] : [{ name, url }]));
  const numberOf = await frame.numberLinks(links);
  const main = frame.links.get('main') ?? 0;
  return ({ name, priceMinor, currency, imageUrl, because, kind, url }) => ({
    name,
    priceMinor,
    currency,
    imageUrl,
    because,
    kind,
    linkNo: url === null ? main : numberOf(url),
  });
}
