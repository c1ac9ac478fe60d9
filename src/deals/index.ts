import { registerEraser, registerMergeMover, registerTimelineSource } from '../contacts/index.ts';
import type { Subscription } from '../core/jobs.ts';
import { callViewOf } from './actions.ts';
import { callRequests } from './actions.requests.ts';
import { workEraser } from './store.erase.ts';
import { listCalls, moveWork, tasksBefore } from './store.ts';

export const dealsSubscriptions: Subscription[] = [callRequests];

export { dealsRoutes } from './routes.ts';
export { task } from './schema.ts';

export function registerDeals(): void {
  registerMergeMover({ name: 'deals', move: moveWork });
  registerEraser(workEraser);
  registerTimelineSource({
    kind: 'call',
    load: async (ctx, contactId, { before, limit }) => {
      const calls = await listCalls(ctx, contactId, before, limit);
      return calls.map((row) => ({
        id: row.callId,
        kind: 'call',
        occurredAt: row.occurredAt,
        data: callViewOf(row),
      }));
    },
  });
  registerTimelineSource({
    kind: 'task',
    load: async (ctx, contactId, { before, limit }) => {
      const tasks = await tasksBefore(ctx, contactId, before, limit);
      return tasks.map(({ taskId, createdAt, title, state, dueAt, result, assigneeId }) => ({
        id: taskId,
        kind: 'task',
        occurredAt: createdAt,
        data: { title, state, dueAt: dueAt.toISOString(), result, assigneeId },
      }));
    },
  });
}
