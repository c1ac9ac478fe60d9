import { z } from 'zod';
import { holdContacts } from '../contacts/index.ts';
import { idFrom } from '../core/ids.ts';
import type { OutboxEvent, Subscription } from '../core/jobs.ts';
import * as store from './store.ts';

const callRequested = z.object({
  contactId: z.uuid(),
  messageId: z.uuid(),
  title: z.string(),
  text: z.string(),
  dueAt: z.coerce.date(),
});

const MAX_TITLE = 200;

/** A campaign asks for a call: a task for whoever keeps the contact, once for each message however often it is asked. */
export const callRequests: Subscription = {
  name: 'deals.calls',
  topic: 'call.requested',
  handle: async (ctx, events: readonly OutboxEvent[]) => {
    const asked = events.map(({ payload }) => callRequested.parse(payload));
    const present = await holdContacts(
      ctx,
      asked.map(({ contactId }) => contactId),
    );
    for (const { contactId, messageId, title, text, dueAt } of asked) {
      const held = present.get(contactId);
      const assigneeId = held === undefined ? null : await store.callerOf(ctx, held);
      if (held === undefined || assigneeId === null) {
        ctx.log.warn({ messageId }, 'a call was asked for and there is nobody to make it');
        continue;
      }
      await store.insertTaskOnce(ctx, {
        contactId: held,
        taskId: idFrom(`call ${messageId}`),
        title: title.slice(0, MAX_TITLE).toWellFormed(),
        note: text,
        assigneeId,
        state: 'open',
        dueAt,
        originalDueAt: dueAt,
        result: null,
        createdBy: 'system',
        createdAt: ctx.clock.now(),
        closedAt: null,
      });
    }
  },
};
