import { sql } from '../../src/core/sql.ts';
import { createCampaign } from '../../src/campaigns/actions.campaigns.ts';
import { guardSettings } from '../../src/campaigns/guard/contract.ts';
import { saveSettings } from '../../src/campaigns/guard/store.ts';
import { launchCampaign } from '../../src/campaigns/actions.lifecycle.ts';
import { startDueRuns } from '../../src/campaigns/actions.run.ts';
import { seedTemplates } from '../../src/campaigns/actions.seed.ts';
import { createTemplate } from '../../src/campaigns/actions.templates.ts';
import { campaignInput } from '../../src/campaigns/contract.ts';
import { findTemplate } from '../../src/campaigns/store.templates.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { ensureEmbedded, stopEmbedded } from '../../src/core/embedded.ts';
import { createLogger } from '../../src/core/logger.ts';
import { createCouponCampaign } from '../../src/loyalty/coupons/actions.campaigns.ts';
import { couponCampaignInput } from '../../src/loyalty/coupons/contract.ts';
import { createSegment } from '../../src/segments/actions.ts';
import { segmentCreate } from '../../src/segments/contract.ts';
import { openAt } from './installation.ts';

/** An installation in this process on an embedded database of its own, with the settings every installation has. */
export type Installation = { ctx: Ctx; dataDir: string; close: () => Promise<void> };

export async function openInstallation(dataDir: string): Promise<Installation> {
  const { url } = await ensureEmbedded({ dataDir, log: createLogger('warn') });
  const { ctx, close } = await openAt(url, dataDir);
  await seedTemplates(ctx);
  await saveSettings(ctx, guardSettings.parse({ share: null, growth: null, overlap: null, budget: false }));
  return {
    ctx,
    dataDir,
    close: async () => {
      await close();
      await stopEmbedded(dataDir);
    },
  };
}

/** Invents contacts with an address and a consent; the group is the country. */
export async function putContacts(ctx: Ctx, group: string, from: number, to: number): Promise<void> {
  const at = ctx.clock.now().toISOString();
  const id = sql`('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;
  await ctx.db.execute(sql`
    insert into contact (contact_id, kind, name, given_name, email, country, created_at, updated_at)
    select ${id}, 'person', 'Person ' || n, 'Person' || n, 'person' || n || '@example.com', ${group}, ${at}::timestamptz,
      ${at}::timestamptz
    from generate_series(${from}::int, ${to}::int) n`);
  await ctx.db.execute(sql`
    insert into consent (contact_id, purpose, channel, occurred_at, id, granted, source, recorded_at, origin_id)
    select ${id}, 'marketing', 'email', ${at}::timestamptz, ${id}, true, 'bench', ${at}::timestamptz, ${id}
    from generate_series(${from}::int, ${to}::int) n`);
}

/** Launches a campaign to the group; its run waits to be planned. */
export async function launchTo(
  ctx: Ctx,
  group: string,
  what: { templateId: string; couponCampaignId?: string },
): Promise<string> {
  const rule = { type: 'attribute', field: 'country', op: 'is', value: group };
  const segment = await createSegment(
    ctx,
    segmentCreate.parse({ kind: 'dynamic', name: group, description: '', rule }),
  );
  const { id } = await createCampaign(
    ctx,
    campaignInput.parse({
      name: `Bench ${group}`,
      purpose: what.couponCampaignId === undefined ? 'informational' : 'activation',
      segmentId: segment.id,
      content: { links: { main: 'https://shop.example.com/' } },
      schedule: { type: 'now' },
      ...what,
    }),
  );
  await launchCampaign(ctx, id);
  await startDueRuns(ctx);
  return id;
}

export async function shippedTemplate(ctx: Ctx, key: string): Promise<string> {
  const found = await findTemplate(ctx, { key });
  if (found === undefined) throw new Error(`no template ${key}`);
  return found.templateId;
}

/** A mail of about 4 KB, headers and plain text included. */
export async function smallTemplate(ctx: Ctx, key = 'bench-small'): Promise<string> {
  const mjml = `<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{default contact.givenName "there"}},
    <a href="{{links.main}}">see what is new</a> or <a href="{{links.unsubscribe}}">unsubscribe</a>.</mj-text></mj-column>
    </mj-section></mj-body></mjml>`;
  const made = await createTemplate(ctx, {
    key,
    name: 'Small',
    purpose: 'informational',
    variants: [
      {
        locale: 'en',
        subject: 'News',
        mjml,
        text: 'See {{links.main}}, leave {{links.unsubscribe}}',
        sample: {},
      },
    ],
  });
  return made.id;
}

export async function couponCampaign(ctx: Ctx): Promise<string> {
  const input = { name: 'Bench', pattern: 'BENCH-########', kind: 'percent', percent: 10, validDays: 14 };
  return (await createCouponCampaign(ctx, couponCampaignInput.parse(input))).id;
}
