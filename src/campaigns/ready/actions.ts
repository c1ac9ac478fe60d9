import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { segmentCreate } from '../../segments/contract.ts';
import { createSegment } from '../../segments/index.ts';
import { createCampaign } from '../actions.campaigns.ts';
import { previewTemplate } from '../actions.preview.ts';
import { createTemplate } from '../actions.templates.ts';
import { campaignInput } from '../contract.ts';
import type { PreviewView } from '../contract.ts';
import { templateInput, templatePreviewInput } from '../contract.template.ts';
import { firstProgram } from '../triggers/store.check.ts';
import { READY } from './catalogue.ts';
import type { Ready } from './catalogue.ts';
import type { ReadyInput, ReadyKey, ReadyList, ReadyLocale, ReadyMade } from './contract.ts';
import { READY_LOCALES, readyVariant } from './files.ts';

/** Campaigns that need no more than to be looked through: chosen, each becomes a draft of its own. */

export async function readyCampaigns(ctx: Ctx): Promise<ReadyList> {
  authorise(ctx, 'campaigns:read');
  const program = await firstProgram(ctx);
  return {
    items: READY.map(({ key, name, description, needs }) => ({
      key,
      name,
      description,
      needs,
      possible: needs === null || program !== undefined,
    })),
  };
}

/** How its mail looks to an invented person. */
export async function previewReady(ctx: Ctx, key: ReadyKey, locale: ReadyLocale): Promise<PreviewView> {
  const variant = await readyVariant(key, locale);
  return previewTemplate(ctx, templatePreviewInput.parse({ variant }));
}

/**
 * Makes the template (in English and Russian), the segment where one is needed, and the draft of a triggered campaign, all or nothing;
 * nothing is launched. 409 `ready_needs_program` without a programme in service.
 */
export async function makeReady(ctx: Ctx, { key, locale }: ReadyInput): Promise<ReadyMade> {
  authorise(ctx, 'campaigns:write');
  const ready = READY.find((one) => one.key === key);
  if (ready === undefined) throw notFound('ready_campaign', key);
  const programId = ready.needs === 'program' ? await firstProgram(ctx) : '';
  if (programId === undefined)
    throw conflict(
      'ready_needs_program',
      'It speaks of points or tiers: launch a loyalty programme first.',
      'key',
    );
  const variants = await Promise.all(READY_LOCALES.map((one) => readyVariant(key, one)));
  return inTx(ctx, async (tx) => {
    const template = await createTemplate(
      tx,
      templateInput.parse({
        key: `ready-${key}-${newId().slice(-8)}`,
        name: ready.name[locale],
        purpose: 'informational',
        variants,
      }),
    );
    const segmentId = await segmentFor(tx, ready, locale);
    const campaign = await createCampaign(
      tx,
      campaignInput.parse({
        name: ready.name[locale],
        purpose: 'informational',
        templateId: template.id,
        schedule: { type: 'trigger' },
        trigger: ready.trigger({ programId, segmentId: segmentId ?? '' }),
        content: { locale },
      }),
    );
    return { campaignId: campaign.id, templateId: template.id, segmentId };
  });
}

async function segmentFor(ctx: Ctx, { segment }: Ready, locale: ReadyLocale): Promise<string | null> {
  if (segment === null) return null;
  const input = { kind: 'dynamic', name: segment.name[locale], description: '', rule: segment.rule };
  return (await createSegment(ctx, segmentCreate.parse(input))).id;
}
