import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MessageLeaf } from '../../src/campaigns/contract.leaf.ts';
import { registerCampaigns } from '../../src/campaigns/index.ts';
import { dateOf, rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { compileRule } from '../../src/segments/compile.ts';
import { ruleSchema } from '../../src/segments/contract.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

/** Whether the leaf says of random ledgers what its definition says, at every moment and only changing when told. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const EPOCH = Date.parse('2026-03-01T10:00:00Z');
const CAMPAIGNS = {
  a: { id: newId(), kind: 'broadcast', channel: 'email' },
  b: { id: newId(), kind: 'broadcast', channel: 'sms' },
  t: { id: newId(), kind: 'transactional', channel: 'email' },
} as const;
type Name = keyof typeof CAMPAIGNS;

let base: TestBase;
beforeAll(async () => {
  registerCampaigns();
  base = await testBase();
  for (const { id, kind, channel } of Object.values(CAMPAIGNS))
    await base.ctx.db.execute(sql`
      insert into campaign (campaign_id, name, kind, channel, purpose, template_id, content, schedule, created_by, created_at, updated_at)
      values (${id}::uuid, ${kind}, ${kind}, ${channel}, 'activation', gen_random_uuid(), '{}', '{}', 'test', now(), now())`);
});
afterAll(() => base.close());

type Response = { kind: string; human: boolean; at: number };
type Message = {
  campaign: Name;
  state: string;
  reason: string | null;
  handed: number | null;
  delivered: number | null;
  responses: Response[];
};

const at = fc.integer({ min: -8 * 8, max: 2 * 8 }).map((n) => EPOCH + n * 3 * HOUR);
const messageOf: fc.Arbitrary<Message> = fc.record({
  campaign: fc.constantFrom('a', 'a', 'b', 't'),
  state: fc.constantFrom('sent', 'sent', 'sent', 'failed', 'planned', 'unknown'),
  reason: fc.constantFrom(null, 'bounced', 'dropped'),
  handed: fc.option(at),
  delivered: fc.option(at),
  responses: fc.array(
    fc.record({
      kind: fc.constantFrom('opened', 'opened', 'clicked', 'converted', 'complained', 'unsubscribed'),
      human: fc.boolean(),
      at,
    }),
    { maxLength: 4 },
  ),
});

const comparison = fc
  .tuple(fc.constantFrom('is', 'isNot', 'gt', 'gte', 'lt', 'lte', 'between'), fc.nat(2), fc.nat(2))
  .map(([op, value, more]) => (op === 'between' ? { op, from: value, to: value + more } : { op, value }));
const window = fc.constantFrom(
  undefined,
  { type: 'last', unit: 'days', amount: 2 },
  { type: 'last', unit: 'hours', amount: 36 },
  { type: 'calendar', days: 3, zone: 'Europe/Moscow' },
  { type: 'between', from: '2026-02-25', to: '2026-03-01T12:00:00Z' },
);
const leafOf = fc
  .record({
    kind: fc.constantFrom(
      'sent',
      'delivered',
      'opened',
      'clicked',
      'converted',
      'bounced',
      'complained',
      'unsubscribed',
    ),
    campaigns: fc.constantFrom(undefined, ['a'], ['b', 't']),
    channels: fc.constantFrom(undefined, undefined, ['email']),
    transactional: fc.constantFrom(undefined, true),
    window,
    comparison,
  })
  .map(({ comparison: test_, campaigns, ...rest }) => {
    const named = campaigns?.map((name) => CAMPAIGNS[name].id);
    const leaf = { type: 'message', ...rest, ...test_, ...(named === undefined ? {} : { campaigns: named }) };
    return ruleSchema.parse(JSON.parse(JSON.stringify(leaf))) as unknown as MessageLeaf;
  });

const localDay = (moment: number, zone: string): number =>
  Date.parse(`${new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(new Date(moment))}T00:00:00Z`) /
  DAY;

function inWindow(moment: number, leaf: MessageLeaf, now: number): boolean {
  const { window: of = { type: 'ever' } } = leaf;
  if (moment > now) return false;
  if (of.type === 'last') return moment > now - of.amount * (of.unit === 'hours' ? HOUR : DAY);
  if (of.type === 'calendar') return localDay(moment, of.zone) > localDay(now, of.zone) - of.days;
  if (of.type === 'between') return moment >= Date.parse(of.from) && moment < Date.parse(of.to);
  return true;
}

/** When the message was done to what the leaf asks. */
function momentsOf(leaf: MessageLeaf, message: Message): number[] {
  const planned = EPOCH - 9 * DAY;
  const bounced = message.state === 'failed' && message.reason === 'bounced';
  switch (leaf.kind) {
    case 'sent':
      return message.state === 'sent' || bounced ? [message.handed ?? planned] : [];
    case 'bounced':
      return bounced ? [message.handed ?? planned] : [];
    case 'delivered':
      return message.state === 'sent' && message.delivered !== null ? [message.delivered] : [];
    case 'opened':
    case 'clicked':
    case 'converted':
    case 'complained':
    case 'unsubscribed':
    default:
      return message.responses.filter((one) => one.kind === leaf.kind && one.human).map((one) => one.at);
  }
}

function holds(leaf: MessageLeaf, messages: readonly Message[], now: number): boolean {
  const count = messages.filter((message) => {
    const of = CAMPAIGNS[message.campaign];
    if (leaf.campaigns !== undefined && !leaf.campaigns.includes(of.id)) return false;
    if (leaf.campaigns === undefined && leaf.transactional !== true && of.kind === 'transactional')
      return false;
    if (leaf.channels !== undefined && !leaf.channels.includes(of.channel)) return false;
    return momentsOf(leaf, message).some((moment) => inWindow(moment, leaf, now));
  }).length;
  if (leaf.op === 'between') return count >= leaf.from && count <= leaf.to;
  const tests = {
    is: count === leaf.value,
    isNot: count !== leaf.value,
    gt: count > leaf.value,
    gte: count >= leaf.value,
    lt: count < leaf.value,
    lte: count <= leaf.value,
  };
  return tests[leaf.op];
}

async function putLedgers(ledgers: ReadonlyMap<string, readonly Message[]>): Promise<void> {
  const { db } = base.ctx;
  const json = (value: unknown) => sql`${JSON.stringify(value)}::text::jsonb`;
  await db.execute(sql`truncate contact, message, response`);
  await db.execute(sql`insert into contact (contact_id, kind, created_at, updated_at)
    select id::uuid, 'person', now(), now() from jsonb_array_elements_text(${json([...ledgers.keys()])}) as id`);
  const messages = [...ledgers].flatMap(([contact, own]) =>
    own.map((one) => ({ ...one, contact, id: newId(), campaignId: CAMPAIGNS[one.campaign].id })),
  );
  await db.execute(sql`
    insert into message (contact_id, occurred_at, id, campaign_id, run_id, state, reason, due_at, channel, handed_at, delivered_at, origin_id)
    select contact, to_timestamp(${(EPOCH - 9 * DAY) / 1000}), id, "campaignId", gen_random_uuid(), state, reason, now(), 'email',
      to_timestamp(handed / 1000), to_timestamp(delivered / 1000), contact
    from jsonb_to_recordset(${json(messages)}) as m(contact uuid, id uuid, "campaignId" uuid, state text, reason text, handed float8,
      delivered float8)`);
  const responses = messages.flatMap(({ id, contact, campaignId, responses: own }) =>
    own.map((one) => ({ ...one, contact, messageId: id, campaignId, id: newId() })),
  );
  await db.execute(sql`
    insert into response (contact_id, occurred_at, id, recorded_at, message_id, campaign_id, run_id, kind, human, origin_id)
    select contact, to_timestamp(at / 1000), id, to_timestamp(at / 1000), "messageId", "campaignId", gen_random_uuid(), kind, human, contact
    from jsonb_to_recordset(${json(responses)}) as r(contact uuid, at float8, id uuid, "messageId" uuid, "campaignId" uuid, kind text,
      human boolean)`);
}

async function statesAt(
  leaf: MessageLeaf,
  now: number,
): Promise<Map<string, { value: boolean; until: number }>> {
  const rule = ruleSchema.parse(leaf);
  const compiled = compileRule(rule, { now: new Date(now), baseCurrency: 'GBP', segments: new Map() });
  const found = await rows<{ contact_id: string; value: boolean; until: string | null }>(
    base.ctx.db,
    sql`select contact_id, value, nullif(valid_until, 'infinity')::text as until from (${compiled.states()}) s`,
  );
  return new Map(
    found.map((one) => [
      one.contact_id,
      { value: one.value, until: one.until === null ? Infinity : dateOf(one.until).getTime() },
    ]),
  );
}

test('the message leaf says what its definition says at every moment, and names the first at which that could change', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(messageOf, { maxLength: 4 }), { minLength: 3, maxLength: 5 }),
      fc.array(leafOf, { minLength: 4, maxLength: 6 }),
      async (drawn, leaves) => {
        const ledgers = new Map(drawn.map((own) => [newId(), own]));
        await putLedgers(ledgers);
        for (const leaf of leaves) {
          let now = EPOCH - 4 * DAY;
          for (let steps = 0; now < EPOCH + 5 * DAY; steps++) {
            const states = await statesAt(leaf, now);
            for (const [id, own] of ledgers)
              expect(states.get(id)?.value ?? false, JSON.stringify({ leaf, own, now })).toBe(
                holds(leaf, own, now),
              );
            const next = Math.min(EPOCH + 5 * DAY, ...[...states.values()].map(({ until }) => until));
            for (let between = now; between < next; between += 3 * HOUR)
              for (const own of ledgers.values())
                expect(holds(leaf, own, between)).toBe(holds(leaf, own, now));
            expect(steps).toBeLessThan(500);
            now = next;
          }
        }
      },
    ),
    { seed: 20_260_301, numRuns: 25, endOnFailure: true },
  );
}, 300_000);
