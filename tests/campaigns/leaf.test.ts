import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { newResponse, storeResponses, unsubscribe } from '../../src/campaigns/actions.responses.ts';
import { openOutbox } from '../../src/campaigns/channels/outbox.ts';
import { campaignsSubscriptions, registerCampaigns } from '../../src/campaigns/index.ts';
import { linksFor } from '../../src/campaigns/links.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { emit } from '../../src/core/outbox.ts';
import { createSegment } from '../../src/segments/actions.ts';
import { members } from '../../src/segments/actions.members.ts';
import { catalogue } from '../../src/segments/actions.query.ts';
import { ruleSchema, segmentCreate } from '../../src/segments/contract.ts';
import { segmentsSubscriptions } from '../../src/segments/index.ts';
import { sweepOnce } from '../../src/segments/jobs.ts';
import { words } from '../../src/segments/words.ts';
import { deliver } from '../support/deliver.ts';
import { campaignWorld, contactId, draft, launched, PUBLIC_URL, putContacts, SECRET } from './world.ts';
import type { World } from './world.ts';

let world: World;
registerCampaigns();
beforeAll(async () => {
  world = await campaignWorld();
});
afterAll(() => world.close());

const DAY = 86_400_000;
const told = () => deliver(world.ctx, [...segmentsSubscriptions, ...campaignsSubscriptions]);
const sweep = async () => {
  while ((await sweepOnce(world.ctx)) > 0);
};
const lastWeek = { type: 'last', unit: 'days', amount: 7 };

async function segment(leaf: object): Promise<() => Promise<number[]>> {
  const rule = { type: 'message', ...leaf };
  const { id } = await createSegment(
    world.ctx,
    segmentCreate.parse({ kind: 'dynamic', name: `Segment ${newId()}`, rule }),
  );
  return async () => {
    const { items } = await members(world.ctx, id, { limit: 200 });
    return items.map((one) => Number.parseInt(one.contactId.slice(-12), 16)).toSorted((a, b) => a - b);
  };
}

test('segments by messages follow sends, what readers do, verdicts taken back, and time', async () => {
  const { ctx, dataDir, clock } = world;
  await putContacts(ctx, 'L', { from: 1, to: 4 });
  const { id: campaignId } = await draft(ctx, 'L');
  const sent = await segment({ kind: 'sent', op: 'gte', value: 1, window: lastWeek });
  const never = await segment({ kind: 'sent', op: 'is', value: 0, campaigns: [campaignId] });
  const opened = await segment({ kind: 'opened', op: 'gte', value: 1, campaigns: [campaignId] });
  const other = await segment({ kind: 'opened', op: 'gte', value: 1, campaigns: [newId()] });
  const gone = await segment({ kind: 'unsubscribed', op: 'gte', value: 1 });
  await told();
  expect([await sent(), await never()]).toEqual([[], [1, 2, 3, 4]]);

  await launched(ctx, campaignId);
  await sendDue(ctx, openOutbox(dataDir), new AbortController().signal);
  const [{ n } = { n: 0 }] = await rows<{ n: number }>(
    ctx.db,
    sql`select count(*)::int as n from outbox where topic = 'messages.settled' and done_at is null`,
  );
  expect(n).toBe(1);
  await told();
  expect([await sent(), await never()]).toEqual([[1, 2, 3, 4], []]);

  const messages = await rows<{ contactId: string; id: string; runId: string }>(
    ctx.db,
    sql`select contact_id as "contactId", id, run_id as "runId" from message where campaign_id = ${campaignId}::uuid`,
  );
  const of = (who: number) => {
    const found = messages.find((one) => one.contactId === contactId(who));
    if (found === undefined) throw new Error(`no message for ${who}`);
    return { ...found, campaignId };
  };
  const facts = { kind: 'opened' as const, linkNo: null, reason: null, userAgent: null };
  const first = newResponse(of(1), clock.now(), { ...facts, human: true }, 'first');
  await storeResponses(ctx, [first, newResponse(of(2), clock.now(), { ...facts, human: false }, 'second')]);
  const ref = { messageId: of(3).id, contactId: contactId(3) };
  const address = linksFor(SECRET, PUBLIC_URL).unsubscribe(ref, clock.now());
  await unsubscribe(ctx, address.split('/').at(-1) ?? '');
  await told();
  expect([await opened(), await other(), await gone()]).toEqual([[1], [], [3]]);

  const { id, kind, occurredAt } = first;
  await ctx.db.execute(sql`update response set human = false where id = ${id}::uuid`);
  const verdict = {
    id,
    contactId: contactId(1),
    messageId: of(1).id,
    campaignId,
    kind,
    human: false,
    reason: 'burst',
  };
  await emit(ctx, 'response.reclassified', [{ ...verdict, occurredAt: occurredAt.toISOString() }]);
  await told();
  expect(await opened()).toEqual([]);

  clock.advance(7 * DAY - 1);
  await sweep();
  expect(await sent()).toEqual([1, 2, 3, 4]);
  clock.advance(1);
  await sweep();
  expect([await sent(), await gone()]).toEqual([[], [3]]);
});

test('the leaf stands in the catalogue, reads in both languages, and refuses what it does not know by its path', async () => {
  const { fields } = await catalogue(world.ctx);
  expect(fields.filter(({ leaf }) => leaf === 'message').map(({ field }) => field)).toEqual([
    'sent',
    'delivered',
    'opened',
    'clicked',
    'converted',
    'bounced',
    'complained',
    'unsubscribed',
  ]);
  const rule = ruleSchema.parse({
    type: 'message',
    kind: 'opened',
    op: 'gte',
    value: 2,
    window: lastWeek,
    channels: ['email'],
  });
  const names = { segments: new Map<string, string>(), baseCurrency: 'GBP' };
  expect(words(rule, 'en', names)).toBe(
    'The number of messages opened by a person in the last 7 days is at least 2 (channels email)',
  );
  expect(words(rule, 'ru', names)).toBe(
    'Число сообщений, открытых человеком, за последние 7 дней не меньше 2 (каналы email)',
  );
  const wrong = ruleSchema.safeParse({
    type: 'not',
    child: { type: 'message', kind: 'read', op: 'is', value: 0 },
  });
  expect(wrong.error?.issues[0]?.path).toEqual(['child', 'kind']);
  const opened = { type: 'message', kind: 'opened' };
  for (const value of [-0.5, -1, 1.5])
    expect(ruleSchema.safeParse({ ...opened, op: 'gte', value }).error?.issues[0]?.path).toEqual(['value']);
  const half = ruleSchema.safeParse({ ...opened, op: 'between', from: 0, to: 0.5 });
  expect(half.error?.issues[0]?.path).toEqual(['to']);
});
