export type TaskSearch = { state?: 'overdue' | 'done' | undefined; all?: true | undefined };

export const taskSearch = (search: Record<string, unknown>): TaskSearch => ({
  ...(search['state'] === 'overdue' || search['state'] === 'done' ? { state: search['state'] } : {}),
  ...(search['all'] === true ? { all: true as const } : {}),
});
