import { z } from 'zod';
import type { Ctx } from '../core/ctx.ts';
import type { Subscription } from '../core/jobs.ts';
import { emit } from '../core/outbox.ts';
import { evaluateHappenings } from '../segments/index.ts';
import { leadFact } from './leaf.ts';
import type { LeadKey } from './leaf.ts';
import type { HeldLead, LeadUpdate } from './store.leads.ts';

/** Changes of leads have the segments that ask for them look at their contacts. */

/** Contacts of one event: a payload has its bound. */
const CONTACTS_PER_EVENT = 400;

/** Tells what changed of which leads, in the transaction that writes them. */
export async function tellChanged(
  ctx: Ctx,
  before: ReadonlyMap<string, HeldLead>,
  updates: readonly LeadUpdate[],
): Promise<void> {
  const changed = updates.flatMap((update) => {
    const keys = keysOf(before.get(update.contactId), update);
    return keys.length === 0 ? [] : [{ contactId: update.contactId, keys }];
  });
  const payloads: { keys: LeadKey[]; contactIds: string[] }[] = [];
  for (const same of Map.groupBy(changed, ({ keys }) => keys.join()).values()) {
    const contactIds = same.map(({ contactId }) => contactId);
    for (let from = 0; from < contactIds.length; from += CONTACTS_PER_EVENT)
      payloads.push({
        keys: same[0]?.keys ?? [],
        contactIds: contactIds.slice(from, from + CONTACTS_PER_EVENT),
      });
  }
  await emit(ctx, 'lead.changed', payloads);
}

const ALL: LeadKey[] = ['score', 'grade', 'fit'];

/** Somebody becoming a lead, or known, is news in every respect; visitors are none. */
function keysOf(before: HeldLead | undefined, now: LeadUpdate): LeadKey[] {
  if (!now.known) return before?.known === true ? ALL : [];
  if (before === undefined || !before.known) return ALL;
  return ALL.filter((key) => before[key] !== now[key]);
}

const told = z.object({ keys: z.array(z.enum(['score', 'grade', 'fit'])), contactIds: z.array(z.uuid()) });

export const leadChanges: Subscription = {
  name: 'segments by leads on lead.changed',
  topic: 'lead.changed',
  handle: (ctx, events) =>
    evaluateHappenings(
      ctx,
      events.flatMap(({ id, payload }) => {
        const { keys, contactIds } = told.parse(payload);
        return contactIds.map((contactId) => ({ contactId, facts: keys.map(leadFact), causeId: id }));
      }),
    ),
};
