import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordOpen } from '../../../src/campaigns/actions.responses.ts';
import { checkJourney } from '../../../src/campaigns/journeys/actions.check.ts';
import { enterJourney } from '../../../src/campaigns/journeys/actions.enter.ts';
import {
  pauseJourney,
  publishJourney,
  resumeJourney,
  stopJourney,
} from '../../../src/campaigns/journeys/actions.lifecycle.ts';
import { createJourney, patchJourney } from '../../../src/campaigns/journeys/actions.ts';
import {
  contactJourneys,
  journeyCounts,
  journeyPeople,
  journeyVersions,
} from '../../../src/campaigns/journeys/actions.views.ts';
import { peopleQuery } from '../../../src/campaigns/journeys/contract.ts';
import { linksFor } from '../../../src/campaigns/links.ts';
import { mergeContacts } from '../../../src/contacts/index.ts';
import { rows } from '../../../src/core/db.ts';
import { DAY_MS, HOUR_MS } from '../../../src/core/time.ts';
import { createProgram } from '../../../src/loyalty/programs/actions.ts';
import { programInput } from '../../../src/loyalty/programs/contract.ts';
import { registerModules } from '../../../src/modules.ts';
import { placeOrders } from '../../../src/orders/index.ts';
import {
  campaignWorld,
  contactId,
  mailsOf,
  PUBLIC_URL,
  putContacts,
  SECRET,
  segmentOf,
  templateId,
} from '../world.ts';
import type { World } from '../world.ts';
import { definitionOf, published, record, settle } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await campaignWorld();
  registerModules();
});
afterAll(() => world.close());

const visit = {
  method: 'GET',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0 Safari/537.36',
  purpose: '',
};
const WAIT = { type: 'wait', id: 'w', for: { amount: 1, unit: 'days' } };
const LINES = ['entry.next > w', 'w.next > x'];

async function open(campaignContact: number): Promise<void> {
  const mail = (await mailsOf(world.dataDir)).find((one) => one.contactId === contactId(campaignContact));
  if (mail === undefined) throw new Error('no mail');
  const url = linksFor(SECRET, PUBLIC_URL).open(
    { messageId: mail.id, contactId: mail.contactId },
    world.clock.now(),
  );
  await recordOpen(
    world.ctx,
    url
      .split('/')
      .at(-1)
      ?.replace(/\.gif$/, '') ?? '',
    visit,
  );
}

const pathOf = async (n: number) =>
  (await contactJourneys(world.ctx, contactId(n))).items[0]?.path.map(
    ({ node, exit, reason }) => `${node} ${exit ?? '-'} ${reason ?? '-'}`,
  );
const placeOf = async (n: number) => {
  const [first] = (await contactJourneys(world.ctx, contactId(n))).items;
  return first === undefined ? undefined : [first.state, first.node, first.reason];
};

test('an event brings people in; they go their ways by what comes of a message, with incentives within the budget and reasons kept', async () => {
  const { ctx, clock } = world;
  await putContacts(ctx, 'path', { from: 1, to: 3 });
  await putContacts(ctx, 'path', { from: 4, to: 4 }, null);
  const program = await createProgram(
    ctx,
    programInput.parse({ name: 'Points', zone: 'UTC', currency: 'EUR' }),
  );
  const id = await published(ctx, {
    entry: {
      trigger: { type: 'event', name: 'Cart left', where: [{ property: 'total', op: 'gte', value: 100 }] },
    },
    nodes: [
      {
        type: 'message',
        id: 'm',
        templateId: await templateId(ctx, 'newsletter'),
        content: { links: { main: 'https://shop.example.com/' } },
        waitFor: 'outcome',
      },
      {
        type: 'wait-event',
        id: 'seen',
        event: { type: 'response', node: 'm', did: 'opened' },
        timeout: { amount: 2, unit: 'days' },
      },
      { type: 'incentive', id: 'gift', give: { type: 'points', programId: program.id, points: 10 }, most: 1 },
      { type: 'update', id: 'mark', set: [{ key: 'mood', value: 'kept' }], addTags: ['journeyed'] },
      {
        type: 'branch',
        id: 'b',
        arms: [
          {
            id: 'kept',
            when: {
              type: 'rule',
              rule: { type: 'attribute', field: 'attributes.mood', op: 'is', value: 'kept' },
            },
          },
        ],
      },
    ],
    lines: [
      'entry.next > m',
      'm.sent > seen',
      'm.failed > x',
      'seen.happened > gift',
      'seen.timeout > mark',
      'gift.given > mark',
      'gift.refused > mark',
      'mark.next > b',
      'b.kept > x',
      'b.else > x',
    ],
  });
  for (const n of [1, 2, 3, 4]) await record(ctx, contactId(n), 'Cart left', { total: 150 });
  await record(ctx, contactId(1), 'Cart left', { total: 150 });
  await putContacts(ctx, 'path', { from: 5, to: 5 });
  await record(ctx, contactId(5), 'Cart left', { total: 99 });
  await settle(world);
  expect(await placeOf(5)).toBeUndefined();
  expect(await pathOf(4)).toEqual(['m failed skipped', 'x - exit']);
  expect((await journeyPeople(ctx, id, peopleQuery.parse({ node: 'seen' }))).items.length).toBe(3);

  clock.advance(HOUR_MS);
  await open(1);
  await open(2);
  await settle(world);
  clock.advance(2 * DAY_MS);
  await settle(world);
  const opened = ['m sent sent', 'seen happened happened'];
  const ends = ['mark next changed', 'b kept rule_holds', 'x - exit'];
  const gifts = [await pathOf(1), await pathOf(2)]
    .map((path) => path?.[2] ?? '')
    .toSorted((a, b) => a.localeCompare(b));
  expect(gifts).toEqual(['gift given given', 'gift refused budget_spent']);
  expect((await pathOf(1))?.toSpliced(2, 1)).toEqual([...opened, ...ends]);
  expect(await pathOf(3)).toEqual(['m sent sent', 'seen timeout timeout', ...ends]);
  const points = await rows(ctx.db, sql`select sum(available)::int as points from wallet`);
  expect(points).toEqual([{ points: 10 }]);
  expect(await rows(ctx.db, sql`select count(*)::int as n from contact where tags = '{journeyed}'`)).toEqual([
    { n: 3 },
  ]);

  const counts = await journeyCounts(ctx, id);
  expect(counts).toMatchObject({ version: 1, entered: 4, inside: 0, left: [{ reason: 'exit', count: 4 }] });
  expect(counts.nodes).toMatchObject({
    m: { entered: 4, here: 0, exits: { sent: 3, failed: 1 }, messages: { sent: 3, skipped: 1 } },
    seen: { entered: 3, exits: { happened: 2, timeout: 1 } },
    gift: { exits: { given: 1, refused: 1 } },
  });
});

test('a pause holds everybody and loses no wait; people finish the version they began; stopping tells why they left', async () => {
  const { ctx, clock } = world;
  await putContacts(ctx, 'life', { from: 11, to: 13 });
  const id = await published(ctx, { nodes: [WAIT], lines: LINES });
  expect(await enterJourney(ctx, id, { contactIds: [contactId(11)] })).toEqual({ entered: 1, refused: [] });
  await settle(world);
  await pauseJourney(ctx, id);
  clock.advance(3 * DAY_MS);
  await enterJourney(ctx, id, { contactIds: [contactId(12)] });
  await settle(world);
  expect([await placeOf(11), await placeOf(12)]).toEqual([
    ['waiting', 'w', null],
    ['moving', 'w', null],
  ]);
  await patchJourney(ctx, id, {
    definition: definitionOf({ nodes: [{ ...WAIT, id: 'w2' }], lines: ['entry.next > w2', 'w2.next > x'] }),
  });
  await publishJourney(ctx, id);
  await resumeJourney(ctx, id);
  await enterJourney(ctx, id, { contactIds: [contactId(13)] });
  await settle(world);
  expect([await placeOf(11), await placeOf(12), await placeOf(13)]).toEqual([
    ['left', 'x', 'exit'],
    ['waiting', 'w', null],
    ['waiting', 'w2', null],
  ]);
  expect((await journeyVersions(ctx, id)).items.map(({ version, inside }) => [version, inside])).toEqual([
    [2, 1],
    [1, 1],
  ]);
  await stopJourney(ctx, id);
  await settle(world);
  expect(await placeOf(13)).toEqual(['left', 'w2', 'stopped']);
  expect(await pathOf(13)).toEqual(['w2 - stopped']);
  await expect(publishJourney(ctx, id)).rejects.toMatchObject({ code: 'journey_stopped', status: 409 });
});

test('nobody is inside twice, and who has left comes in again only as the journey allows; the same key counts once', async () => {
  const { ctx, clock } = world;
  await putContacts(ctx, 'again', { from: 21, to: 22 });
  const filterSegmentId = await segmentOf(ctx, 'again');
  const entry = { reentry: { type: 'after', days: 5 }, filterSegmentId };
  const id = await published(ctx, { entry, nodes: [WAIT], lines: LINES });
  const enter = async (n: number, key?: string) =>
    (await enterJourney(ctx, id, { contactIds: [contactId(n)], ...(key === undefined ? {} : { key }) }))
      .refused[0]?.reason ?? 'came';
  expect([await enter(21, 'k'), await enter(21), await enter(1), await enter(0xffff)]).toEqual([
    'came',
    'inside',
    'not_in_segment',
    'contact_not_found',
  ]);
  await settle(world);
  clock.advance(DAY_MS);
  await settle(world);
  clock.advance(4 * DAY_MS);
  expect(await enter(21)).toBe('too_soon');
  clock.advance(DAY_MS + 1);
  expect([await enter(21, 'k'), await enter(21, 'l')]).toEqual(['repeated', 'came']);
});

test('a goal reached anywhere ends the journey, by an order as by a rule that a fact fulfils', async () => {
  const { ctx, clock } = world;
  await putContacts(ctx, 'goal', { from: 31, to: 33 });
  const goals = [
    { type: 'goal', id: 'bought', when: { type: 'happening', event: { type: 'order', minTotalMinor: 500 } } },
    {
      type: 'goal',
      id: 'vip',
      when: { type: 'rule', rule: { type: 'event', name: 'Became VIP', op: 'gte', value: 1 } },
    },
  ];
  const trigger = { type: 'audience', segmentId: await segmentOf(ctx, 'goal') };
  const long = { ...WAIT, for: { amount: 30, unit: 'days' } };
  const id = await published(ctx, { entry: { trigger }, nodes: [long, ...goals], lines: LINES });
  await settle(world);
  clock.advance(HOUR_MS);
  const order = {
    source: 'shop',
    externalId: 'o1',
    occurredAt: clock.now(),
    buyer: { contactId: contactId(31) },
    lines: [{ product: 'A', quantity: '1', unitPrice: '10' }],
  };
  await placeOrders(ctx, [order], { trust: 'server' });
  await record(ctx, contactId(32), 'Became VIP');
  await record(ctx, contactId(33), 'Looked');
  await settle(world);
  expect([await placeOf(31), await placeOf(32), await placeOf(33)]).toEqual([
    ['left', 'bought', 'goal'],
    ['left', 'vip', 'goal'],
    ['waiting', 'w', null],
  ]);
  expect((await journeyCounts(ctx, id)).left).toEqual([{ reason: 'goal', count: 2 }]);
});

test('of two people in one journey who turn out to be one, the present one stays and the other is told to be merged', async () => {
  const { ctx, clock } = world;
  await putContacts(ctx, 'merge', { from: 41, to: 43 });
  const id = await published(ctx, { nodes: [WAIT], lines: LINES });
  await enterJourney(ctx, id, { contactIds: [41, 43].map(contactId) });
  await settle(world);
  clock.advance(HOUR_MS);
  await enterJourney(ctx, id, { contactIds: [contactId(42)] });
  await settle(world);
  await mergeContacts(ctx, { from: contactId(41), to: contactId(42), reason: 'test' });
  const { items } = await contactJourneys(ctx, contactId(42));
  expect(items.map(({ state, reason }) => [state, reason])).toEqual([
    ['waiting', null],
    ['left', 'merged'],
  ]);
  clock.advance(DAY_MS);
  await settle(world);
  const counts = await journeyCounts(ctx, id);
  expect(counts).toMatchObject({ entered: 3, inside: 0 });
  expect(counts.nodes['w']).toMatchObject({ entered: 3, exits: { next: 2 } });
});

test('a wait for an event is over by it alone, also by one that came while nobody was told; too late is too late', async () => {
  const { ctx, clock } = world;
  await putContacts(ctx, 'event', { from: 51, to: 53 });
  const id = await published(ctx, {
    nodes: [
      {
        type: 'wait-event',
        id: 'w',
        event: { type: 'event', name: 'Signed', where: [{ property: 'plan', op: 'is', value: 'pro' }] },
        timeout: { amount: 2, unit: 'hours' },
      },
    ],
    lines: ['entry.next > w', 'w.happened > x', 'w.timeout > x'],
  });
  await enterJourney(ctx, id, { contactIds: [51, 52, 53].map(contactId) });
  await settle(world);
  clock.advance(HOUR_MS);
  await record(ctx, contactId(51), 'Signed', { plan: 'pro' });
  await record(ctx, contactId(52), 'Signed', { plan: 'free' });
  await settle(world);
  expect((await pathOf(51))?.[0]).toBe('w happened happened');
  expect(await placeOf(52)).toEqual(['waiting', 'w', null]);
  await pauseJourney(ctx, id);
  clock.advance(HOUR_MS - 1);
  await record(ctx, contactId(52), 'Signed', { plan: 'pro' });
  clock.advance(2);
  await record(ctx, contactId(53), 'Signed', { plan: 'pro' });
  await settle(world);
  await resumeJourney(ctx, id);
  await settle(world);
  expect([(await pathOf(52))?.[0], (await pathOf(53))?.[0]]).toEqual([
    'w happened happened',
    'w timeout timeout',
  ]);
});

test('a draft is not published with what it lacks or names that is not there: every problem with its node and field', async () => {
  const { ctx } = world;
  const nobody = '00000000-0000-7000-8000-00000000dead';
  const definition = definitionOf({
    entry: { trigger: { type: 'segment', segmentId: nobody } },
    nodes: [
      { type: 'message', id: 'm', templateId: nobody },
      { type: 'incentive', id: 'gift', give: { type: 'coupon', couponCampaignId: nobody }, most: 3 },
      {
        type: 'branch',
        id: 'b',
        arms: [{ id: 'in', when: { type: 'rule', rule: { type: 'segment', segmentId: nobody } } }],
      },
    ],
    lines: [
      'entry.next > m',
      'm.next > gift',
      'gift.given > b',
      'gift.refused > b',
      'b.in > x',
      'b.else > x',
    ],
  });
  const { id } = await createJourney(ctx, { name: 'Unsound', definition });
  const { ok, problems } = await checkJourney(ctx, id);
  expect(ok).toBe(false);
  expect(problems.map(({ node, field, code }) => [node, field, code].join(' '))).toEqual([
    'entry trigger.segmentId journey_segment_unknown',
    'm templateId campaign_template_missing',
    'gift give.couponCampaignId campaign_coupon_missing',
    'b arms.0.when.rule journey_segment_unknown',
  ]);
  await expect(publishJourney(ctx, id)).rejects.toMatchObject({ code: 'journey_invalid', status: 422 });
});
