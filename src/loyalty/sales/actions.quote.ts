import type { Ctx } from '../../core/ctx.ts';
import type { PricedCart } from '../pricing/contract.ts';
import { authoriseSell, findBuyer } from './actions.buyer.ts';
import { priceSale } from './actions.price.ts';
import type { Pricing } from './actions.price.ts';
import { fingerprintOf } from './cart.ts';
import type { AskedCart, QuoteInput, QuoteView } from './contract.ts';
import { earnPreview } from './ports.ts';
import type { EarnPreview } from './ports.ts';
import { settled } from './settled.ts';
import { mayKnowBuyer } from './view.ts';
import { hintsOf, pointsHint, PROOF } from './words.ts';

/**
 * What a cart costs right now, and why. Writes nothing; codes and points that cannot be used are told, not refused. Who was only named
 * is priced as who they are, and nothing else is told of them.
 */
export async function quote(ctx: Ctx, { trace, ...input }: QuoteInput): Promise<QuoteView> {
  authoriseSell(ctx);
  const buyer = await findBuyer(ctx, input.buyer, 'quote');
  const { contactId, said, programId, proven } = buyer;
  const [pricing, earning] = await settled([
    priceSale(ctx, {
      request: input,
      contactId,
      isNew: contactId === null && said !== null,
      programId,
      saleId: null,
      unproven: !proven,
    }),
    earningOf(ctx, contactId),
  ]);
  const { priced, program } = pricing;
  return {
    fingerprint: fingerprintOf(priced),
    proven,
    contactId: mayKnowBuyer(ctx, input.buyer) ? contactId : null,
    programId: program?.programId ?? null,
    pointsAvailable: proven && program?.member === true ? program.points : 0,
    priced: trace === 'all' ? priced : { ...priced, trace: priced.trace.filter(tells) },
    hints: [
      ...proofHint(input, proven, pricing),
      ...pointsHint(pricing, input.language),
      ...hintsOf(priced, input.language),
    ],
    earns: earnsOf(earning, pricing, input.channel ?? null),
  };
}

/** A till with hundreds of promotions shows these. */
const tells = ({ outcome, near }: PricedCart['trace'][number]): boolean => outcome !== 'not_applied' || near;

type Judgement = Awaited<ReturnType<EarnPreview>> | null;

/** By what this buyer's orders earn; null: nobody is known, or nobody can tell. */
export const earningOf = async (ctx: Ctx, contactId: string | null): Promise<Judgement> =>
  contactId === null ? null : ((await earnPreview()?.(ctx, contactId)) ?? null);

/** What the order will earn; null: nobody can tell. */
export function earnsOf(
  judge: Judgement,
  { wallet, priced, lines }: Pricing,
  channel: string | null,
): QuoteView['earns'] {
  if (wallet === null) return null;
  const bonus = bonusOf(priced);
  if (judge === null)
    return bonus === 0 ? null : { points: bonus, bonusPoints: bonus, pending: false, limit: null };
  const earned = judge({
    programId: wallet.programId,
    priced,
    lines: new Map(
      lines.map(({ id, code, product }) => [
        id,
        { productId: product?.productId ?? null, code, categoryPath: product?.categoryPath ?? [] },
      ]),
    ),
    channel,
  });
  return earned === null ? null : { ...earned, points: earned.points + bonus, bonusPoints: bonus };
}

/** Whoever was named, of points or not: the hint must not tell whether they are a member. */
function proofHint(
  { buyer, spendPoints, language }: AskedCart,
  proven: boolean,
  { codes }: Pricing,
): QuoteView['hints'] {
  if (proven || buyer === undefined) return [];
  const isAsked = spendPoints !== 0 || codes.shown.some(({ refused }) => refused === 'proof_needed');
  return isAsked ? [{ offerId: 'proof_needed', text: PROOF[language] }] : [];
}

/** Points that promotions give with the order. */
export const bonusOf = ({ effects }: Pick<PricedCart, 'effects'>): number =>
  effects.bonusPoints.reduce((sum, { points }) => sum + points, 0);
