import { holdContacts } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { idFrom } from '../core/ids.ts';
import type { OutboxEvent, Subscription } from '../core/jobs.ts';
import { closeBatch, openBatch } from './actions.batch.ts';
import { mailRequested } from './contract.mail.ts';
import type { MailRequested } from './contract.mail.ts';
import { ASKED_PRIORITY } from './store.campaigns.ts';
import type { CampaignRow } from './store.campaigns.ts';
import { keepMailCampaign, planMails } from './store.mail.ts';
import { findTemplate } from './store.templates.ts';
import type { TemplateRow } from './store.templates.ts';

/** Mails that other modules ask for go through the send ledger: each key once for a contact. */
export const planRequestedMails: Subscription = {
  name: 'campaigns.mail',
  topic: 'mail.requested',
  handle: async (ctx, events: readonly OutboxEvent[]) => {
    const asked = events.map(({ payload }) => mailRequested.parse(payload));
    const present = await holdContacts(
      ctx,
      asked.map(({ contactId }) => contactId),
    );
    const known = asked.flatMap((mail) => {
      const contactId = present.get(mail.contactId);
      return contactId === undefined ? [] : [{ ...mail, contactId }];
    });
    if (known.length < asked.length)
      ctx.log.warn({ mails: asked.length - known.length }, 'mails asked for contacts that are gone');
    for (const [key, mails] of Map.groupBy(known, ({ template }) => template)) await planFor(ctx, key, mails);
  },
};

async function planFor(
  ctx: Ctx,
  key: MailRequested['template'],
  mails: readonly MailRequested[],
): Promise<void> {
  const template = await findTemplate(ctx, { key });
  if (template === undefined) throw new Error(`there is no template "${key}"`);
  const now = ctx.clock.now();
  const campaign = transactionalCampaign(template, now);
  const { campaignId } = campaign;
  await keepMailCampaign(ctx, campaign);
  const run = await openBatch(ctx, campaignId, template.version);
  const planned = await planMails(
    ctx,
    run,
    mails.map((mail) => ({ ...mail, sendKey: `mail ${mail.key}`, locale: mail.locale ?? null })),
  );
  await closeBatch(ctx, run.runId, planned, 'campaigns.send-asked');
}

/** What the ledger, links and reports need to hang the mails of a template on. It always runs. */
export function transactionalCampaign(template: TemplateRow, now: Date): CampaignRow {
  return {
    campaignId: idFrom(`transactional ${template.templateId}`),
    name: template.name,
    kind: 'transactional',
    purpose: 'informational',
    channel: 'email',
    state: 'running',
    stateReason: null,
    segmentId: null,
    trigger: null,
    templateId: template.templateId,
    fallback: [],
    couponCampaignId: null,
    content: {},
    schedule: { type: 'now' },
    nextRunAt: null,
    priority: ASKED_PRIORITY,
    sendTime: 'planned',
    offerUntil: null,
    conversionDays: 0,
    version: 1,
    createdBy: 'system',
    createdAt: now,
    updatedAt: now,
    launchedAt: now,
    finishedAt: null,
  };
}
