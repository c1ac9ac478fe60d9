import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ctx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import {
  compare,
  couponsOf,
  dieAt,
  MESSAGES,
  PAST_LEASES_MS,
  sendOut,
  sendWithKills,
  startSink,
  WHOLE,
} from './crash.ts';
import { askReceipts, listening, receiptTemplate, SIGNING_KEY, WEBHOOK_KEY } from './crash.world.ts';
import {
  campaignWorld,
  couponCampaign,
  draft,
  launched,
  mailsOf,
  outboxFiles,
  putContacts,
  statesOf,
} from './world.ts';
import type { World } from './world.ts';

/**
 * Worker processes are killed with SIGKILL while they send to providers in processes of their own, and what those have got is
 * compared with the ledger. CRASH_MESSAGES=20000 for the whole proof.
 */
let world: World;
let ctx: Ctx;
let aheadMs = 0;

beforeAll(async () => {
  world = await campaignWorld({ SENDGRID_WEBHOOK_KEY: WEBHOOK_KEY });
  ctx = { ...world.ctx, clock: { now: () => new Date(Date.now() + aheadMs) } };
  await receiptTemplate(ctx);
});
afterAll(() => world.close());

const HOUR_MS = 3_600_000;
const LIMIT_MS = WHOLE ? 1_800_000 : 300_000;
/** Of one lane: what a kill can leave in doubt. */
const SLICE = 20;
const LANES = 3;
let next = 1;

/** A campaign with coupons to contacts of its own, planned. */
async function planned(
  group: string,
  count: number,
  before: (from: number) => Promise<void> = async () => {},
): Promise<{ id: string; from: number; to: number }> {
  const [from, to] = [next, next + count - 1];
  next += count;
  await putContacts(ctx, group, { from, to });
  await before(from);
  const { id } = await draft(ctx, group, { couponCampaignId: await couponCampaign(ctx) });
  await launched(ctx, id);
  return { id, from, to };
}

const env = (more: Record<string, string>): Record<string, string> => ({
  DATABASE_URL: world.ctx.config.databaseUrl ?? '',
  DATA_DIR: world.dataDir,
  ...more,
});
const parts = (count: number, kills: number): number[] =>
  Array.from({ length: kills }, (_, i) => Math.floor((count * (i + 0.4)) / kills));
const print = (what: string, figures: object): void =>
  void process.stdout.write(`${what}: ${JSON.stringify(figures)}\n`);

test(
  'workers killed at random moments: the outbox holds each once, none is missing, no coupon twice',
  async () => {
    const { id } = await planned('outbox', MESSAGES);
    await sendWithKills(ctx, id, env({}), parts(MESSAGES, WHOLE ? 6 : 2));

    expect(await statesOf(ctx, id)).toEqual({ sent: MESSAGES });
    const [unclear] = await rows<{ count: number }>(
      ctx.db,
      sql`select count(*)::int as count from message m left join coupon p on p.contact_id = m.contact_id and p.code = m.coupon_code
      where m.campaign_id = ${id}::uuid and (m.address is null or p.code is null)`,
    );
    expect(unclear).toEqual({ count: 0 });
    const files = await outboxFiles(world.dataDir);
    expect(files.filter((file) => file.endsWith('.eml')).length).toBe(MESSAGES);
    const mails = await mailsOf(world.dataDir);
    expect(new Set(mails.map((mail) => mail.to)).size).toBe(MESSAGES);
    expect(new Set(mails.map((mail) => /BACK-\w{8}/.exec(mail.text)?.[0])).size).toBe(MESSAGES);
    expect(await couponsOf(ctx, id)).toEqual({ 'issued:sent': MESSAGES });
    print('outbox', { sent: MESSAGES });
  },
  LIMIT_MS,
);

/** Right beside the others. */
const NEAR = [
  { at: 'before the claim', nth: 20 },
  { at: 'before the hand-off', nth: 200 },
  { at: 'before the record', nth: 300 },
];

test(
  'a worker killed at each step’s boundary: a counting SMTP server gets nothing twice but what is asked for and unknown, nothing is lost',
  async () => {
    const sink = await startSink('smtp');
    const smtp = env({ SMTP_URL: `smtp://127.0.0.1:${sink.port}` });
    let asked: string[] = [];
    const { id } = await planned('steps', MESSAGES, async (from) => {
      asked = await askReceipts(ctx, from, from + SLICE - 1);
      // Got, and nobody has written it down.
      await dieAt(smtp, [{ at: 'accepted by the provider', nth: 1 }]);
    });
    const kills = [
      { at: 'claimed', nth: 3 },
      { at: 'coupons issued, not committed', nth: 2 },
      { at: 'rendered, coupons committed', nth: 4 },
      { at: 'marked as on its way', nth: 5 },
      { at: 'accepted by the provider', nth: 7 },
      { at: 'recorded, not committed', nth: 4 },
      ...(WHOLE ? NEAR : []),
    ];
    let at = await dieAt(smtp, kills, PAST_LEASES_MS);
    for (let round = 0; round < 2; round++, at += 6 * 60_000) await sendOut(smtp, [at]);
    const counts = await sink.counts();
    const broadcast = await compare(ctx, id, counts);
    print('each boundary, SMTP', {
      ...broadcast,
      lost: broadcast.lost.length,
      doubled: broadcast.doubled.length,
    });
    expect(broadcast).toMatchObject({ lost: [], doubled: [], silent: 0 });
    expect(broadcast.sent + broadcast.unknown).toBe(MESSAGES);
    // Those marked, handed off or got when their worker died; other lanes may have had a slice on its way as well.
    expect(broadcast.unknown).toBeGreaterThanOrEqual(3 * SLICE);
    expect(broadcast.unknown).toBeLessThanOrEqual(10 * LANES * SLICE);
    expect(await couponsOf(ctx, id)).toEqual({
      'issued:sent': broadcast.sent,
      'held:unknown': broadcast.unknown,
    });
    // Somebody waits for these: sent again, and so some twice, because nobody could tell.
    const times = asked.map((one) => counts.get(one) ?? 0);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...times)).toBe(2);
    expect(
      await rows(ctx.db, sql`select distinct state from message where asked and campaign_id <> ${id}::uuid`),
    ).toEqual([{ state: 'sent' }]);
    // Who is left in doubt stays so: not sent again, ever.
    await sendOut(smtp, [at + 24 * HOUR_MS]);
    expect(await sink.counts()).toEqual(counts);
    await sink.stop();
  },
  LIMIT_MS,
);

// SendGrid's scenario has two workers as well.
test.runIf(WHOLE)(
  'two workers at once, both killed at random moments: a counting SMTP server gets nothing twice, and what may be missing is unknown',
  async () => {
    const sink = await startSink('smtp');
    const { id } = await planned('pairs', MESSAGES);
    const smtp = env({ SMTP_URL: `smtp://127.0.0.1:${sink.port}` });
    const kills = parts(MESSAGES, 6);
    await sendWithKills(ctx, id, smtp, kills, 2);
    const ledger = await compare(ctx, id, await sink.counts());
    print('two workers, SMTP', { ...ledger, lost: ledger.lost.length, doubled: ledger.doubled.length });
    expect(ledger).toMatchObject({ lost: [], doubled: [], silent: 0 });
    expect(ledger.sent + ledger.unknown).toBe(MESSAGES);
    expect(ledger.unknown).toBeLessThanOrEqual(kills.length * 2 * LANES * SLICE);
    expect(await couponsOf(ctx, id)).toEqual({
      'issued:sent': ledger.sent,
      ...(ledger.unknown > 0 ? { 'held:unknown': ledger.unknown } : {}),
    });
    await sink.stop();
  },
  600_000,
);

test(
  'the same over SendGrid: its signed events, told twice and out of order, settle every unknown it has got',
  async () => {
    const sink = await startSink('sendgrid', 5);
    const web = await listening(ctx);
    const { id } = await planned('events', MESSAGES);
    const sendgrid = env({ SENDGRID_API_KEY: 'SG.key', SENDGRID_BASE_URL: `http://127.0.0.1:${sink.port}/` });
    aheadMs = await sendWithKills(ctx, id, sendgrid, parts(MESSAGES, WHOLE ? 6 : 2), 2);
    const before = await compare(ctx, id, await sink.counts());
    const told = await sink.tell(web.webhook, SIGNING_KEY, aheadMs);
    await sendOut(sendgrid, [aheadMs + HOUR_MS]);
    const counts = await sink.counts();
    const ledger = await compare(ctx, id, counts);
    print('two workers, SendGrid', {
      ...ledger,
      lost: ledger.lost.length,
      doubled: ledger.doubled.length,
      unknownBeforeEvents: before.unknown,
      events: told,
    });
    expect(ledger).toMatchObject({ lost: [], doubled: [], silent: 0 });
    expect(ledger.sent).toBe([...counts].length);
    expect(ledger.sent + ledger.unknown).toBe(MESSAGES);
    const coupons = await couponsOf(ctx, id);
    expect(coupons['issued:sent']).toBe(ledger.sent);
    expect(coupons['held:unknown'] ?? 0).toBe(ledger.unknown);
    await web.close();
    await sink.stop();
  },
  LIMIT_MS,
);

test(
  'coupons of messages that fail for good are released, those of a killed worker’s too',
  async () => {
    const { id, from, to } = await planned('refused', 200);
    await ctx.db.execute(sql`update contact set email = 'not an address' where country = 'refused'
    and contact_id in (select contact_id from message where campaign_id = ${id}::uuid order by contact_id limit 50)`);
    expect(to - from).toBe(199);
    const sink = await startSink('smtp');
    const smtp = env({ SMTP_URL: `smtp://127.0.0.1:${sink.port}` });
    const kills = [
      { at: 'rendered, coupons committed', nth: 1 },
      { at: 'recorded, not committed', nth: 2 },
    ];
    const at = await dieAt(smtp, kills, aheadMs);
    await sendOut(smtp, [at]);
    await sendOut(smtp, [at + HOUR_MS]);
    const ledger = await compare(ctx, id, await sink.counts());
    expect(ledger).toMatchObject({ lost: [], doubled: [], silent: 0 });
    const coupons = await couponsOf(ctx, id);
    const states = await statesOf(ctx, id);
    const failed = Object.entries(states).filter(([state]) => state.startsWith('failed'));
    expect(failed.reduce((sum, [, count]) => sum + count, 0) + ledger.unknown + ledger.sent).toBe(200);
    expect(coupons['issued:sent']).toBe(ledger.sent);
    expect(
      Object.keys(coupons).filter((pair) => pair.startsWith('issued') && pair !== 'issued:sent'),
    ).toEqual([]);
    expect(coupons['void:failed'] ?? 0).toBeGreaterThan(0);
    await sink.stop();
  },
  LIMIT_MS,
);
