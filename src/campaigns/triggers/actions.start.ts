import { holdContacts } from '../../contacts/index.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { DomainError, messageOf } from '../../core/errors.ts';
import { addMs, DAY_MS, MINUTE_MS } from '../../core/time.ts';
import { contactsMatching } from '../../segments/index.ts';
import { planBatch } from '../actions.batch.ts';
import { triggerOf } from '../actions.campaigns.ts';
import { pauseWith } from '../actions.pause.ts';
import { currentTemplate } from '../actions.templates.ts';
import type { CampaignRow } from '../store.campaigns.ts';
import { admit } from './store.start.ts';

/** What has happened to a contact that starts a message of one campaign. */
export type Start = {
  contactId: string;
  /** Names it among all that starts the campaign for this contact. */
  key: string;
  at: Date;
  /** When the message is due, before the campaign's delay. */
  dueAt?: Date;
  /** Variables of the template. */
  data?: object;
};

/** After an outage what is older starts nothing any more; neither does a past that is told now. */
export const LATE_MS = DAY_MS;

/** What happened before the launch, or too long ago, starts nothing. */
export function isTimely(row: Pick<CampaignRow, 'launchedAt'>, at: Date, now: Date): boolean {
  return row.launchedAt !== null && at >= row.launchedAt && at >= addMs(now, -LATE_MS);
}

/**
 * Plans the messages of one campaign for what has happened, in the caller's transaction: who may enter by its segment and by what
 * it says of entering again. A handful of statements for any number. A campaign that cannot go on is paused and says why.
 */
export async function startMessages(ctx: Ctx, row: CampaignRow, starts: readonly Start[]): Promise<number> {
  const trigger = triggerOf(row);
  if (trigger === null || starts.length === 0) return 0;
  try {
    return await inTx(ctx, async (tx) => {
      const present = await holdContacts(
        tx,
        starts.map(({ contactId }) => contactId),
      );
      const here = starts.flatMap((one) => {
        const contactId = present.get(one.contactId);
        return contactId === undefined
          ? []
          : [{ ...one, contactId, sendKey: `${row.campaignId}@${one.key}` }];
      });
      const meant = await ofSegment(tx, row.segmentId, here);
      // Before anybody is let in: what fails here fails without a trace.
      const { template } = await currentTemplate(tx, row.templateId);
      const { reentry } = trigger;
      const entered =
        reentry.type === 'always' || meant.length === 0
          ? null
          : await admit(tx, row.campaignId, reentry, meant);
      const seen = new Set<string>();
      const open = meant
        .toSorted((a, b) => a.at.getTime() - b.at.getTime())
        .filter(({ contactId }) => {
          if (entered === null) return true;
          if (!entered.has(contactId) || seen.has(contactId)) return false;
          seen.add(contactId);
          return true;
        });
      if (open.length === 0) return 0;
      return planBatch(
        tx,
        row,
        template.version,
        open.map(({ contactId, sendKey, at, dueAt, data }) => ({
          contactId,
          sendKey,
          dueAt: addMs(dueAt ?? at, trigger.delayMinutes * MINUTE_MS),
          data: { ...data, trigger: { at: at.toISOString() } },
        })),
      );
    });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    ctx.log.warn({ campaignId: row.campaignId, reason: messageOf(error) }, 'triggered campaign paused');
    await pauseWith(ctx, row.campaignId, error.detail);
    return 0;
  }
}

async function ofSegment<T extends { contactId: string }>(
  ctx: Ctx,
  segmentId: string | null,
  starts: readonly T[],
): Promise<readonly T[]> {
  if (segmentId === null || starts.length === 0) return starts;
  const members = await membersOf(ctx, segmentId, starts);
  return starts.filter(({ contactId }) => members.has(contactId));
}

/** Which of these contacts are in the segment at this moment. */
export async function membersOf(
  ctx: Ctx,
  segmentId: string,
  among: ReadonlyArray<{ contactId: string }>,
): Promise<ReadonlySet<string>> {
  const contactIds = [...new Set(among.map(({ contactId }) => contactId))];
  const rules = new Map([[segmentId, { type: 'segment' as const, segmentId }]]);
  return (await contactsMatching(ctx, rules, contactIds)).get(segmentId) ?? new Set();
}
