import type { callCreate, CallView, taskCreate, taskPatch, TaskView } from '@server/deals/contract.ts';
import type { z } from 'zod';
import { pagesOf } from '../lib/list.ts';
import { api } from './client.ts';

export type { TaskView };
export type TaskInput = z.input<typeof taskCreate>;
export type TaskChange = z.input<typeof taskPatch>;
export type CallInput = z.input<typeof callCreate>;
export type TaskFilter = 'open' | 'overdue' | 'done';

export const tasks = {
  list: (query: { state?: TaskFilter; mine?: boolean; contactId?: string; limit?: number }) =>
    pagesOf<TaskView>('tasks', '/api/tasks', { ...query, mine: query.mine === true ? 'true' : undefined }),
  create: (input: TaskInput) => api.post<TaskView>('/api/tasks', input),
  change: (id: string, input: TaskChange) => api.patch<TaskView>(`/api/tasks/${id}`, input),
};

export const calls = {
  create: (input: CallInput) => api.post<CallView>('/api/calls', input),
};
