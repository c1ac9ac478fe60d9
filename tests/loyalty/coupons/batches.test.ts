import { sql } from 'drizzle-orm';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ctx } from '../../../src/core/ctx.ts';
import { row, rows } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import {
  batches,
  cancelBatch,
  generateCoupons,
  getBatch,
  runBatches,
  voidBatch,
} from '../../../src/loyalty/coupons/actions.batch.ts';
import { getCouponCampaign } from '../../../src/loyalty/coupons/actions.campaigns.ts';
import { exportCodes, findCoupons, voidCoupons } from '../../../src/loyalty/coupons/actions.codes.ts';
import { foldCode } from '../../../src/loyalty/coupons/code.ts';
import type { CouponSearch } from '../../../src/loyalty/coupons/contract.codes.ts';
import type { CouponView } from '../../../src/loyalty/coupons/contract.ts';
import { couponJobs } from '../../../src/loyalty/coupons/jobs.ts';
import { registerLoyalty } from '../../../src/loyalty/index.ts';
import { as, person as actor, testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { until } from '../../support/until.ts';
import { buy, campaign, generic, issueOne, person, reserve } from './world.ts';

const CHILD = join(import.meta.dirname, 'batches.child.ts');
const LEASE_MS = 31_000;

let base: TestBase;
let ctx: Ctx;
beforeAll(async () => {
  base = await testBase();
  ctx = base.ctx;
  registerLoyalty();
});
afterAll(() => base.close());

const bearer = (change: object = {}) =>
  campaign(ctx, { personal: false, pattern: 'B-##########', ...change });
const work = () => runBatches(ctx, new AbortController().signal);

async function made(
  count: number,
  change: object = {},
): Promise<{ id: string; batchId: string; codes: string[] }> {
  const { id } = await bearer(change);
  const batch = await generateCoupons(ctx, id, { count, name: '' });
  await work();
  const found = await rows<{ code: string }>(
    ctx.db,
    sql`select code from coupon where batch_id = ${batch.id}::uuid order by coupon_id`,
  );
  return { id, batchId: batch.id, codes: found.map(({ code }) => code) };
}

describe('codes in bulk', () => {
  test('a worker killed three times at random moments: exactly as many codes as asked for, all distinct', async () => {
    const wanted = 60_000;
    const { id } = await bearer();
    const batch = await generateCoupons(ctx, id, { count: wanted, name: 'for the fair' });
    const done = async () => (await getBatch(ctx, batch.id)).done;
    for (let kill = 0; kill < 3; kill++) {
      const seen = await done();
      const args = { databaseUrl: base.database.url, now: ctx.clock.now().toISOString() };
      const child = spawn(process.execPath, [CHILD, JSON.stringify(args)], {
        stdio: ['pipe', 'ignore', 'inherit'],
      });
      const ended = once(child, 'exit');
      await until('it makes codes', async () => (await done()) > seen);
      child.kill('SIGKILL');
      await ended;
      base.clock.advance(LEASE_MS + 60_000);
    }
    expect(await done()).toBeLessThan(wanted);
    await until('its last commit is through', async () => {
      const { n } = await row<{ n: number }>(
        ctx.db,
        sql`select count(*)::int as n from coupon where batch_id = ${batch.id}::uuid`,
      );
      return n === (await done());
    });
    await work();
    expect(await getBatch(ctx, batch.id)).toMatchObject({ state: 'done', done: wanted, wanted });
    const found = await row(
      ctx.db,
      sql`select count(*)::int as all, count(distinct c.code)::int as codes, count(k.code)::int as known from coupon c
        left join coupon_code k using (contact_id, coupon_id) where batch_id = ${batch.id}::uuid`,
    ).then((value) => value as unknown);
    expect(found).toEqual({ all: wanted, codes: wanted, known: wanted });
    expect((await getCouponCampaign(ctx, id)).counts).toMatchObject({ issued: wanted });
  });

  test('a code is found, sold and counted like any other', async () => {
    const { id, codes } = await made(3);
    expect(await buy(ctx, codes[0]?.toLowerCase() ?? '')).toBe('ok');
    expect((await getCouponCampaign(ctx, id)).counts).toMatchObject({ issued: 2, used: 1 });
  });

  test('codes that exist are left out, and others are made instead', async () => {
    const { id } = await bearer();
    const batch = await generateCoupons(ctx, id, { count: 20, name: '' });
    await rows(
      ctx.db,
      sql`create function taken() returns trigger language plpgsql as $$ begin
        if random() < 0.4 then return null; end if; return new; end $$`,
    );
    await rows(
      ctx.db,
      sql`create trigger taken before insert on coupon_code for each row execute function taken()`,
    );
    await work();
    await rows(ctx.db, sql`drop trigger taken on coupon_code`);
    expect(await getBatch(ctx, batch.id)).toMatchObject({ state: 'done', done: 20 });
    expect((await getCouponCampaign(ctx, id)).counts).toMatchObject({ issued: 20 });
  });

  test('a pattern without free codes ends the batch, and says why', async () => {
    const { id } = await bearer();
    const batch = await generateCoupons(ctx, id, { count: 20, name: '' });
    await rows(
      ctx.db,
      sql`create function no_room() returns trigger language plpgsql as $$ begin return null; end $$`,
    );
    await rows(
      ctx.db,
      sql`create trigger no_room before insert on coupon_code for each row execute function no_room()`,
    );
    await work();
    await rows(ctx.db, sql`drop trigger no_room on coupon_code`);
    expect(await getBatch(ctx, batch.id)).toMatchObject({
      state: 'failed',
      done: 0,
      problem: 'coupon_codes_used_up',
    });
  });

  test('a cancelled batch stops, keeps what it made, and cannot be cancelled twice', async () => {
    const { id } = await bearer();
    const batch = await generateCoupons(ctx, id, { count: 20, name: '' });
    expect(await cancelBatch(ctx, batch.id)).toMatchObject({ state: 'cancelled' });
    await work();
    expect(await getBatch(ctx, batch.id)).toMatchObject({ state: 'cancelled', done: 0 });
    await expect(cancelBatch(ctx, batch.id)).rejects.toMatchObject({ code: 'coupon_batch_ended' });
    await expect(cancelBatch(ctx, newId())).rejects.toMatchObject({ code: 'coupon_batch_not_found' });
    expect((await batches(ctx, id, { limit: 10 })).items.map((one) => one.id)).toEqual([batch.id]);
  });

  test.each<[string, () => Promise<{ id: string }>, number, string, number]>([
    [
      'a pattern too weak for so many',
      () => bearer({ pattern: 'B-######' }),
      1_000_000,
      'coupon_pattern_weak',
      422,
    ],
    ['a campaign of one code', () => generic(ctx), 10, 'coupon_code_for_all', 409],
    ['coupons bound to contacts', () => campaign(ctx), 10, 'coupon_codes_personal', 409],
  ])('%s is refused', async (_title, of, count, code, status) => {
    await expect(generateCoupons(ctx, (await of()).id, { count, name: '' })).rejects.toMatchObject({
      code,
      status,
    });
  });

  test('two batches that are weak together only are not both taken', async () => {
    const { id } = await bearer({ pattern: 'B-######' });
    await generateCoupons(ctx, id, { count: 700_000, name: '' });
    await expect(generateCoupons(ctx, id, { count: 100_000, name: '' })).rejects.toMatchObject({
      code: 'coupon_pattern_weak',
    });
    for (const { id: batchId } of (await batches(ctx, id, { limit: 5 })).items)
      await cancelBatch(ctx, batchId);
  });
});

describe('void', () => {
  test('a batch is made void in the background; what is used or held by an order stays', async () => {
    const { id, batchId, codes } = await made(12_000);
    await buy(ctx, codes[0] ?? '');
    await reserve(ctx, codes[1] ?? '');
    const other = await generateCoupons(ctx, id, { count: 5, name: '' });
    await work();
    const job = await voidBatch(ctx, id, { batchId, reason: 'the printer was robbed' });
    await work();
    expect(await getBatch(ctx, job.id)).toMatchObject({ state: 'done', kind: 'void', done: 11_998 });
    expect((await getCouponCampaign(ctx, id)).counts).toMatchObject({ issued: 6, used: 1, void: 11_998 });
    expect((await getBatch(ctx, other.id)).done).toBe(5);
    await expect(voidBatch(ctx, (await bearer()).id, { batchId, reason: 'x' })).rejects.toMatchObject({
      status: 404,
    });
  });

  test('single codes: what cannot be made void is told with its reason, and what the asker may not see is unknown', async () => {
    const { codes } = await made(4);
    const [a = '', b = '', c = '', d = ''] = codes;
    await buy(ctx, a);
    await reserve(ctx, b);
    const own = await issueOne(ctx, (await campaign(ctx)).id, await person(ctx));
    const marketer = as(ctx, actor('m', { role: 'marketer', visibility: 'own' }));
    const input = { codes: [a, b, c, c.toLowerCase(), 'NOBODY-HAS', own.code], reason: 'leaked' };
    expect(await voidCoupons(marketer, input)).toEqual({
      voided: 1,
      left: [
        { code: a, reason: 'used' },
        { code: b, reason: 'in_use' },
        { code: 'NOBODY-HAS', reason: 'unknown_code' },
        { code: own.code, reason: 'unknown_code' },
      ],
    });
    expect(await buy(ctx, c)).toBe('void');
    expect(await buy(ctx, d)).toBe('ok');
    await expect(voidCoupons(as(ctx, actor('x', { role: 'head' })), input)).rejects.toMatchObject({
      status: 403,
    });
  });
});

describe('search and export', () => {
  const all = async (who: Ctx, search: CouponSearch): Promise<CouponView[]> => {
    const items: CouponView[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await findCoupons(who, search, { limit: 3, cursor });
      items.push(...page.items);
      if (page.nextCursor === null) return items;
      cursor = page.nextCursor;
    }
  };

  test('by code, contact, campaign, batch and state, page by page, each coupon once and newest first', async () => {
    const { id, batchId, codes } = await made(8);
    const who = await person(ctx);
    const own = await issueOne(ctx, id, who);
    await buy(ctx, codes[2] ?? '');
    const codesOf = async (search: CouponSearch) => (await all(ctx, search)).map(({ code }) => code);
    expect(await codesOf({ couponCampaignId: id })).toEqual([own.code, ...codes.toReversed()]);
    expect(await codesOf({ batchId })).toEqual(codes.toReversed());
    expect(await codesOf({ couponCampaignId: id, state: 'used' })).toEqual([codes[2]]);
    expect(await codesOf({ contactId: who })).toEqual([own.code]);
    expect(await codesOf({ contactId: who, state: 'used' })).toEqual([]);
    expect(await codesOf({ code: foldCode(codes[4] ?? '').toLowerCase() })).toEqual([codes[4]]);
    expect(await codesOf({ code: codes[4] ?? '', couponCampaignId: newId() })).toEqual([]);
    await expect(all(ctx, { state: 'used' })).rejects.toMatchObject({
      code: 'coupon_search_wide',
      status: 422,
    });
    const limited = as(ctx, actor('m', { role: 'marketer', visibility: 'own' }));
    expect((await all(limited, { couponCampaignId: id })).map(({ code }) => code)).toEqual(
      codes.toReversed(),
    );
  });

  test('the export has every code once, and is in the audit log with who and how many', async () => {
    const { id, codes } = await made(12_001);
    const csv = await text(await exportCodes(ctx, id, {}));
    const lines = csv.trim().split('\r\n');
    expect(lines[0]).toContain('code,state,contactId');
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(codes);
    const log = await rows<{ action: string; n: number | null }>(
      ctx.db,
      sql`select action, (details ->> 'rows')::int as n from audit_log where entity_id = ${id} and action like 'coupons.export%' order by at, action desc`,
    );
    expect(log).toEqual([
      { action: 'coupons.export_started', n: null },
      { action: 'coupons.export_finished', n: 12_001 },
    ]);
    await expect(exportCodes(as(ctx, actor('x', { role: 'manager' })), id, {})).rejects.toMatchObject({
      status: 403,
    });
    await expect(exportCodes(as(ctx, actor('y', { role: 'head' })), id, {})).rejects.toMatchObject({
      status: 403,
    });
  });

  test('counts stay what they are when their changes are folded', async () => {
    const { id } = await bearer();
    const who = await person(ctx);
    for (let i = 0; i < 30; i++) await issueOne(ctx, id, who);
    const changes = () =>
      row<{ n: number }>(
        ctx.db,
        sql`select count(*)::int as n from coupon_tally where coupon_campaign_id = ${id}::uuid`,
      );
    expect((await changes()).n).toBe(30);
    for (const job of couponJobs) await job.run(ctx, {}, new AbortController().signal);
    expect((await changes()).n).toBe(1);
    expect((await getCouponCampaign(ctx, id)).counts).toMatchObject({ issued: 30 });
  });
});
