import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCampaign } from '../../src/campaigns/actions.campaigns.ts';
import { launchCampaign, pauseCampaign, resumeCampaign } from '../../src/campaigns/actions.lifecycle.ts';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { campaignReport } from '../../src/campaigns/actions.report.ts';
import { createTemplate } from '../../src/campaigns/actions.templates.ts';
import { openOutbox } from '../../src/campaigns/channels/outbox.ts';
import { campaignInput } from '../../src/campaigns/contract.ts';
import type { CampaignView } from '../../src/campaigns/contract.ts';
import { registerCampaigns } from '../../src/campaigns/index.ts';
import { scanDue } from '../../src/campaigns/triggers/actions.scan.ts';
import { triggerSubscriptions } from '../../src/campaigns/triggers/jobs.ts';
import { mergeContacts } from '../../src/contacts/index.ts';
import { inTx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { addMs, DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/core/time.ts';
import { campaignWorld, contactId, mailsOf, putContacts, segmentOf, statesOf, templateId } from './world.ts';
import type { World } from './world.ts';

const never = new AbortController().signal;
let world: World;
let next = 0;

beforeAll(async () => {
  registerCampaigns();
  world = await campaignWorld({ TIME_ZONE: 'Europe/Berlin' });
});
afterAll(() => world.close());
beforeEach(async () => {
  // Those of the tests before stay out of it.
  await world.ctx.db.execute(sql`update campaign set state = 'cancelled'`);
  next += 100;
});

/** The n-th contact of this test. */
const who = (n: number): string => contactId(next + n);
const people = (count: number, group = `g${next}`) =>
  putContacts(world.ctx, group, { from: next + 1, to: next + count });
const send = () => sendDue(world.ctx, openOutbox(world.dataDir), never);
const states = ({ id }: CampaignView) => statesOf(world.ctx, id);

async function running(trigger: object, change: object = {}): Promise<CampaignView> {
  const { id } = await createCampaign(
    world.ctx,
    campaignInput.parse({
      name: 'When it happens',
      purpose: 'informational',
      templateId: await templateId(world.ctx, 'newsletter'),
      content: { links: { main: 'https://shop.example.com/' } },
      schedule: { type: 'trigger' },
      trigger,
      ...change,
    }),
  );
  return launchCampaign(world.ctx, id);
}

/** Hands an outbox event to the subscribers of its topic, as the relay does. */
async function tell(topic: string, payload: object, times = 1): Promise<void> {
  for (let i = 0; i < times; i++)
    await inTx(world.ctx, async (tx) => {
      for (const one of triggerSubscriptions.filter((subscription) => subscription.topic === topic))
        await one.handle(tx, [{ id: newId(), topic, payload, createdAt: tx.clock.now() }]);
    });
}

type Event = { n: number; name?: string; properties?: object; trust?: string; at?: Date; bot?: boolean };
async function stored(...given: Event[]): Promise<{ events: object[] }> {
  const { ctx } = world;
  const events = given.map(
    ({ n, name = 'Cart left', properties = {}, trust = 'server', at, bot = false }) => ({
      contactId: who(n),
      id: newId(),
      sourceId: newId(),
      occurredAt: (at ?? ctx.clock.now()).toISOString(),
      name,
      type: 'track',
      trust,
      bot,
      properties,
    }),
  );
  for (const one of events)
    await ctx.db
      .execute(sql`insert into event (contact_id, occurred_at, id, recorded_at, source_id, type, name, trust, bot, properties, origin_id)
      values (${one.contactId}::uuid, ${one.occurredAt}::timestamptz, ${one.id}::uuid, ${one.occurredAt}::timestamptz, ${one.sourceId}::uuid,
        'track', ${one.name}, ${one.trust}, ${one.bot}, ${JSON.stringify(one.properties)}::text::jsonb, ${one.contactId}::uuid)`);
  return { events: events.map((one) => ({ ...one, properties: undefined })) };
}

async function moved(
  segmentId: string,
  ns: number[],
  cause = 'fact',
  direction = 'entered',
): Promise<object> {
  const at = world.clock.now().toISOString();
  for (const n of ns)
    await world.ctx.db
      .execute(sql`insert into segment_transition (contact_id, occurred_at, id, segment_id, direction, cause, cause_id, version, origin_id)
      values (${who(n)}::uuid, ${at}::timestamptz, ${newId()}::uuid, ${segmentId}::uuid, ${direction}, ${cause}, ${newId()}, 1, ${who(n)}::uuid)`);
  return {
    cause,
    occurredAt: at,
    moves: [{ segmentId, version: 1, moved: ns.length, contactIds: ns.map(who) }],
  };
}

const start = { type: 'event', name: 'Cart left' };

describe('events', () => {
  test('an event of enough trust that fulfils the conditions starts one message, told twice or not', async () => {
    await people(5);
    const where = [{ property: 'total', op: 'gte', value: 10 }];
    const campaign = await running({ start: { ...start, where, trust: 'verified' } });
    const told = await stored(
      { n: 1, properties: { total: 12 }, trust: 'verified' },
      { n: 2, properties: { total: 5 } },
      { n: 3, properties: { total: 12 }, trust: 'public' },
      { n: 4, properties: { total: 12 }, bot: true },
      { n: 5, properties: { total: 12 }, at: addMs(world.clock.now(), -2 * DAY_MS) },
    );
    await tell('event.recorded', told, 2);
    expect(await states(campaign)).toEqual({ planned: 1 });
    await send();
    expect(await states(campaign)).toEqual({ sent: 1 });
    expect((await campaignReport(world.ctx, campaign.id)).runCount).toBe(2);
  });

  test('the template says what the event said; what it did not say is nothing', async () => {
    const { ctx } = world;
    await people(1);
    const text =
      '{{event.name}}: {{default event.properties.size "any"}} {{default event.properties.colour "none"}} {{links.unsubscribe}}';
    const mjml = `<mjml><mj-body><mj-section><mj-column><mj-text>${text.replace('{{links.unsubscribe}}', '<a href="{{links.unsubscribe}}">no</a>')}</mj-text></mj-column></mj-section></mj-body></mjml>`;
    const made = await createTemplate(ctx, {
      key: 'cart-said',
      name: 'Cart',
      purpose: 'informational',
      variants: [{ locale: 'en', subject: 'You left', mjml, text, sample: {} }],
    });
    await expect(running({ start: { type: 'order' } }, { templateId: made.id })).rejects.toMatchObject({
      code: 'template_needs_start',
    });
    await running({ start }, { templateId: made.id });
    await tell('event.recorded', await stored({ n: 1, properties: { size: 'M' } }));
    await send();
    const [mail] = (await mailsOf(world.dataDir)).filter((one) => one.contactId === who(1));
    expect(mail?.text).toContain('Cart left: M none');
  });

  test('entering again: once ever, or not within days; of workers at once one lets a contact in', async () => {
    await people(3);
    const once = await running({ start, reentry: { type: 'once' } });
    const weekly = await running({ start, reentry: { type: 'after', days: 7 } });
    const always = await running({ start });
    const tellings = await Promise.all([1, 1, 1, 1, 2].map((n) => stored({ n })));
    await Promise.all(tellings.map((told) => tell('event.recorded', told)));
    expect([await states(once), await states(weekly), await states(always)]).toEqual([
      { planned: 2 },
      { planned: 2 },
      { planned: 5 },
    ]);
    world.clock.advance(7 * DAY_MS);
    await tell('event.recorded', await stored({ n: 1 }));
    expect([await states(once), await states(weekly)]).toEqual([{ planned: 2 }, { planned: 3 }]);
  });

  test('who was merged has entered with what either of them was; nothing is planned for who is gone', async () => {
    await people(3);
    const once = await running({ start, reentry: { type: 'once' } });
    await tell('event.recorded', await stored({ n: 1 }));
    await mergeContacts(world.ctx, { from: who(1), to: who(2), reason: 'one person' });
    await tell('event.recorded', await stored({ n: 2 }));
    expect(await states(once)).toEqual({ planned: 1 });
  });

  test('what happens while it is paused is not made up for', async () => {
    await people(2);
    const campaign = await running({ start });
    await pauseCampaign(world.ctx, campaign.id);
    await tell('event.recorded', await stored({ n: 1 }));
    await resumeCampaign(world.ctx, campaign.id);
    await tell('event.recorded', await stored({ n: 2 }));
    expect(await states(campaign)).toEqual({ planned: 1 });
  });

  test('a delayed message is not sent when what it is about has happened since', async () => {
    await people(3);
    const campaign = await running({
      start,
      delayMinutes: 120,
      cancelOn: [{ type: 'order' }, { type: 'event', name: 'Called' }],
    });
    await tell('event.recorded', await stored({ n: 1 }, { n: 2 }, { n: 3 }));
    world.clock.advance(119 * MINUTE_MS);
    expect(await send()).toBe(0);
    await world.ctx.db
      .execute(sql`insert into orders (contact_id, order_id, source, external_id, kind, status, trust, occurred_at, recorded_at, currency, total_minor, base_total_minor, line_count, origin_id)
      values (${who(1)}::uuid, ${newId()}::uuid, 'shop', ${newId()}, 'sale', 'placed', 'server', ${world.clock.now().toISOString()}::timestamptz,
        now(), 'EUR', 100, 100, 0, ${who(1)}::uuid)`);
    await stored({ n: 2, name: 'Called' });
    world.clock.advance(MINUTE_MS);
    await send();
    expect(await states(campaign)).toEqual({ 'skipped:no_longer': 2, sent: 1 });
  });

  test('thousands of events at once take a handful of statements', async () => {
    await putContacts(world.ctx, 'many', { from: 10_001, to: 12_000 });
    const campaign = await running({ start, reentry: { type: 'once' } });
    const at = world.clock.now().toISOString();
    await world.ctx.db
      .execute(sql`insert into event (contact_id, occurred_at, id, recorded_at, source_id, type, name, trust, bot, properties, origin_id)
      select contact_id, ${at}::timestamptz, contact_id, ${at}::timestamptz, contact_id, 'track', 'Cart left', 'server', false, '{}', contact_id
      from contact where country = 'many'`);
    const events = Array.from({ length: 2_000 }, (_, i) => ({
      contactId: contactId(10_001 + i),
      id: contactId(10_001 + i),
      sourceId: contactId(1),
      occurredAt: at,
      name: 'Cart left',
      type: 'track',
      trust: 'server',
      bot: false,
    }));
    const payloads = Array.from({ length: 20 }, (_, i) => ({ events: events.slice(i * 100, i * 100 + 100) }));
    await inTx(world.ctx, async (tx) => {
      const on = triggerSubscriptions.find(({ topic }) => topic === 'event.recorded');
      await on?.handle(
        tx,
        payloads.map((payload) => ({
          id: newId(),
          topic: 'event.recorded',
          payload,
          createdAt: tx.clock.now(),
        })),
      );
    });
    expect(await states(campaign)).toEqual({ planned: 2_000 });
    expect((await campaignReport(world.ctx, campaign.id)).runCount).toBe(1);
  });
});

describe('segments', () => {
  test('who enters by a fact gets it; who was moved by a build, an edit or a load of the past does not', async () => {
    await people(4);
    const segmentId = await segmentOf(world.ctx, `g${next}`);
    const campaign = await running({ start: { type: 'segment', segmentId, on: 'entered' } });
    await tell('segment.entered', await moved(segmentId, [1, 2]), 2);
    await tell('segment.entered', await moved(segmentId, [3], 'build'));
    await tell('segment.left', await moved(segmentId, [4], 'fact', 'left'));
    expect(await states(campaign)).toEqual({ planned: 2 });
  });

  test('still in: who has left meanwhile gets nothing; only those of its own segment may enter', async () => {
    await people(3);
    await world.ctx.db.execute(sql`update contact set city = 'Rome' where contact_id <> ${who(3)}::uuid`);
    const segmentId = await segmentOf(world.ctx, `g${next}`);
    const campaign = await running(
      { start: { type: 'segment', segmentId, on: 'entered' }, delayMinutes: 60, stillIn: true },
      { segmentId },
    );
    await tell('segment.entered', await moved(segmentId, [1, 2]));
    await world.ctx.db.execute(
      sql`update contact set country = 'elsewhere' where contact_id = ${who(1)}::uuid`,
    );
    world.clock.advance(HOUR_MS);
    await send();
    expect(await states(campaign)).toEqual({ 'skipped:no_longer': 1, sent: 1 });
  });
});

describe('dates', () => {
  const born = (n: number, month: number, day: number, zone: string | null = null) =>
    world.ctx.db
      .execute(sql`update contact set birth_year = 1990, birth_month = ${month}::smallint, birth_day = ${day}::smallint,
      time_zone = ${zone} where contact_id = ${who(n)}::uuid`);
  /** Goes on in steps, as the job does. */
  const pass = async (ms: number, stepMs = 15 * MINUTE_MS): Promise<void> => {
    for (let done = 0; done < ms; done += stepMs) {
      world.clock.advance(stepMs);
      await scanDue(world.ctx, never);
    }
  };

  test('a birthday comes at ten o’clock where the contact is, once; after an outage the last day is made up for', async () => {
    await people(4);
    world.clock.set('2027-05-04T20:00:00Z');
    await born(1, 5, 5, 'Asia/Tokyo');
    await born(2, 5, 5, 'America/New_York');
    await born(3, 5, 5);
    await born(4, 5, 6);
    const campaign = await running({ start: { type: 'date', field: 'birthday' } });
    await pass(5 * HOUR_MS);
    const due = await rows<{ due: string }>(
      world.ctx.db,
      sql`select to_char(due_at at time zone 'UTC', 'DD HH24:MI') as due from message where campaign_id = ${campaign.id}::uuid order by 1`,
    );
    expect(due.map((one) => one.due)).toEqual(['05 01:00']);
    await pass(13 * HOUR_MS);
    expect(await states(campaign)).toEqual({ planned: 3 });
    // Nothing runs for thirty hours.
    world.clock.advance(30 * HOUR_MS);
    await scanDue(world.ctx, never);
    await scanDue(world.ctx, never);
    expect(await states(campaign)).toEqual({ planned: 4 });
    world.clock.advance(3 * DAY_MS);
    await send();
    expect(await states(campaign)).toEqual({ 'skipped:no_longer': 4 });
  });

  test('a date attribute is found by its day, so many days before, once', async () => {
    const { ctx } = world;
    await people(2);
    world.clock.set('2027-08-01T00:00:00Z');
    await ctx.db.execute(
      sql`insert into attribute_key (key, type, created_at) values ('renewal', 'date', now())`,
    );
    for (const [n, value] of [
      [1, '2027-08-04'],
      [2, '2026-08-04'],
    ] as const) {
      await ctx.db.execute(
        sql`update contact set attributes = ${JSON.stringify({ renewal: value })}::text::jsonb where contact_id = ${who(n)}::uuid`,
      );
      await ctx.db.execute(
        sql`insert into field_lookup (entry, contact_id) values (${`attributes.renewal\ns${value}`}, ${who(n)}::uuid)`,
      );
    }
    const date = { type: 'date', field: 'attributes.renewal', offsetDays: -3 };
    const once = await running({ start: { ...date, yearly: false } });
    const yearly = await running({ start: date });
    await pass(DAY_MS, HOUR_MS / 2);
    expect([await states(once), await states(yearly)]).toEqual([{ planned: 1 }, { planned: 2 }]);
  });
});

test.each([
  [
    'an unknown segment',
    { start: { type: 'segment', segmentId: newId(), on: 'entered' } },
    'campaign_segment_missing',
  ],
  ['an unknown field', { start: { type: 'date', field: 'attributes.nope' } }, 'trigger_field_unknown'],
  ['an event of the program itself', { start: { type: 'event', name: 'message.sent' } }, 'trigger_loop'],
  [
    'an unknown programme',
    { start: { type: 'points_expiring', programId: newId() } },
    'trigger_program_missing',
  ],
  [
    'an event that cancels itself',
    { start, cancelOn: [{ type: 'event', name: 'Cart left' }] },
    'trigger_cancels_itself',
  ],
  ['no segment to be still in', { start, stillIn: true }, 'trigger_still_in_nothing'],
])('%s is refused before anything starts', async (_what, trigger, code) => {
  await expect(running(trigger)).rejects.toMatchObject({ status: 422, code });
});
