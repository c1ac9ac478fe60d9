import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { buildSegment } from '../../src/segments/actions.build.ts';
import type { Rule } from '../../src/segments/contract.ts';
import { base, create, ctx, from, idsOf, buys, someone, useBase } from './fixture.ts';

useBase();

/** Zones whose clocks PostgreSQL and JavaScript have told differently, for one of the two knew of a change first. */
const ZONES = ['America/Edmonton', 'Africa/Casablanca', 'Europe/Moscow', 'America/New_York'];

test.each(ZONES)(
  'in %s a calendar day ends once, by one clock, and nothing is due in the past',
  async (zone) => {
    base.clock.set('2026-11-23T06:30:00Z');
    const one = await someone();
    await buys(one);
    const rules: Rule[] = [
      {
        type: 'purchase',
        measure: 'orders',
        op: 'gte',
        value: 1,
        window: { type: 'calendar', days: 1, zone },
      },
      { type: 'purchase', measure: 'daysSinceLast', op: 'is', value: 0, zone },
      {
        type: 'attribute',
        field: 'createdAt',
        op: 'within',
        direction: 'last',
        amount: 1,
        unit: 'calendarDays',
        zone,
      },
    ];
    const made = await Promise.all(
      rules.map((rule) => create({ type: 'all', children: [rule, { type: 'not', child: from('Nowhere') }] })),
    );
    for (const hour of [6, 7, 8, 12, 23]) {
      base.clock.set(`2026-11-23T${String(hour).padStart(2, '0')}:45:00Z`);
      for (const { id } of made) {
        await buildSegment(ctx, id);
        const found = await rows<{ ahead: boolean }>(
          ctx.db,
          sql`select valid_until > ${ctx.clock.now().toISOString()}::timestamptz + interval '1 second' as ahead
          from segment_member where segment_id = ${id}::uuid and contact_id = ${one}::uuid`,
        );
        for (const { ahead } of found) expect(ahead).toBe(true);
      }
      const lists = await Promise.all(made.map(async ({ id }) => (await idsOf(id)).includes(one)));
      expect(new Set(lists).size).toBe(1);
    }
  },
);
