import { sql } from 'drizzle-orm';
import { assert, integer, nat, property, record } from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { previewTemplate } from '../../src/campaigns/actions.preview.ts';
import { templatePreviewInput } from '../../src/campaigns/contract.template.ts';
import {
  recommendationsOf,
  rebuild,
  rebuildWhenDue,
  suggestionsFor,
} from '../../src/campaigns/recommend/actions.ts';
import { logLikelihood, neighbourWeight } from '../../src/campaigns/recommend/llr.ts';
import { rows } from '../../src/core/db.ts';
import { campaignWorld, contactId, putContacts } from './world.ts';
import type { World } from './world.ts';

describe('log-likelihood of being bought together', () => {
  const counts = record({ both: nat(500), onlyOne: nat(500), onlyOther: nat(500), neither: nat(5_000) }).map(
    ({ both, onlyOne, onlyOther, neither }) => ({
      both,
      one: both + onlyOne,
      other: both + onlyOther,
      all: both + onlyOne + onlyOther + neither,
    }),
  );

  test('it is never negative, the same both ways, and 0 for what chance alone would give', () => {
    assert(
      property(counts, (k) => {
        const ratio = logLikelihood(k);
        expect(ratio).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(ratio)).toBe(true);
        expect(ratio).toBeCloseTo(logLikelihood({ ...k, one: k.other, other: k.one }), 6);
        if (k.both * k.all <= k.one * k.other) expect(ratio).toBe(0);
      }),
    );
    assert(
      property(integer({ min: 1, max: 50 }), integer({ min: 1, max: 50 }), (a, b) => {
        // Independent: one in `a` buys the one, one in `b` the other.
        expect(logLikelihood({ both: 1, one: b, other: a, all: a * b })).toBe(0);
      }),
    );
  });

  test('the same pattern among more people says more; Dunning’s own example comes out', () => {
    assert(
      property(counts, integer({ min: 2, max: 9 }), (k, by) => {
        const more = { both: k.both * by, one: k.one * by, other: k.other * by, all: k.all * by };
        expect(logLikelihood(more)).toBeCloseTo(by * logLikelihood(k), 3);
      }),
    );
    expect(logLikelihood({ both: 110, one: 2_552, other: 221, all: 31_777 })).toBeCloseTo(270.72, 2);
  });
});

let world: World;
beforeAll(async () => {
  world = await campaignWorld();
});
afterAll(() => world.close());

const productId = (n: number): string => `00000000-0000-7000-8001-${n.toString(16).padStart(12, '0')}`;
const CATEGORY = '00000000-0000-7000-8002-000000000001';

/** One line of a sale or a return, so many days ago. */
const line = (who: number, what: number, days: number, kind = 'sale') => sql`
  insert into sale_fact (contact_id, occurred_at, order_id, ordinal, kind, product_id, quantity, unit_price, amount, base_amount,
    currency, recorded_at, origin_id)
  values (${contactId(who)}::uuid, ${world.ctx.clock.now().toISOString()}::timestamptz - make_interval(days => ${days}::int),
    gen_random_uuid(), 0, ${kind}, ${productId(what)}::uuid, 1, 10, 10, 10, 'EUR', now(), ${contactId(who)}::uuid)`;

const viewed = (who: number, what: number, name: string, hours: number) => sql`
  insert into event (contact_id, occurred_at, id, recorded_at, source_id, type, name, trust, properties, origin_id)
  values (${contactId(who)}::uuid, ${world.ctx.clock.now().toISOString()}::timestamptz - make_interval(hours => ${hours}::int),
    gen_random_uuid(), now(), gen_random_uuid(), 'track', ${name}, 'public', ${JSON.stringify({ product_id: `P${what}` })}::text::jsonb,
    ${contactId(who)}::uuid)`;

describe('what a contact is suggested', () => {
  const TEAPOT = 1;
  const CUP = 2;
  const TEA = 3;
  const SPOON = 4;
  const GONE = 5;
  const SOLD_OUT = 6;
  const MUG = 7;
  const LAMP = 8;

  beforeAll(async () => {
    const { ctx } = world;
    await putContacts(ctx, 'shop', { from: 1, to: 60 });
    await ctx.db.execute(sql`insert into category (category_id, external_id, name, path, created_at)
      values (${CATEGORY}::uuid, 'ware', 'Teaware', array[${CATEGORY}::uuid], now())`);
    const names = ['Teapot', 'Cup', 'Tea', 'Spoon', 'Gone', 'Sold out', 'Mug', 'Lamp'];
    for (const [i, name] of names.entries())
      await ctx.db
        .execute(sql`insert into product (product_id, external_id, name, category_id, price, currency, url, attributes, active, created_at, updated_at)
        values (${productId(i + 1)}::uuid, ${`P${i + 1}`}, ${name}, ${[TEAPOT, MUG].includes(i + 1) ? CATEGORY : null}::uuid, 12.5, 'EUR',
          ${`https://shop.example/${i + 1}`}, ${JSON.stringify(name === 'Sold out' ? { stock: 0 } : name === 'Tea' ? { consumable: true } : {})}::text::jsonb,
          ${name !== 'Gone'}, now(), now())`);
    // Twelve buy teapot, cup, tea, and what is gone or sold out together; thirty buy lamps alone.
    for (let who = 1; who <= 12; who++)
      for (const what of [TEAPOT, CUP, TEA, GONE, SOLD_OUT]) await ctx.db.execute(line(who, what, 40 + what));
    for (let who = 13; who <= 42; who++) await ctx.db.execute(line(who, LAMP, 10));
    for (let who = 43; who <= 47; who++) await ctx.db.execute(line(who, MUG, 100));
    await ctx.db.execute(line(50, TEAPOT, 5));
    await ctx.db.execute(line(51, TEAPOT, 5));
    await ctx.db.execute(line(51, CUP, 5));
    await ctx.db.execute(line(51, CUP, 4, 'return'));
    await ctx.db.execute(line(51, TEA, 5));
    expect(await rebuildWhenDue(ctx)).toBe(true);
    expect(await rebuildWhenDue(ctx)).toBe(false);
  });

  const listOf = async (who: number) => {
    const found = await suggestionsFor(world.ctx, [contactId(who)], {
      recommended: true,
      wanted: false,
      why: true,
    });
    return (found.get(contactId(who))?.recommended ?? []).map(({ name, kind, because }) => [
      name,
      kind,
      because,
    ]);
  };

  test('first what goes with what it bought, then its categories, then what is popular; never gone, sold out, or owned', async () => {
    expect(await listOf(50)).toEqual([
      ['Cup', 'together', 'Teapot'],
      ['Tea', 'together', 'Teapot'],
      ['Mug', 'category', 'Teaware'],
      ['Lamp', 'popular', null],
    ]);
  });

  test('what came back is not offered again; what is used up is, though it was bought', async () => {
    expect((await listOf(51)).map(([name]) => name)).toEqual(['Tea', 'Mug', 'Lamp']);
  });

  test('who never bought gets what is popular', async () => {
    expect((await listOf(55))[0]).toEqual(['Lamp', 'popular', null]);
  });

  test('the ratio kept is the rule’s own', async () => {
    const found = await rows<{
      together: number;
      ratio: number;
      weight: number;
      one: number;
      other: number;
      recent: number;
    }>(
      world.ctx.db,
      sql`select n.together, n.ratio, n.weight, a.buyers as one, b.buyers as other, b.recent_buyers as recent from product_neighbour n
        join product_popularity a on a.product_id = n.product_id join product_popularity b on b.product_id = n.other_id`,
    );
    const [{ all } = { all: 0 }] = await rows<{ all: number }>(
      world.ctx.db,
      sql`select contacts as all from recommend_build`,
    );
    expect(found.length).toBeGreaterThan(10);
    for (const { together, ratio, weight, one, other, recent } of found) {
      expect(ratio).toBeCloseTo(logLikelihood({ both: together, one, other, all }), 9);
      expect(weight).toBeCloseTo(neighbourWeight(ratio, recent), 9);
    }
  });

  test('what was looked at or carted and not bought since is wanted; the cart first; beside it nothing twice', async () => {
    const { ctx } = world;
    await ctx.db.execute(viewed(50, MUG, 'Product Viewed', 3));
    await ctx.db.execute(viewed(50, SPOON, 'Product Added', 9));
    await ctx.db.execute(viewed(50, TEAPOT, 'Product Viewed', 24 * 6));
    const view = await recommendationsOf(ctx, contactId(50));
    expect(view.wanted.map(({ name, kind }) => [name, kind])).toEqual([
      ['Spoon', 'carted'],
      ['Mug', 'viewed'],
    ]);
    expect(view.recommended.map(({ name }) => name)).toEqual(['Cup', 'Tea', 'Lamp']);
    expect(view.builtAt).toBe(ctx.clock.now().toISOString());
  });

  test('a message shows them with links of their own, and its preview says why', async () => {
    const mjml = `<mjml><mj-body><mj-section><mj-column><mj-text>{{products recommended 2}} {{#if loyalty}}{{points loyalty.balance}}{{/if}}
      <a href="{{links.unsubscribe}}">no</a></mj-text></mj-column></mj-section></mj-body></mjml>`;
    const made = await previewTemplate(
      world.ctx,
      templatePreviewInput.parse({
        variant: {
          locale: 'en',
          subject: 'For you',
          mjml,
          text: '{{products recommended 2}} {{links.unsubscribe}}',
          sample: {},
        },
        contactId: contactId(50),
      }),
    );
    expect(made.text).toContain('* Cup — €12.50\n  https://shop.example/2');
    expect(made.html).toContain('href="https://shop.example/3"');
    expect(made.suggested[0]).toEqual({ name: 'Cup', kind: 'together', because: 'Teapot' });
  });

  test('made anew within one transaction, one at a time', async () => {
    expect(await Promise.all([rebuild(world.ctx), rebuild(world.ctx)])).toContain(true);
  });
});
