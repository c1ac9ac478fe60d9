import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eraseContacts } from '../../src/contacts/index.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { ingestJobs } from '../../src/tracking/index.ts';
import { refreshTraits } from '../../src/tracking/behaviour/actions.traits.ts';
import { inTx } from '../../src/core/ctx.ts';
import { registerModules, subscriptions } from '../../src/modules.ts';
import { deliver } from '../support/deliver.ts';
import { until } from '../support/until.ts';
import { openSite, track } from './site.ts';
import type { Site } from './site.ts';

/** Visitors nobody knows are kept for a time only. */

let site: Site;
beforeAll(async () => {
  site = await openSite();
  registerModules();
});
afterAll(() => site.close());

const DAY = 86_400_000;
const job = ingestJobs.find(({ name }) => name === 'tracking.forget-visitors');
const forget = async (): Promise<void> =>
  job?.run(site.api.ctx, null, new AbortController().signal) ?? Promise.reject(new Error('no job'));
const at = () => site.clock.now().toISOString();
const seen = (anonymousId: string, over: object = {}) =>
  track('Quiz Finished', { anonymousId, timestamp: at(), ...over });

/** Of which of these anonymous ids there is still a contact. */
async function known(ids: readonly string[]): Promise<string[]> {
  const found = await rows<{ id: string }>(
    site.api.ctx.db,
    sql`select anonymous_id as id from visitor_lookup join contact using (contact_id)
      where anonymous_id in (select jsonb_array_elements_text(${JSON.stringify(ids)}::text::jsonb)) order by 1`,
  );
  return found.map(({ id }) => id);
}

const counts = () =>
  rows<{ kind: string; visitors: number; events: number; pages: number }>(
    site.api.ctx.db,
    sql`select kind, sum(visitors)::int as visitors, sum(events)::int as events, sum(pages)::int as pages
      from visitors_forgotten group by kind order by kind`,
  );

const events = async (): Promise<number> => (await rows(site.api.ctx.db, sql`select 1 from event`)).length;

test('a visitor nobody knows goes 180 days after the last event; who is known, has ordered or came back stays', async () => {
  const [lost, back, user, buyer] = ['lost', 'back', 'user', 'buyer'].map((name) => `${name}-${newId()}`) as [
    string,
    string,
    string,
    string,
  ];
  await site.batch([seen(lost), seen(lost, { type: 'page' }), seen(back), seen(user), seen(buyer)]);
  await site.server([
    {
      type: 'identify',
      messageId: newId(),
      anonymousId: user,
      userId: `u-${newId()}`,
      traits: {},
      timestamp: at(),
    },
    seen(buyer, {
      event: 'Order Completed',
      properties: { order_id: newId(), products: [{ product_id: 'P-FORGET', price: 5, quantity: 1 }] },
    }),
  ]);
  site.clock.advance(100 * DAY);
  await site.batch([seen(back)]);
  await forget();
  expect(await known([lost, back, user, buyer])).toEqual([lost, back, user, buyer].toSorted());
  site.clock.advance(81 * DAY);
  await forget();
  expect(await known([lost, back, user, buyer])).toEqual([back, user, buyer].toSorted());
  expect(await counts()).toEqual([{ kind: 'visitor', visitors: 1, events: 2, pages: 1 }]);
  // Whoever comes with the old id is somebody new.
  await site.batch([seen(lost)]);
  expect(await known([lost])).toEqual([lost]);
});

test('the link of a cookieless visitor ends with the day: two days later only counts are left, and no salt', async () => {
  const before = await events();
  const dayIds = () =>
    rows<{ id: string }>(
      site.api.ctx.db,
      sql`select anonymous_id as id from visitor_lookup where anonymous_id like 'cl\\_%'`,
    );
  await site.batch([
    { ...track('x'), type: 'page', event: undefined, context: { cookieless: true }, timestamp: at() },
    { ...track('Quiz Finished'), context: { cookieless: true }, timestamp: at() },
  ]);
  expect(await dayIds()).toHaveLength(1);
  await forget();
  expect(await dayIds()).toHaveLength(1);
  site.clock.advance(2 * DAY + 1);
  await forget();
  expect(await dayIds()).toEqual([]);
  expect(await events()).toBe(before);
  expect(await rows(site.api.ctx.db, sql`select * from day_salt`)).toEqual([]);
  expect(await counts()).toContainEqual({ kind: 'day', visitors: 1, events: 2, pages: 1 });
});

test('what only machines did goes after seven days; a visitor who was taken for one once stays', async () => {
  const [bot, person] = [`bot-${newId()}`, `person-${newId()}`];
  const machine = { context: { userAgent: 'Googlebot/2.1 (+http://www.google.com/bot.html)' } };
  await site.batch([seen(bot, machine), seen(person, machine), seen(person)]);
  site.clock.advance(6 * DAY);
  await forget();
  expect(await known([bot, person])).toEqual([bot, person].toSorted());
  site.clock.advance(1 * DAY + 1);
  await forget();
  expect(await known([bot, person])).toEqual([person]);
  expect(await counts()).toContainEqual({ kind: 'bot', visitors: 1, events: 1, pages: 0 });
});

test('a visitor forgotten while an event of theirs is being stored is a new one: the event is no letter', async () => {
  const id = `race-${newId()}`;
  await site.batch([seen(id)]);
  const [old] = await rows<{ contactId: string }>(
    site.api.ctx.db,
    sql`select contact_id as "contactId" from visitor_lookup where anonymous_id = ${id}`,
  );
  const contactId = old?.contactId ?? '';
  let coming: Promise<unknown> | undefined;
  await site.api.ctx.db.transaction(async (db) => {
    await eraseContacts({ ...site.api.ctx, db, inTransaction: true }, [contactId]);
    // It has found the visitor by its id, and waits for the contact that is going.
    coming = site.batch([seen(id)]);
    await until('the event waits', async () => {
      const waiting = await rows(
        site.api.ctx.db,
        sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return waiting.length > 0;
    });
  });
  expect(await coming).toEqual({ accepted: 1, duplicate: 0, rejected: [] });
  expect(await known([id])).toEqual([id]);
});

/** The eraser, while a transaction that it must wait for is open; it ends once the eraser waits. */
async function eraseDuring(
  contactId: string,
  body: (tx: Site['api']['ctx']) => Promise<unknown>,
): Promise<void> {
  let erasing: Promise<unknown> | undefined;
  await inTx(site.api.ctx, async (tx) => {
    await body(tx);
    erasing = eraseContacts(site.api.ctx, [contactId]);
    await until('the eraser waits', async () => {
      const waiting = await rows(
        site.api.ctx.db,
        sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return waiting.length > 0;
    });
  });
  await erasing;
}

test('a visitor forgotten while traits are computed, or before what was told of it is taken, leaves no row', async () => {
  const contactOf = async (anonymousId: string): Promise<string> => {
    const [found] = await rows<{ id: string }>(
      site.api.ctx.db,
      sql`select contact_id as id from visitor_lookup where anonymous_id = ${anonymousId}`,
    );
    return found?.id ?? '';
  };
  const [busy, told] = [`busy-${newId()}`, `told-${newId()}`];
  const visits = (id: string) =>
    [1, 2, 3, 4].map((days) =>
      seen(id, { type: 'page', timestamp: new Date(site.clock.now().getTime() - days * DAY).toISOString() }),
    );
  await site.batch(visits(busy));
  await deliver(site.api.ctx, subscriptions());
  await site.batch(visits(told));
  const ids = [await contactOf(busy), await contactOf(told)] as const;
  await eraseDuring(ids[0], refreshTraits);
  await eraseContacts(site.api.ctx, [ids[1]]);
  await deliver(site.api.ctx, subscriptions());
  while ((await refreshTraits(site.api.ctx)) > 0);
  for (const table of [
    'contact_trait',
    'contact_trait_due',
    'session',
    'segment_member',
    'score_entry',
    'lead',
  ])
    expect([
      table,
      await rows(
        site.api.ctx.db,
        sql`select 1 from ${sql.identifier(table)} where contact_id in (${ids[0]}::uuid, ${ids[1]}::uuid)`,
      ),
    ]).toEqual([table, []]);
});

test.each([
  [
    'an order told with an address',
    (id: string) =>
      seen(id, {
        event: 'Order Completed',
        properties: {
          order_id: id,
          email: `${id}@example.com`,
          products: [{ product_id: 'P', price: 5, quantity: 1 }],
        },
      }),
  ],
  [
    'a login',
    (id: string) => ({ type: 'identify', messageId: newId(), anonymousId: id, userId: id, traits: {} }),
  ],
])(
  '%s of a visitor forgotten at that moment is of a new one, and nothing names the old',
  async (_what, said) => {
    const id = `race-${newId()}`;
    await site.batch([seen(id)]);
    const [old] = await rows<{ contactId: string }>(
      site.api.ctx.db,
      sql`select contact_id as "contactId" from visitor_lookup where anonymous_id = ${id}`,
    );
    const contactId = old?.contactId ?? '';
    let coming: Promise<unknown> | undefined;
    await inTx(site.api.ctx, async (tx) => {
      await eraseContacts(tx, [contactId]);
      coming = site.server([said(id)]);
      await until('the event waits', async () => {
        const waiting = await rows(
          site.api.ctx.db,
          sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return waiting.length > 0;
      });
    });
    expect(await coming).toEqual({ accepted: 1, duplicate: 0, rejected: [] });
    expect(await known([id])).toEqual([id]);
    const left = await rows(
      site.api.ctx.db,
      sql`select 'contact' from contact where contact_id = ${contactId}::uuid
      union all select 'edge' from identity_edge where node_id = ${contactId}::uuid
      union all select 'order' from orders where contact_id = ${contactId}::uuid
      union all select 'point' from contact_point where contact_id = ${contactId}::uuid`,
    );
    expect(left).toEqual([]);
  },
);
