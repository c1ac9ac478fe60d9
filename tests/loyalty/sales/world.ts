import { upsertContacts } from '../../../src/contacts/index.ts';
import { as } from '../../support/ctx.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { newId } from '../../../src/core/ids.ts';
import { post } from '../../../src/loyalty/ledger/actions.post.ts';
import { enrol } from '../../../src/loyalty/programs/actions.members.ts';
import { createProgram } from '../../../src/loyalty/programs/actions.ts';
import { enrolInput, programInput } from '../../../src/loyalty/programs/contract.ts';
import { commit } from '../../../src/loyalty/sales/actions.commit.ts';
import { quote } from '../../../src/loyalty/sales/actions.quote.ts';
import { returnSale } from '../../../src/loyalty/sales/actions.return.ts';
import { reserve, sell } from '../../../src/loyalty/sales/actions.sell.ts';
import {
  commitInput,
  quoteInput,
  reserveInput,
  returnInput,
  saleInput,
} from '../../../src/loyalty/sales/contract.ts';
import type { QuoteView, ReturnAnswer, SaleView } from '../../../src/loyalty/sales/contract.ts';

/** What tests of sales share: members with points, carts, and a till. */

export type Body = Record<string, unknown>;

/** A till: a key that may do nothing but sell. */
export const till = (ctx: Ctx, id = 'till'): Ctx =>
  as(ctx, { kind: 'apiKey', id, name: 'Till', scopes: ['loyalty:sell'] });
/** A shop's server, which knows who has signed in. */
export const shop = (ctx: Ctx): Ctx =>
  as(ctx, { kind: 'apiKey', id: 'shop', name: 'Shop', scopes: ['loyalty:sell', 'loyalty:vouch'] });

export async function program(ctx: Ctx, settings: Body = {}, change: Body = {}): Promise<string> {
  const input = programInput.parse({
    name: 'Points',
    zone: 'Europe/Berlin',
    currency: 'GBP',
    settings,
    ...change,
  });
  return (await createProgram(ctx, input)).id;
}

export async function member(ctx: Ctx, programId: string, points = 0): Promise<string> {
  const [made] = await upsertContacts(ctx, [
    { name: 'Member', externalIds: [{ namespace: 'user', id: newId() }] },
  ]);
  const contactId = made?.contactId ?? '';
  await enrol(ctx, enrolInput.parse({ contactId, programId, termsVersion: '1' }));
  if (points > 0)
    await post(ctx, [
      { kind: 'accrue', contactId, programId, key: 'start', points: BigInt(points), pending: 'none' },
    ]);
  return contactId;
}

/** Lines of unknown goods at these prices: [price, quantity]. */
export const goods = (...lines: Array<[price: string, quantity?: string]>): Body => ({
  unknownProducts: 'create',
  lines: lines.map(([unitPrice, quantity = '1'], i) => ({ product: `sku-${i + 1}`, quantity, unitPrice })),
});

let numbers = 0;
export const number = (): Body => ({
  source: 'shop',
  externalId: `n-${(numbers += 1)}-${newId().slice(-6)}`,
});

export const ask = (ctx: Ctx, body: Body): Promise<QuoteView> => quote(shop(ctx), quoteInput.parse(body));
export const hold = (ctx: Ctx, body: Body): Promise<SaleView> =>
  reserve(shop(ctx), reserveInput.parse({ ...number(), ...body }));
export const buy = (ctx: Ctx, body: Body): Promise<SaleView> =>
  sell(shop(ctx), saleInput.parse({ ...number(), ...body }));
export const finish = (ctx: Ctx, id: string, body: Body = {}): Promise<SaleView> =>
  commit(shop(ctx), id, commitInput.parse(body));
export const bringBack = (ctx: Ctx, id: string, body: Body): Promise<ReturnAnswer> =>
  returnSale(shop(ctx), id, returnInput.parse({ number: newId(), ...body }));

export const prices = ({ priced }: { priced: { lines: ReadonlyArray<{ priceMinor: number }> } }): number[] =>
  priced.lines.map(({ priceMinor }) => priceMinor);
