import { sql } from 'drizzle-orm';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCampaign } from '../../src/campaigns/actions.campaigns.ts';
import { launchCampaign } from '../../src/campaigns/actions.lifecycle.ts';
import { planRuns, startDueRuns } from '../../src/campaigns/actions.run.ts';
import { seedTemplates } from '../../src/campaigns/actions.seed.ts';
import { readOutbox } from '../../src/campaigns/channels/outbox.ts';
import { campaignInput } from '../../src/campaigns/contract.ts';
import type { CampaignInput, CampaignView, StoredMail } from '../../src/campaigns/contract.ts';
import { guardSettings } from '../../src/campaigns/guard/contract.ts';
import { saveSettings } from '../../src/campaigns/guard/store.ts';
import { findTemplate } from '../../src/campaigns/store.templates.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { createCouponCampaign } from '../../src/loyalty/coupons/actions.campaigns.ts';
import { couponCampaignInput } from '../../src/loyalty/coupons/contract.ts';
import { createSegment } from '../../src/segments/actions.ts';
import { segmentCreate } from '../../src/segments/contract.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

export const SECRET = 'a secret of the tests, long enough';
export const PUBLIC_URL = 'https://mail.example.com';

export type World = TestBase & { dataDir: string };

/** A database with the shipped templates and an empty outbox of its own. */
export async function campaignWorld(env: Record<string, string> = {}): Promise<World> {
  const dataDir = await mkdtemp(join(tmpdir(), 'otklik-campaigns-'));
  const base = await testBase({ OTKLIK_SECRET: SECRET, PUBLIC_URL, DATA_DIR: dataDir, ...env });
  await seedTemplates(base.ctx);
  // Launches of thousands are what most tests are about.
  await saveSettings(
    base.ctx,
    guardSettings.parse({ share: null, growth: null, overlap: null, budget: false }),
  );
  return {
    ...base,
    dataDir,
    close: async () => {
      await base.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The n-th contact of a world; `group` names the country, by which segments tell them apart. */
export const contactId = (n: number): string => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
export const addressOf = (n: number): string => `person${n}@example.com`;

/** Contacts from..to with an address and, unless told otherwise, a consent to marketing by email. */
export async function putContacts(
  ctx: Ctx,
  group: string,
  range: { from: number; to: number },
  consent: boolean | null = true,
): Promise<void> {
  const at = ctx.clock.now().toISOString();
  const id = sql`('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;
  await ctx.db.execute(sql`
    insert into contact (contact_id, kind, name, given_name, email, country, created_at, updated_at)
    select ${id}, 'person', 'Person ' || n, 'Person' || n, 'person' || n || '@example.com', ${group}, ${at}::timestamptz,
      ${at}::timestamptz
    from generate_series(${range.from}::int, ${range.to}::int) n`);
  if (consent === null) return;
  await ctx.db.execute(sql`
    insert into consent (contact_id, purpose, channel, occurred_at, id, granted, source, recorded_at, origin_id)
    select ${id}, 'marketing', 'email', ${at}::timestamptz, ${id}, ${consent}, 'test', ${at}::timestamptz, ${id}
    from generate_series(${range.from}::int, ${range.to}::int) n`);
}

export async function segmentOf(ctx: Ctx, group: string): Promise<string> {
  const rule = { type: 'attribute', field: 'country', op: 'is', value: group };
  const made = await createSegment(
    ctx,
    segmentCreate.parse({ kind: 'dynamic', name: `In ${group} ${newId()}`, description: '', rule }),
  );
  return made.id;
}

export async function templateId(ctx: Ctx, key: string): Promise<string> {
  const found = await findTemplate(ctx, { key });
  if (found === undefined) throw new Error(`no template ${key}`);
  return found.templateId;
}

export async function couponCampaign(ctx: Ctx, change: object = {}): Promise<string> {
  const input = { name: 'Fifteen', pattern: 'BACK-########', kind: 'percent', percent: 15, validDays: 14 };
  return (await createCouponCampaign(ctx, couponCampaignInput.parse({ ...input, ...change }))).id;
}

/** A draft to the group: informational by default, with a coupon when `couponCampaignId` is given. */
export async function draft(
  ctx: Ctx,
  group: string,
  change: Partial<CampaignInput> = {},
): Promise<CampaignView> {
  const withCoupon = typeof change.couponCampaignId === 'string';
  const input = campaignInput.parse({
    name: `To ${group}`,
    purpose: withCoupon ? 'activation' : 'informational',
    segmentId: await segmentOf(ctx, group),
    templateId: await templateId(ctx, withCoupon ? 'activation-coupon' : 'newsletter'),
    content: { links: { main: 'https://shop.example.com/' } },
    schedule: { type: 'now' },
    ...change,
  });
  return createCampaign(ctx, input);
}

/** Launches and plans, so that the messages wait to be sent. */
export async function launched(ctx: Ctx, id: string): Promise<void> {
  await launchCampaign(ctx, id);
  await startDueRuns(ctx);
  await planRuns(ctx, new AbortController().signal);
}

export async function statesOf(ctx: Ctx, campaignId: string): Promise<Record<string, number>> {
  const found = await rows<{ state: string; reason: string | null; count: number }>(
    ctx.db,
    sql`select state, reason, count(*)::int as count from message where campaign_id = ${campaignId}::uuid group by 1, 2`,
  );
  return Object.fromEntries(
    found.map(({ state, reason, count }) => [reason === null ? state : `${state}:${reason}`, count]),
  );
}

/** Every file of the outbox, also leftovers that are no mail. */
export async function outboxFiles(dataDir: string): Promise<string[]> {
  const folder = join(dataDir, 'outbox');
  const shards = await readdir(folder).catch(() => []);
  const lists = await Promise.all(shards.map((shard) => readdir(join(folder, shard))));
  return lists.flat();
}

export async function mailsOf(dataDir: string): Promise<StoredMail[]> {
  const files = (await outboxFiles(dataDir)).filter((file) => file.endsWith('.eml'));
  const found: Array<StoredMail | undefined> = [];
  // A process has only so many files open.
  for (let from = 0; from < files.length; from += 500)
    found.push(
      ...(await Promise.all(
        files.slice(from, from + 500).map((file) => readOutbox(dataDir, file.slice(0, -'.eml'.length))),
      )),
    );
  return found.filter((mail) => mail !== undefined);
}
