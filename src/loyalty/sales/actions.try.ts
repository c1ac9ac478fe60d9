import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { DomainError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { segmentProblems } from '../offers/actions.promotions.ts';
import { definitionProblems, namesMoney } from '../offers/definition.ts';
import { findBuyer } from './actions.buyer.ts';
import { priceSale } from './actions.price.ts';
import type { Offered } from './actions.facts.ts';
import type { Pricing } from './actions.price.ts';
import { earningOf, earnsOf } from './actions.quote.ts';
import type { TryInput, TryView } from './contract.try.ts';
import { withCoupon, withPromotion } from './drafts.ts';
import type { Amended } from './drafts.ts';
import { hintsOf } from './words.ts';
import { withCategoryIds } from '../offers/actions.scope.ts';

/**
 * What a cart would cost if a draft were live as it stands. The same way as a quote; writes nothing. 422 with the draft's wrong
 * fields under `promotion.definition` and `coupon.definition`, with the cart's under `cart`.
 */
export async function tryDraft(ctx: Ctx, input: TryInput): Promise<TryView> {
  authorise(ctx, 'loyalty:read');
  const now = input.at === undefined ? ctx.clock.now() : new Date(input.at);
  const then: Ctx = input.at === undefined ? ctx : { ...ctx, clock: { now: () => now } };
  const drafts = [await promotionDraft(then, input), await couponDraft(then, input)].filter(
    (one) => one !== null,
  );
  const { cart, pricing } = await priced(ctx, then, input, drafts);
  const { priced: result, program } = pricing;
  return {
    contactId: cart.contactId,
    programId: program?.programId ?? null,
    pointsAvailable: program?.member === true ? program.points : 0,
    priced: result,
    hints: hintsOf(result, input.cart.language),
    earns: earnsOf(
      await earningOf(then, pricing.wallet?.contactId ?? null),
      pricing,
      input.cart.channel ?? null,
    ),
    offers: namesOf(pricing, new Set(drafts.map(({ id }) => id))),
  };
}

async function promotionDraft(ctx: Ctx, { promotion }: TryInput): Promise<Amended | null> {
  if (promotion === undefined) return null;
  const { id = newId(), definition: said } = promotion;
  const currency = said.currency ?? (namesMoney(said) ? ctx.config.baseCurrency : undefined);
  const definition = await withCategoryIds(ctx, currency === undefined ? said : { ...said, currency });
  const now = ctx.clock.now();
  const issues = [...definitionProblems(definition, now), ...(await segmentProblems(ctx, definition))].map(
    (one) => ({ ...one, path: `promotion.definition.${one.path}` }),
  );
  const [first] = issues;
  if (first === undefined) return withPromotion({ id, definition }, now);
  const detail = `${first.path}: ${first.message}`;
  throw new DomainError({ code: 'validation_failed', status: 422, detail, at: first.path, issues });
}

async function couponDraft(ctx: Ctx, { coupon }: TryInput): Promise<Amended | null> {
  if (coupon === undefined) return null;
  const { id = newId() } = coupon;
  const definition = await withCategoryIds(ctx, coupon.definition);
  return withCoupon({ id, definition }, ctx.config.baseCurrency);
}

/** Problems of the cart are told under `cart`. Who buys is looked up now, at whatever moment the cart is: guesses are counted by time. */
async function priced(
  ctx: Ctx,
  then: Ctx,
  input: TryInput,
  drafts: readonly Amended[],
): Promise<{ cart: { contactId: string | null }; pricing: Pricing }> {
  // A draft for one program alone is tried as that program's, unless the cart names another.
  const ofProgram = input.promotion?.definition.programId;
  const request = { ...input.cart, programId: input.cart.programId ?? ofProgram };
  const concerned = drafts.filter(
    ({ id }) => ofProgram === undefined || ofProgram === request.programId || id.startsWith('coupon:'),
  );
  try {
    const { contactId, said, programId } = await findBuyer(ctx, request.buyer, 'try');
    const pricing = await priceSale(then, {
      request,
      contactId,
      isNew: contactId === null && said !== null,
      programId,
      saleId: null,
      isElsewhen: input.at !== undefined,
      amend: (offered: Offered) => concerned.reduce((all, { amend }) => amend(all), offered),
    });
    return { cart: { contactId }, pricing };
  } catch (error) {
    if (error instanceof DomainError && error.at !== undefined && error.status === 422)
      throw new DomainError({ ...problemOf(error), at: `cart.${error.at}` });
    throw error;
  }
}

const problemOf = ({ code, status, detail }: DomainError) => ({ code, status, detail });

/** What the trace and the lines name, by name. */
function namesOf({ priced: result, live }: Pricing, own: ReadonlySet<string>): TryView['offers'] {
  const names = new Map<string, string>();
  for (const spots of live.lists.values()) for (const { list } of spots) names.set(list.id, list.name);
  const traced = result.trace.map(({ id, name }): [string, string] => [id, name]);
  const used = result.lines.flatMap(({ parts }) =>
    parts.flatMap(({ id }): Array<[string, string]> => {
      const name = names.get(id);
      return name === undefined ? [] : [[id, name]];
    }),
  );
  return [...new Map([...used, ...traced])].map(([id, name]) => ({ id, name, own: own.has(id) }));
}
