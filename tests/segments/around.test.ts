import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mergeContacts, upsertContacts } from '../../src/contacts/index.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { archiveSegment, createSegment, getSegment } from '../../src/segments/actions.ts';
import { changeMembers } from '../../src/segments/actions.members.ts';
import { preview } from '../../src/segments/actions.preview.ts';
import type { Rule } from '../../src/segments/contract.ts';
import { audience, contactsMatching, registerLeaf } from '../../src/segments/index.ts';
import { as, person } from '../support/ctx.ts';
import {
  base,
  buyers,
  buys,
  create,
  createStatic,
  ctx,
  deliver,
  from,
  history,
  idsOf,
  next,
  someone,
  uniqueName,
  useBase,
} from './fixture.ts';

/** A leaf of another module: contacts whose name has an even number of letters. */
const evenName = z.strictObject({ type: z.literal('evenName'), even: z.boolean() });
registerLeaf(
  {
    type: 'evenName',
    compile: (leaf: z.output<typeof evenName>, env) => ({
      value: sql`(length(${env.contact('name')}) % 2 = ${leaf.even ? 0 : 1})`,
      until: () => null,
      needs: [],
    }),
    dependencies: () => [{ kind: 'attribute', key: 'name' }],
    futureFacts: null,
    words: () => 'has an even name',
    fields: () => [
      {
        leaf: 'evenName',
        field: 'even',
        kind: 'boolean',
        ops: [],
        label: { en: 'Even name', ru: 'Чётное имя' },
      },
    ],
  },
  evenName,
);

useBase();

describe('around the membership', () => {
  test('a merge hands memberships and history to the survivor and nobody enters twice', async () => {
    const country = `Land ${next()}`;
    const dynamic = await create(from(country));
    const list = await createStatic();
    const [a, b, c] = [
      await someone({ country }),
      await someone({ country }),
      await someone({ country: 'elsewhere' }),
    ];
    await changeMembers(ctx, list.id, { add: [a], remove: [] });
    await mergeContacts(ctx, { from: a, to: b, reason: 'test' });
    await deliver();
    expect(await idsOf(list.id)).toEqual([b]);
    expect(await idsOf(dynamic.id)).toEqual([b]);
    expect((await getSegment(ctx, dynamic.id)).count).toBe(1);
    await mergeContacts(ctx, { from: b, to: c, reason: 'test' });
    await deliver();
    expect(await idsOf(list.id)).toEqual([c]);
    expect(await idsOf(dynamic.id)).toEqual([]);
    expect(await history(dynamic.id)).toEqual([
      'entered fact v1 true',
      'entered fact v1 true',
      'left merge v1 true',
    ]);
    expect(
      await rows(ctx.db, sql`select 1 from segment_transition where contact_id in (${a}::uuid, ${b}::uuid)`),
    ).toEqual([]);
  });

  test('who sees only their own contacts sees only those in previews, lists and counts', async () => {
    const country = `Land ${next()}`;
    const mine = await someone({ country, ownerId: 'mara' });
    await someone({ country, ownerId: 'other' });
    const made = await create(from(country));
    const mara = as(ctx, person('mara', { role: 'manager', visibility: 'own' }));
    const seen = await preview(mara, { rule: from(country) });
    expect(seen).toMatchObject({ count: 1, base: 1, share: 1, sample: [{ contactId: mine }] });
    expect(await idsOf(made.id, mara)).toEqual([mine]);
    expect((await getSegment(mara, made.id)).count).toBe(1);
    expect((await getSegment(ctx, made.id)).count).toBe(2);
    await expect(
      createSegment(mara, { kind: 'static', name: uniqueName(), description: '' }),
    ).rejects.toMatchObject({ status: 403 });
  });

  test('an audience is exact at its moment, whatever the stored list says', async () => {
    const made = await create(buyers);
    const id = await someone();
    await buys(id);
    const into = async (): Promise<string[]> => {
      const found = await rows<{ id: string }>(
        ctx.db,
        sql`with taken as (${await audience(ctx, made.id)}) select contact_id as id from taken`,
      );
      return found.map((one) => one.id);
    };
    expect(await idsOf(made.id)).not.toContain(id);
    expect(await into()).toContain(id);
    base.clock.advance(40 * 24 * 3_600_000);
    expect(await into()).not.toContain(id);
    const list = await createStatic();
    await changeMembers(ctx, list.id, { add: [id], remove: [] });
    expect(await rows(ctx.db, await audience(ctx, list.id))).toEqual([{ contact_id: id }]);
    await expect(audience(ctx, newId())).rejects.toMatchObject({ code: 'segment_not_found' });
  });

  test('an archived segment has no members, is not listed, and its name is free again', async () => {
    const country = `Land ${next()}`;
    await someone({ country });
    const made = await create(from(country));
    await expect(create(from(country), made.name.toUpperCase())).rejects.toMatchObject({
      code: 'segment_name_taken',
    });
    await archiveSegment(ctx, made.id);
    await expect(getSegment(ctx, made.id)).rejects.toMatchObject({ code: 'segment_not_found' });
    expect(await history(made.id)).toEqual(['entered build v1 false', 'left archive v1 false']);
    await create(from(country), made.name);
  });

  test('a leaf of another module is compiled, told and kept up like any other', async () => {
    const [four, five] = [await someone({ name: 'Abcd' }), await someone({ name: 'Abcde' })];
    const rule = { type: 'evenName', even: true } as unknown as Rule;
    const id = newId();
    expect(await contactsMatching(ctx, new Map([[id, rule]]), [four, five])).toEqual(
      new Map([[id, new Set([four])]]),
    );
    const made = await create({
      type: 'all',
      children: [
        { type: 'evenName', even: true },
        { type: 'attribute', field: 'name', op: 'startsWith', value: 'Abc' },
      ],
    });
    expect(made.words?.en).toBe('Has an even name and name starts with “Abc”');
    await upsertContacts(ctx, [{ contactId: five, name: 'Abcdef' }]);
    await deliver();
    expect(await idsOf(made.id)).toEqual([four, five].toSorted());
    expect(() => create({ type: 'evenName', even: 'yes' })).toThrow(/boolean/);
  });

  test('attributes, products and categories nobody has seen are legal and warned of', async () => {
    await upsertContacts(ctx, [{ name: 'Has colour', attributes: { colour: 'red' } }]);
    const told = await preview(ctx, {
      rule: {
        type: 'any',
        children: [
          { type: 'attribute', field: 'attributes.colour', op: 'is', value: 'red' },
          { type: 'attribute', field: 'attributes.color', op: 'is', value: 'red' },
          {
            type: 'purchase',
            measure: 'orders',
            op: 'gte',
            value: 1,
            where: { products: ['P1', 'X9'], categories: ['Attic'] },
          },
        ],
      },
    });
    expect(told.warnings.map(({ path, code }) => [path, code])).toEqual([
      ['rule.children.1.field', 'unknown_attribute'],
      ['rule.children.2.where.products.1', 'unknown_product'],
      ['rule.children.2.where.categories.0', 'unknown_category'],
    ]);
  });
});
