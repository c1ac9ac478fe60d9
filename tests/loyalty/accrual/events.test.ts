import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { emit } from '../../../src/core/outbox.ts';
import { runNights } from '../../../src/loyalty/ledger/actions.night.ts';
import type { TestBase } from '../../support/ctx.ts';
import type { What } from './world.ts';
import {
  accrualBase,
  happens as stored,
  join,
  member,
  person,
  points,
  program,
  rule,
  told,
} from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await accrualBase();
});
afterAll(() => base.close());
beforeEach(() => base.clock.set('2026-03-02T10:00:00Z'));

const happens = (contactId: string, name: string, what: What = {}) => stored(base.ctx, contactId, name, what);

const review = (change: object = {}) => ({
  earns: { type: 'event', event: 'Product Reviewed', points: 20, ...change },
});

describe('events', () => {
  test('an event earns once, however often it is told', async () => {
    const programId = await program(base.ctx);
    await rule(base.ctx, programId, review());
    const contactId = await member(base.ctx, programId);
    const payload = await happens(contactId, 'Product Reviewed');
    await emit(base.ctx, 'event.recorded', [payload, payload]);
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(20);
  });

  test('what a browser says earns only by a rule that takes a browser’s word; a bot never earns', async () => {
    const programId = await program(base.ctx);
    await rule(base.ctx, programId, review());
    const contactId = await member(base.ctx, programId);
    await happens(contactId, 'Product Reviewed', { trust: 'public' });
    await happens(contactId, 'Product Reviewed', { trust: 'verified' });
    expect(await points(base.ctx, contactId)).toBe(0);
    await rule(base.ctx, programId, review({ trust: 'verified', points: 3 }));
    await happens(contactId, 'Product Reviewed', { trust: 'public' });
    await happens(contactId, 'Product Reviewed', { trust: 'verified' });
    await happens(contactId, 'Product Reviewed', { trust: 'verified', bot: true });
    expect(await points(base.ctx, contactId)).toBe(3);
  });

  test('properties decide, each product earns once, and a week has its cap', async () => {
    const programId = await program(base.ctx);
    await rule(base.ctx, programId, {
      ...review({ where: [{ property: 'stars', op: 'gte', value: 4 }], onceBy: 'product_id' }),
      caps: { periods: [{ per: 'week', times: 2 }] },
    });
    const contactId = await member(base.ctx, programId);
    const of = (productId: string, stars: number) =>
      happens(contactId, 'Product Reviewed', { properties: { product_id: productId, stars } });
    await of('tea', 3);
    await of('tea', 5);
    await of('tea', 5);
    expect(await points(base.ctx, contactId)).toBe(20);
    await of('cup', 4);
    await of('pot', 4);
    expect(await points(base.ctx, contactId)).toBe(40);
    base.clock.set('2026-03-09T10:00:00Z');
    await of('pot', 4);
    expect(await points(base.ctx, contactId)).toBe(60);
  });

  test('what happened before joining, or to who is no member, earns nothing', async () => {
    const programId = await program(base.ctx);
    await rule(base.ctx, programId, review());
    const contactId = await person(base.ctx);
    await happens(contactId, 'Product Reviewed');
    base.clock.advance(1_000);
    await join(base.ctx, programId, contactId);
    await happens(contactId, 'Product Reviewed', { at: '2026-03-02T10:00:00Z' });
    expect(await points(base.ctx, contactId)).toBe(0);
  });
});

describe('days', () => {
  const night = () => runNights(base.ctx, new AbortController().signal);

  test('joining earns once', async () => {
    const programId = await program(base.ctx);
    await rule(base.ctx, programId, { earns: { type: 'enrolment', points: 100 } });
    const contactId = await member(base.ctx, programId);
    await emit(base.ctx, 'member.enrolled', [{ contactId, programId }]);
    await told(base.ctx);
    expect(await points(base.ctx, contactId)).toBe(100);
  });

  test('a birthday earns once a year in the program’s zone; 29 February is kept on the 28th in other years', async () => {
    base.clock.set('2027-02-20T10:00:00Z');
    const programId = await program(base.ctx);
    await rule(base.ctx, programId, { earns: { type: 'birthday', points: 50 } });
    const contactId = await member(base.ctx, programId, { birthMonth: 2, birthDay: 29 });
    await night();
    expect(await points(base.ctx, contactId)).toBe(0);
    base.clock.set('2027-02-27T23:30:00Z');
    await night();
    await night();
    expect(await points(base.ctx, contactId)).toBe(50);
    base.clock.set('2027-03-01T10:00:00Z');
    await night();
    expect(await points(base.ctx, contactId)).toBe(50);
    base.clock.set('2028-02-28T10:00:00Z');
    await night();
    expect(await points(base.ctx, contactId)).toBe(50);
    base.clock.set('2028-03-02T10:00:00Z');
    await night();
    expect(await points(base.ctx, contactId)).toBe(100);
  });

  test('a year of membership earns', async () => {
    const programId = await program(base.ctx);
    await rule(base.ctx, programId, { earns: { type: 'anniversary', points: 5 } });
    const contactId = await member(base.ctx, programId);
    base.clock.set('2027-03-02T10:00:00Z');
    await night();
    expect(await points(base.ctx, contactId)).toBe(5);
  });
});
