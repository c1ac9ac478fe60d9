import type { Ctx } from '../../core/ctx.ts';
import { invalid } from '../../core/errors.ts';
import { audience } from '../../segments/index.ts';
import type { CampaignRow } from '../store.campaigns.ts';
import { STARTED } from '../template.variables.ts';
import type { Trigger, TriggerStart } from './contract.ts';
import { attributeTypes, dependsOnMessages, hasProgram, hasTier, presentSegment } from './store.check.ts';

/** Whether a start gives a template this variable. Null: a campaign that nothing starts. */
export function givenBy(trigger: Trigger | null, variable: string): boolean {
  const needed = STARTED[variable.split('.')[0] ?? ''];
  return needed === undefined || trigger?.start.type === needed;
}

/** Names of what the program itself does with messages: what starts a message must not be what a message starts. */
export const OWN_EVENT = /^(message|response|campaign|mail|segment|job)[._]/i;
const MAX_NAME = 64;

/** Everything that what starts a campaign names is there, and it does not start itself. 422 names the place. */
export async function checkTrigger(ctx: Ctx, row: CampaignRow, trigger: Trigger): Promise<void> {
  await checkStart(ctx, trigger.start);
  checkMoney(row, trigger.start);
  if (trigger.stillIn && trigger.start.type !== 'segment' && row.segmentId === null)
    throw invalid('trigger_still_in_nothing', 'There is no segment to be still in.', 'trigger.stillIn');
  for (const [i, one] of trigger.cancelOn.entries())
    if (one.type === 'event' && trigger.start.type === 'event' && one.name === trigger.start.name)
      throw invalid(
        'trigger_cancels_itself',
        'What starts the message would cancel it.',
        `trigger.cancelOn.${i}`,
      );
  await checkLoop(ctx, row.campaignId, trigger);
}

async function checkStart(ctx: Ctx, start: TriggerStart): Promise<void> {
  switch (start.type) {
    case 'segment':
      if (!(await presentSegment(ctx, start.segmentId)))
        throw invalid('campaign_segment_missing', 'There is no such segment.', 'trigger.start.segmentId');
      await audience(ctx, start.segmentId);
      return;
    case 'event':
      if (OWN_EVENT.test(start.name))
        throw invalid(
          'trigger_loop',
          `"${start.name}" is what the program itself tells of messages: it would start itself.`,
          'trigger.start.name',
        );
      return;
    case 'date':
      return checkDate(ctx, start);
    case 'points_expiring':
    case 'tier':
      if (!(await hasProgram(ctx, start.programId)))
        throw invalid('trigger_program_missing', 'There is no such programme.', 'trigger.start.programId');
      if (start.type === 'tier' && !(await hasTier(ctx, start.programId, start.tierId ?? null)))
        throw invalid('trigger_tier_missing', 'The programme has no such tier.', 'trigger.start.tierId');
      return;
    case 'order':
    default:
  }
}

async function checkDate(ctx: Ctx, start: Extract<TriggerStart, { type: 'date' }>): Promise<void> {
  if (start.field === 'birthday') {
    if (!start.yearly)
      throw invalid('trigger_birthday_once', 'A birthday comes every year.', 'trigger.start.yearly');
    return;
  }
  const name = /^attributes\.(.+)$/.exec(start.field)?.[1];
  const types = name === undefined || name.length > MAX_NAME ? [] : await attributeTypes(ctx, name);
  if (types.length === 0)
    throw invalid('trigger_field_unknown', `There is no field "${start.field}".`, 'trigger.start.field');
  if (!types.includes('date'))
    throw invalid('trigger_field_no_date', `"${start.field}" holds no dates.`, 'trigger.start.field');
}

/** Anybody can send a public event: no coupon follows from it alone. */
function checkMoney(row: CampaignRow, start: TriggerStart): void {
  if (start.type === 'event' && start.trust === 'public' && row.couponCampaignId !== null)
    throw invalid(
      'trigger_trust_low',
      'Anybody can send this event: what carries money needs events of verified or server trust.',
      'trigger.start.trust',
    );
}

/** Who is in a segment about messages moves by getting one: entering again each time would never end. */
async function checkLoop(ctx: Ctx, campaignId: string, { start, reentry }: Trigger): Promise<void> {
  if (start.type !== 'segment' || reentry.type !== 'always') return;
  if (await dependsOnMessages(ctx, start.segmentId, campaignId))
    throw invalid(
      'trigger_loop',
      'The segment asks for messages: each one would start the next. Say how often a contact may enter.',
      'trigger.reentry',
    );
}
