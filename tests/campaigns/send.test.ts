import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { campaignAudience } from '../../src/campaigns/actions.campaigns.ts';
import { cancelCampaign, pauseCampaign, resumeCampaign } from '../../src/campaigns/actions.lifecycle.ts';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { setSender } from '../../src/campaigns/actions.preview.ts';
import { planRuns } from '../../src/campaigns/actions.run.ts';
import { openOutbox } from '../../src/campaigns/channels/outbox.ts';
import type { Channel, Outcome, OutMessage } from '../../src/campaigns/channels/contract.ts';
import { campaignReport } from '../../src/campaigns/actions.report.ts';
import { createLadder } from '../../src/loyalty/standing/actions.ladders.ts';
import { ladderInput } from '../../src/loyalty/standing/contract.ts';
import { enrol } from '../../src/loyalty/programs/actions.members.ts';
import { createProgram } from '../../src/loyalty/programs/actions.ts';
import { enrolInput, programInput } from '../../src/loyalty/programs/contract.ts';
import { recordConsents, suppress } from '../../src/contacts/index.ts';
import { rows } from '../../src/core/db.ts';
import {
  addressOf,
  campaignWorld,
  contactId,
  couponCampaign,
  draft,
  launched,
  mailsOf,
  outboxFiles,
  putContacts,
  statesOf,
} from './world.ts';
import type { World } from './world.ts';

let world: World;
const never = new AbortController().signal;

beforeAll(async () => {
  world = await campaignWorld();
});
afterAll(() => world.close());

describe('audience', () => {
  test('the ledger holds exactly the segment, and says of everybody left out why', async () => {
    const { ctx } = world;
    await putContacts(ctx, 'A', { from: 1, to: 10 });
    await putContacts(ctx, 'A', { from: 11, to: 13 }, null);
    await putContacts(ctx, 'A', { from: 14, to: 15 }, false);
    await putContacts(ctx, 'elsewhere', { from: 16, to: 18 });
    await ctx.db.execute(sql`update contact set email = null where contact_id = ${contactId(1)}::uuid`);
    await ctx.db.execute(
      sql`update contact set email = ${addressOf(3)} where contact_id = ${contactId(4)}::uuid`,
    );
    await suppress(ctx, [
      { channel: 'email', address: addressOf(5), reason: 'hard_bounce' },
      { channel: 'email', address: addressOf(6), reason: 'unsubscribe' },
    ]);
    await recordConsents(ctx, [
      { contactId: contactId(7), purpose: 'informational', channel: 'email', granted: false, source: 'test' },
    ]);
    const { id } = await draft(ctx, 'A');
    const expected = {
      planned: 5,
      'skipped:no_address': 1,
      'skipped:duplicate_address': 1,
      'skipped:suppressed': 1,
      'skipped:unsubscribed': 1,
      'skipped:consent_withdrawn': 3,
      'skipped:no_consent': 3,
    };
    const preview = await campaignAudience(ctx, id);
    expect(preview).toMatchObject({ audience: 15, reachable: 5 });
    await launched(ctx, id);
    expect(await statesOf(ctx, id)).toEqual(expected);
    expect(
      Object.fromEntries(preview.skipped.map(({ reason, count }) => [`skipped:${reason}`, count])),
    ).toEqual(Object.fromEntries(Object.entries(expected).filter(([key]) => key !== 'planned')));
  });

  test('planning at the same time, and again, makes one message per contact and send key', async () => {
    const { ctx } = world;
    await putContacts(ctx, 'B', { from: 100, to: 399 });
    const { id } = await draft(ctx, 'B');
    await launched(ctx, id);
    for (let round = 0; round < 3; round++) {
      await ctx.db.execute(sql`update campaign_run set state = 'planning' where campaign_id = ${id}::uuid`);
      await Promise.all(Array.from({ length: 4 }, () => planRuns(ctx, never)));
    }
    expect(await statesOf(ctx, id)).toEqual({ planned: 300 });
    const [doubled] = await rows<{ count: number }>(
      ctx.db,
      sql`select count(*)::int as count from (select contact_id from message where campaign_id = ${id}::uuid
        group by contact_id having count(*) > 1) d`,
    );
    expect(doubled?.count).toBe(0);
  });
});

describe('sending', () => {
  test('each planned message ends as one file of the outbox, with its own coupon and links, in the contact’s language', async () => {
    const { ctx, dataDir } = world;
    await putContacts(ctx, 'C', { from: 1_000, to: 1_599 });
    await ctx.db.execute(
      sql`update contact set locale = 'ru-RU' where contact_id = ${contactId(1_000)}::uuid`,
    );
    // As it was stored before zones were checked.
    await ctx.db.execute(
      sql`update contact set time_zone = 'Mars/x' where contact_id = ${contactId(1_001)}::uuid`,
    );
    const { id } = await draft(ctx, 'C', { couponCampaignId: await couponCampaign(ctx) });
    await launched(ctx, id);
    await sendDue(ctx, openOutbox(dataDir), never);
    expect(await statesOf(ctx, id)).toEqual({ sent: 600 });
    const mails = (await mailsOf(dataDir)).filter((mail) => mail.campaignId === id);
    expect(new Set(mails.map((mail) => mail.to)).size).toBe(600);
    const codes = mails.map((mail) => /BACK-[2-9A-HJKMNP-TV-Z]{8}/.exec(mail.text)?.[0]);
    expect(new Set(codes).size).toBe(600);
    const russian = mails.find((mail) => mail.contactId === contactId(1_000));
    expect(russian?.subject).toBe('Person1000, скидка 15\u00a0% на следующий заказ');
    expect(russian?.headers['List-Unsubscribe']).toMatch(/^<https:\/\/mail\.example\.com\/u\/[\w-]+>$/);
    expect(russian?.headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
    expect((await outboxFiles(dataDir)).filter((file) => file.endsWith('.tmp'))).toEqual([]);
    const report = await campaignReport(ctx, id);
    expect(report).toMatchObject({ state: 'finished', audience: 600, delivered: 600 });
    expect(report.coupons).toMatchObject({ issued: 600, used: 0, void: 0 });
  });

  test('whoever may no longer get it at hand-off gets nothing, and no coupon', async () => {
    const { ctx, dataDir } = world;
    await putContacts(ctx, 'D', { from: 2_000, to: 2_009 });
    const { id } = await draft(ctx, 'D', { couponCampaignId: await couponCampaign(ctx) });
    await launched(ctx, id);
    await suppress(ctx, [{ channel: 'email', address: addressOf(2_001), reason: 'complaint' }]);
    await recordConsents(ctx, [
      { contactId: contactId(2_002), purpose: 'marketing', channel: 'email', granted: false, source: 'test' },
    ]);
    await ctx.db.execute(sql`update contact set email = null where contact_id = ${contactId(2_003)}::uuid`);
    world.clock.advance(1_000);
    await recordConsents(ctx, [
      { contactId: contactId(2_002), purpose: 'marketing', channel: 'email', granted: false, source: 'test' },
    ]);
    await sendDue(ctx, openOutbox(dataDir), never);
    expect(await statesOf(ctx, id)).toEqual({
      sent: 7,
      'skipped:suppressed': 1,
      'skipped:consent_withdrawn': 1,
      'skipped:no_address': 1,
    });
    expect((await campaignReport(ctx, id)).coupons).toMatchObject({ issued: 7, void: 0 });
  });

  test('a coupon of a tier goes to its members alone, the others get nothing and it is said why', async () => {
    const { ctx, dataDir } = world;
    await putContacts(ctx, 'T', { from: 2_100, to: 2_103 });
    const couponCampaignId = await couponCampaign(ctx, { pattern: 'TIER-########' });
    const program = await createProgram(ctx, programInput.parse({ name: 'P', zone: 'UTC', currency: 'EUR' }));
    const tiers = [{ name: 'All', threshold: 0, benefits: { couponCampaignIds: [couponCampaignId] } }];
    const rules = { programId: program.id, name: 'L', measure: 'spend', window: { kind: 'lifetime' }, tiers };
    await createLadder(ctx, ladderInput.parse(rules));
    const of = { contactId: contactId(2_101), programId: program.id, termsVersion: '1' };
    await enrol(ctx, enrolInput.parse(of));
    const { id } = await draft(ctx, 'T', { couponCampaignId });
    await launched(ctx, id);
    await sendDue(ctx, openOutbox(dataDir), never);
    expect(await statesOf(ctx, id)).toEqual({ sent: 1, 'skipped:other_tier': 3 });
    expect((await campaignReport(ctx, id)).coupons).toMatchObject({ issued: 1, void: 0 });
  });

  test('several workers at once hand each message over once', async () => {
    const { ctx, dataDir } = world;
    await putContacts(ctx, 'E', { from: 3_000, to: 4_999 });
    const { id } = await draft(ctx, 'E');
    await launched(ctx, id);
    const handed: string[] = [];
    const counting = (): Channel => {
      const outbox = openOutbox(dataDir);
      return {
        ...outbox,
        batch: 50,
        send: async (messages, goOn) => {
          handed.push(...messages.map((message) => message.id));
          return outbox.send(messages, goOn);
        },
      };
    };
    await Promise.all(Array.from({ length: 4 }, () => sendDue(ctx, counting(), never)));
    expect(handed.length).toBe(2_000);
    expect(new Set(handed).size).toBe(2_000);
    expect(await statesOf(ctx, id)).toEqual({ sent: 2_000 });
  });
});

test('a new sender signs the mails of a run that is on its way', async () => {
  const { ctx, dataDir } = world;
  await putContacts(ctx, 'J', { from: 7_300, to: 7_309 });
  const { id } = await draft(ctx, 'J');
  await launched(ctx, id);
  const from: string[] = [];
  const outbox = openOutbox(dataDir);
  const renaming: Channel = {
    ...outbox,
    batch: 1,
    send: async (messages, goOn) => {
      if (from.length === 0) await setSender(ctx, { name: 'The new name', url: 'https://new.example.com/' });
      from.push(...messages.map((message) => ('from' in message ? message.from : '')));
      return outbox.send(messages, goOn);
    },
  };
  await sendDue(ctx, renaming, never);
  expect(from).toHaveLength(10);
  expect(from.at(-1)).toMatch(/^"The new name" </);
});

describe('claims that were taken away, and outcomes that cannot be written', () => {
  /** A provider that cannot be asked; `during` runs while it has the messages of a slice. */
  const provider = (during: (messages: readonly OutMessage[]) => Promise<Outcome>): Channel => {
    const { lookup: _, ...outbox } = openOutbox(world.dataDir);
    return {
      ...outbox,
      slice: 10,
      send: async (messages) => {
        const outcome = await during(messages);
        return messages.map(() => outcome);
      },
    };
  };
  const swept = async (campaignId: string, which: SQL) => {
    await world.ctx.db
      .execute(sql`update message set state = 'retry', lease_until = null, due_at = due_at + interval '1 day'
      where campaign_id = ${campaignId}::uuid and state = 'sending' and ${which}`);
  };
  const refused: Outcome = { kind: 'final', reason: 'refused', detail: 'No such person.' };
  const couponsOf = async (campaignId: string) => {
    const { issued, held, void: voided } = (await campaignReport(world.ctx, campaignId)).coupons;
    return { issued, held, voided };
  };

  test('what the sweeper took before its slice went is not handed over', async () => {
    const { ctx } = world;
    await putContacts(ctx, 'G', { from: 7_000, to: 7_059 });
    const { id } = await draft(ctx, 'G');
    await launched(ctx, id);
    const handed: string[] = [];
    const taking = provider(async (messages) => {
      handed.push(...messages.map(({ campaignId }) => campaignId));
      await swept(id, sql`handed_at is null`);
      return { kind: 'accepted', delivered: false };
    });
    await sendDue(ctx, taking, never);
    // Of each lane at most the slice it had marked already; how the lanes share the messages is theirs.
    const own = handed.filter((campaignId) => campaignId === id).length;
    expect(own).toBeLessThanOrEqual(30);
    expect(await statesOf(ctx, id)).toEqual({ sent: own, retry: 60 - own });
  });

  test('the coupon of a message that is somebody else’s by now is left to them', async () => {
    const { ctx } = world;
    await putContacts(ctx, 'H', { from: 7_100, to: 7_104 });
    const { id } = await draft(ctx, 'H', { couponCampaignId: await couponCampaign(ctx) });
    await launched(ctx, id);
    const losing = provider(async () => {
      await swept(id, sql`contact_id = ${contactId(7_100)}::uuid`);
      return refused;
    });
    await sendDue(ctx, losing, never);
    expect(await statesOf(ctx, id)).toEqual({ 'failed:refused': 4, retry: 1 });
    expect(await couponsOf(id)).toEqual({ issued: 1, held: 0, voided: 4 });
  });

  test('a message and its coupon change together or not at all', async () => {
    const { ctx } = world;
    await putContacts(ctx, 'I', { from: 7_200, to: 7_204 });
    const { id } = await draft(ctx, 'I', { couponCampaignId: await couponCampaign(ctx) });
    await launched(ctx, id);
    const failing = provider(() => Promise.resolve(refused));
    const forbid = (state: string) =>
      ctx.db.execute(
        sql.raw(`alter table coupon add constraint forbidden check (state <> '${state}') not valid`),
      );
    const allow = () => ctx.db.execute(sql`alter table coupon drop constraint forbidden`);
    await forbid('void');
    await expect(sendDue(ctx, failing, never)).rejects.toThrow();
    await allow();
    expect(await statesOf(ctx, id)).toEqual({ sending: 5 });
    world.clock.advance(failing.leaseMs + 1_000);
    await forbid('held');
    await expect(sendDue(ctx, failing, never)).rejects.toThrow();
    await allow();
    expect(await statesOf(ctx, id)).toEqual({ sending: 5 });
    await sendDue(ctx, failing, never);
    expect(await statesOf(ctx, id)).toEqual({ 'unknown:worker_died': 5 });
    expect(await couponsOf(id)).toEqual({ issued: 0, held: 5, voided: 0 });
  });
});

describe('pause, resume, cancel', () => {
  test('stop at once, lose nobody and count exactly', async () => {
    const { ctx, dataDir } = world;
    await putContacts(ctx, 'F', { from: 6_000, to: 6_999 });
    const { id } = await draft(ctx, 'F', { couponCampaignId: await couponCampaign(ctx) });
    await launched(ctx, id);
    const outbox = { ...openOutbox(dataDir), batch: 50 };
    let batches = 0;
    const pausing: Channel = {
      ...outbox,
      send: async (messages, goOn) => {
        batches += 1;
        if (batches === 4) await pauseCampaign(ctx, id);
        return outbox.send(messages, goOn);
      },
    };
    await sendDue(ctx, pausing, never);
    const paused = await statesOf(ctx, id);
    expect((paused['planned'] ?? 0) + (paused['sent'] ?? 0)).toBe(1_000);
    expect(paused['planned']).toBeGreaterThan(500);
    await sendDue(ctx, outbox, never);
    expect(await statesOf(ctx, id)).toEqual(paused);
    await resumeCampaign(ctx, id);
    let more = 0;
    const cancelling: Channel = {
      ...outbox,
      send: async (messages, goOn) => {
        more += 1;
        if (more === 4) await cancelCampaign(ctx, id);
        return outbox.send(messages, goOn);
      },
    };
    await sendDue(ctx, cancelling, never);
    await sendDue(ctx, outbox, never);
    const report = await campaignReport(ctx, id);
    expect(report.state).toBe('cancelled');
    expect(report.counts.sent + report.counts.cancelled).toBe(1_000);
    expect(report.counts.cancelled).toBeGreaterThan(0);
    expect(report.coupons.issued).toBe(report.counts.sent);
    expect(report.runs[0]?.state).toBe('cancelled');
  });
});
