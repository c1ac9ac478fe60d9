import type { Ctx } from '../../core/ctx.ts';
import { inTxUndisturbed } from '../../core/deadlock.ts';
import { conflict } from '../../core/errors.ts';
import { followOrders } from '../../orders/index.ts';
import type { FollowUp } from '../../orders/index.ts';
import { spread } from '../pricing/spread.ts';
import { returnCoupons } from '../coupons/actions.reserve.ts';
import { post } from '../ledger/actions.post.ts';
import type { Movement } from '../ledger/movement.ts';
import { releaseUses } from '../offers/actions.uses.ts';
import { asSales, authoriseSell } from './actions.buyer.ts';
import { lockSale } from './actions.commit.ts';
import { decimalOf, hashOf, knownLines, saleTime } from './cart.ts';
import type { ReturnAnswer, ReturnInput, ReturnView } from './contract.ts';
import { bonusKey, redeemKey, returnKey } from './keys.ts';
import { returnLines } from './order.ts';
import { changeSale, insertReturn, returnsOf } from './store.ts';
import type { SaleRow } from './store.ts';
import { productsOf } from './store.facts.ts';
import { allUnitsBack, bonusKept, goodsOf, moneyAlone, SHIPPING, worthOf } from './worth.ts';
import type { Worth } from './worth.ts';

/**
 * Goods or money come back. What they are worth was frozen with the sale: any order of returns ends the same. The same number with the
 * same content gives the first answer. 409 key_reused, return_exceeds, sale_not_committed, sale_cancelled; 422 unknown_line.
 */
export async function returnSale(ctx: Ctx, saleId: string, input: ReturnInput): Promise<ReturnAnswer> {
  authoriseSell(ctx);
  return inTxUndisturbed(ctx, async (tx) => {
    const row = await lockSale(tx, saleId);
    const { row: after, worth } = await giveBack(tx, row, input, false);
    return { saleId, state: after.state, refundedMinor: after.refundedMinor, worth };
  });
}

type Given = { row: SaleRow; worth: ReturnView };

/** The same for a sale that is locked already; `cancelled`: the order itself is called off. */
export async function giveBack(
  tx: Ctx,
  row: SaleRow,
  input: ReturnInput,
  cancelled: boolean,
): Promise<Given> {
  const { occurredAt: _, ...content } = input;
  const inputHash = hashOf(content);
  const kept = await returnsOf(tx, row);
  const known = kept.find(({ worth }) => worth.number === input.number);
  if (known !== undefined) {
    if (known.inputHash !== inputHash)
      throw conflict('key_reused', `"${input.number}" is another return of this sale.`, 'number');
    return { row, worth: known.worth };
  }
  mustBeSold(row);
  const earlier = kept.map(({ worth: one }) => one);
  const alone = moneyAlone(earlier);
  const worth = worthOf(row, input, earlier);
  const at = saleTime(input.occurredAt, tx.clock.now());
  await takeBackPoints(tx, row, input.number, { worth, alone: alone + (input.moneyMinor ?? 0) });
  await followOrder(tx, row, { input, worth, at, cancelled });
  // Goods may still come back after all of the money has.
  const isFirst = worth.isAll && row.state !== 'returned';
  const couponsGivenBack = isFirst ? await returnCoupons(tx, row.saleId) : [];
  const view: ReturnView = {
    number: input.number,
    lines: worth.lines,
    shipping: worth.shipping,
    moneyMinor: worth.moneyMinor,
    pointsPaidMinor: worth.pointsPaidMinor,
    points: worth.points,
    taxMinor: worth.taxMinor,
    couponsGivenBack: couponsGivenBack.map(({ code }) => code),
    occurredAt: at.toISOString(),
  };
  await insertReturn(tx, row, { inputHash, worth: view });
  const { contactId, saleId } = row;
  const { returned, refundedMinor } = worth;
  const state = worth.isAll ? 'returned' : 'partly_returned';
  await changeSale(tx, { contactId, saleId, state, returned, refundedMinor });
  // Counters that others wait for come last.
  if (isFirst) await releaseUses(tx, [{ contactId, orderId: saleId }]);
  return { row: { ...row, state, returned, refundedMinor }, worth: view };
}

function mustBeSold({ state }: SaleRow): void {
  if (state === 'cancelled') throw conflict('sale_cancelled', 'This sale was called off.');
  if (state === 'reserved' || state === 'expired')
    throw conflict('sale_not_committed', 'Nothing was sold yet: cancel the reservation.');
}

/** Spent points come back to the lots they were of; of the points given by promotions the share of what came back goes. */
async function takeBackPoints(
  tx: Ctx,
  row: SaleRow,
  number: string,
  { worth, alone }: { worth: Worth; alone: number },
): Promise<void> {
  const { contactId, programId, saleId, orderId, bonusPoints } = row;
  if (programId === null) return;
  const owner = { contactId, programId, ref: orderId };
  const key = returnKey(saleId, number);
  const movements: Movement[] = [];
  if (worth.points > 0)
    movements.push({ kind: 'return', ...owner, key, spend: redeemKey(saleId), points: BigInt(worth.points) });
  if (bonusPoints > 0)
    movements.push({
      kind: 'reduce',
      ...owner,
      key: `${key} bonus`,
      source: bonusKey(saleId),
      keep: BigInt(bonusKept(row, alone, worth)),
    });
  if (movements.length > 0) await post(tx, movements);
}

type Following = { input: ReturnInput; worth: Worth; at: Date; cancelled: boolean };

/** Tells the order of it. Shipping alone is no goods: orders know of none. */
async function followOrder(tx: Ctx, row: SaleRow, following: Following): Promise<void> {
  const does = await whatItDoes(tx, row, following);
  if (does === null) return;
  const { source, externalId } = row;
  const [result] = await followOrders(asSales(tx), [{ source, externalId, occurredAt: following.at, does }]);
  if (result !== undefined && !result.ok) throw result.error;
}

/** Units of the order follow the goods that came back, its money what they and money alone come to. */
async function whatItDoes(
  tx: Ctx,
  row: SaleRow,
  { input, worth, cancelled }: Following,
): Promise<FollowUp['does'] | null> {
  if (cancelled) return { status: 'cancelled' };
  const number = `${row.externalId}#${input.number}`;
  const { request, currency, priced } = row;
  if (worth.lines.length > 0 && allUnitsBack({ priced, returned: worth.returned }))
    return { number, lines: null };
  const goods = worth.lines.map((line) => goodsOf(line, request.taxIncluded));
  const each = spread(Math.min(worth.goodsMinor, sum(goods)), goods, goods);
  const beside = decimalOf(worth.goodsMinor - sum(each), currency);
  if (worth.lines.length === 0) return worth.goodsMinor === 0 ? null : { number, lines: [], beside };
  const catalogue = await productsOf(tx, request.lines);
  const known = new Map(
    knownLines({ ...request, unknownProducts: 'create' }, catalogue).map((line) => [line.id, line]),
  );
  const lines = worth.lines.flatMap((line, i) =>
    returnLines(known.get(line.id)?.code ?? '', line.quantity, each[i] ?? 0, currency),
  );
  return { number, lines, beside };
}

const sum = (list: readonly number[]): number => list.reduce((total, one) => total + one, 0);

export const shippingLeft = ({ returned }: SaleRow): boolean => returned[SHIPPING] === undefined;
