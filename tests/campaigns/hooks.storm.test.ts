import { array, assert, asyncProperty, constantFrom, integer, nat, record } from 'fast-check';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rows } from '../../src/core/db.ts';
import { event, hooksWorld, seconds, sent, stateOf, suppressionOf, tell } from './hooks.world.ts';
import type { Sent } from './hooks.world.ts';
import type { World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await hooksWorld();
});
afterAll(() => world.close());

const drawn = record({
  message: nat({ max: 2 }),
  name: constantFrom(
    'processed',
    'deferred',
    'blocked',
    'delivered',
    'open',
    'click',
    'dropped',
    'bounce',
    'spamreport',
    'unsubscribe',
  ),
  minute: integer({ min: 0, max: 3 }),
});

describe('a storm of events', () => {
  test('ends the same whatever their order, their posts and how often each is repeated', async () => {
    let next = 1_000;
    await assert(
      asyncProperty(
        array(drawn, { minLength: 1, maxLength: 12 }),
        array(nat({ max: 11 }), { maxLength: 6 }),
        array(nat({ max: 1_000 }), { minLength: 36, maxLength: 36 }),
        async (list, again, random) => {
          const ends: unknown[] = [];
          for (const way of [0, 1]) {
            const { messages } = await sent(`storm ${next}`, next, 3, { coupon: true });
            next += 3;
            const events = list.map((one, i) => {
              const message = messages[one.message];
              if (message === undefined) throw new Error('nothing sent');
              const type = { type: one.name === 'blocked' ? 'blocked' : 'bounce' };
              const timestamp = Number(seconds(world.clock.now())) - 600 + one.minute * 60;
              const name = one.name === 'blocked' ? 'bounce' : one.name;
              return event(message, name, {
                ...type,
                timestamp,
                sg_event_id: `${next}-${String(i).padStart(2, '0')}`,
                reason: `because ${i}`,
                useragent: 'Safari',
              });
            });
            const arriving = [...events, ...(way === 0 ? [] : again.flatMap((n) => events[n] ?? []))].map(
              (told, i) => ({
                told,
                rank: way === 0 ? i : (random[i % 36] ?? 0),
              }),
            );
            arriving.sort((a, b) => a.rank - b.rank);
            const all = arriving.map(({ told }) => told);
            const cut = way === 0 ? all.length : (random[0] ?? 0) % (all.length + 1);
            for (const part of [all.slice(0, cut), all.slice(cut)])
              expect((await tell(part)).status).toBe(200);
            ends.push(await Promise.all(messages.map(endOf)));
          }
          expect(ends[1]).toEqual(ends[0]);
        },
      ),
      { numRuns: 12, endOnFailure: true },
    );
  });

  test('of five thousand in one post is taken whole', async () => {
    const { messages } = await sent('burst', 5_000, 1_000);
    const events = messages.flatMap((message) => [
      event(message, 'processed'),
      event(message, 'delivered'),
      event(message, 'open', { useragent: 'Mozilla/5.0' }),
      event(message, 'deferred'),
      event(message, 'click', { useragent: 'Mozilla/5.0' }),
    ]);
    expect(await tell(events)).toEqual({ status: 200, body: { accepted: 5_000 } });
    expect(await tell(events)).toEqual({ status: 200, body: { accepted: 0 } });
    const [state] = await rows(
      world.ctx.db,
      sql`select count(*)::int as n, count(delivered_at)::int as delivered from message
        where state = 'sent' and id in (select jsonb_array_elements_text(${JSON.stringify(messages.map(({ id }) => id))}::text::jsonb)::uuid)`,
    );
    expect(state).toEqual({ n: 1_000, delivered: 1_000 });
  });
});

/** All that is known of a message in the end, by what does not differ from run to run. */
async function endOf(message: Sent) {
  const [coupon] = await rows(
    world.ctx.db,
    sql`select state from coupon where contact_id = ${message.contactId}::uuid and send_key = ${message.id}`,
  );
  const [detail] = await rows(world.ctx.db, sql`select detail from message where id = ${message.id}::uuid`);
  const responses = await rows(
    world.ctx.db,
    sql`select kind, human, reason, count(*)::int as n from response where message_id = ${message.id}::uuid group by 1, 2, 3 order by 1, 2`,
  );
  const words = await rows(
    world.ctx.db,
    sql`select purpose, granted from consent where contact_id = ${message.contactId}::uuid group by 1, 2 order by 1, 2`,
  );
  const suppressed = await suppressionOf(message.address);
  const stopped = suppressed === null || suppressed === 'unsubscribe' ? suppressed : 'for good';
  const state = await stateOf(message);
  return { ...state, coupon, ...(state.state === 'failed' ? detail : {}), responses, words, stopped };
}
