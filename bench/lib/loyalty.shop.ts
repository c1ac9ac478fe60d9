import { upsertContacts } from '../../src/contacts/index.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { newId } from '../../src/core/ids.ts';
import { createCategory, upsertProducts } from '../../src/orders/actions.catalogue.ts';
import { createPromotion, movePromotion } from '../../src/loyalty/offers/actions.promotions.ts';
import { promotionDefinition } from '../../src/loyalty/offers/contract.ts';
import { postMany } from '../../src/loyalty/ledger/actions.post.ts';
import { createProgram } from '../../src/loyalty/programs/actions.ts';
import { enrol } from '../../src/loyalty/programs/actions.members.ts';
import { enrolInput, programInput } from '../../src/loyalty/programs/contract.ts';
import { brandOf, CATEGORIES, sampleOffer } from './offers.ts';

/** A shop with a program, members with points, goods in categories, and live promotions. */
export type Shop = { programId: string; members: readonly string[]; categories: readonly string[] };

const PRODUCTS = 200;
const START_POINTS = 1_000_000n;
const IN_A_BATCH = 500;

export async function openShop(ctx: Ctx, members: number): Promise<Shop> {
  const { id: programId } = await createProgram(
    ctx,
    programInput.parse({ name: 'Bench', settings: { valueOf100Minor: 1 } }),
  );
  const categories: string[] = [];
  for (let i = 0; i < CATEGORIES; i += 1)
    categories.push((await createCategory(ctx, { externalId: `category-${i}`, name: `Category ${i}` })).id);
  await upsertProducts(
    ctx,
    Array.from({ length: PRODUCTS }, (_, i) => ({
      externalId: sku(i),
      name: `Product ${i}`,
      category: `category-${i % CATEGORIES}`,
      price: `${(i % 30) + 1}.${String((i * 37) % 100).padStart(2, '0')}`,
      currency: ctx.config.baseCurrency,
    })),
  );
  const made = await upsertContacts(
    ctx,
    Array.from({ length: members }, (_, i) => ({
      name: `Member ${i}`,
      externalIds: [{ namespace: 'user', id: newId() }],
    })),
  );
  const ids = made.map(({ contactId }) => contactId);
  for (const contactId of ids)
    await enrol(ctx, enrolInput.parse({ contactId, programId, termsVersion: '1' }));
  for (let from = 0; from < ids.length; from += IN_A_BATCH)
    await postMany(
      ctx,
      ids
        .slice(from, from + IN_A_BATCH)
        .map((contactId) => [
          { kind: 'accrue', contactId, programId, key: 'start', points: START_POINTS, pending: 'none' },
        ]),
      'grouped',
    );
  return { programId, members: ids, categories };
}

const sku = (i: number): string => `SKU-${i % PRODUCTS}`;

export async function launchPromotions(ctx: Ctx, shop: Shop, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i += 1)
    await launch(
      ctx,
      sampleOffer(i, (n) => shop.categories[n] ?? ''),
    );
}

export async function launch(ctx: Ctx, definition: object): Promise<string> {
  const { id, version } = await createPromotion(ctx, promotionDefinition.parse(definition));
  await movePromotion(ctx, id, 'launched', version);
  return id;
}

let sold = 0;

/** A sale of these many lines by one of the members; each has a number of its own. */
export function cartOf(shop: Shop, lines: number, more: object = {}): Record<string, unknown> {
  sold += 1;
  return {
    programId: shop.programId,
    buyer: { contactId: shop.members[sold % shop.members.length] },
    lines: Array.from({ length: lines }, (_, i) => ({
      product: sku(sold * 7 + i),
      quantity: i % 7 === 0 ? '1.25' : String((i % 4) + 1),
      tags: [brandOf(i)],
    })),
    channel: 'shop',
    shipping: { amountMinor: 500 },
    ...more,
  };
}

/** What makes a cart a sale for good. */
export const numbered = (cart: Record<string, unknown>): Record<string, unknown> => ({
  ...cart,
  source: 'bench',
  externalId: newId(),
});
