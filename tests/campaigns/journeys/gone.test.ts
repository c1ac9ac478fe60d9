import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enterJourney } from '../../../src/campaigns/journeys/actions.enter.ts';
import { mergeContacts } from '../../../src/contacts/index.ts';
import { row } from '../../../src/core/db.ts';
import { DAY_MS, HOUR_MS } from '../../../src/core/time.ts';
import { registerModules } from '../../../src/modules.ts';
import { campaignWorld, contactId, putContacts, templateId } from '../world.ts';
import type { World } from '../world.ts';
import { published, record, settle } from './world.ts';

/** Messages that wait while their person goes on. */

let world: World;
beforeAll(async () => {
  world = await campaignWorld();
  registerModules();
});
afterAll(() => world.close());

const GOAL = {
  type: 'goal',
  id: 'bought',
  when: { type: 'rule', rule: { type: 'event', name: 'Bought', op: 'gte', value: 1 } },
};
const WAIT = { type: 'wait', id: 'w', for: { amount: 20, unit: 'days' } };

async function begun(waitFor: 'nothing' | 'outcome', lines: string[], people: number[]): Promise<void> {
  const { ctx } = world;
  const message = {
    type: 'message',
    id: 'm',
    templateId: await templateId(ctx, 'newsletter'),
    content: { links: { main: 'https://shop.example.com/' } },
    waitFor,
  };
  const nodes = lines.includes('w.next > x') ? [message, WAIT, GOAL] : [message, GOAL];
  const id = await published(ctx, { nodes, lines: ['entry.next > m', ...lines] });
  for (const n of people) await putContacts(ctx, 'gone', { from: n, to: n });
  await enterJourney(ctx, id, { contactIds: people.map(contactId) });
  await settle(world, false);
}

const messageOf = async (n: number): Promise<string> => {
  const { state, reason } = await row<{ state: string; reason: string | null }>(
    world.ctx.db,
    sql`select state, reason from message where origin_id = ${contactId(n)}::uuid`,
  );
  return reason === null ? state : `${state}:${reason}`;
};

test('what waits is not sent to who has reached a goal meanwhile; who goes on gets it', async () => {
  await begun('outcome', ['m.sent > x', 'm.failed > x'], [1, 2]);
  await begun('nothing', ['m.next > w', 'w.next > x'], [3, 4]);
  world.clock.advance(HOUR_MS);
  for (const n of [1, 3]) await record(world.ctx, contactId(n), 'Bought');
  await settle(world, false);
  expect(await Promise.all([1, 2, 3, 4].map(messageOf))).toEqual(Array(4).fill('planned'));
  await settle(world);
  expect(await Promise.all([1, 2, 3, 4].map(messageOf))).toEqual([
    'skipped:no_longer',
    'sent',
    'skipped:no_longer',
    'sent',
  ]);
});

test('who has come to the exit still gets what was planned on the way', async () => {
  await begun('nothing', ['m.next > x'], [11]);
  await settle(world);
  expect(await messageOf(11)).toBe('sent');
});

test('a message whose outcome was waited for in vain is not sent after its person went on without it', async () => {
  await begun('outcome', ['m.sent > x', 'm.failed > w', 'w.next > x'], [21]);
  world.clock.advance(8 * DAY_MS);
  await settle(world, false);
  await settle(world);
  expect(await messageOf(21)).toBe('skipped:no_longer');
});

test('of two people in one journey who are merged one gets the message', async () => {
  await begun('outcome', ['m.sent > x', 'm.failed > x'], [31, 32]);
  await mergeContacts(world.ctx, { from: contactId(31), to: contactId(32), reason: 'test' });
  await settle(world);
  expect(await Promise.all([31, 32].map(messageOf))).toEqual(['skipped:merged', 'sent']);
});
