export type Condition = { field: string; op: string; value?: unknown };
export type ContactSearch = { q?: string; filter?: Condition[]; sort?: string; view?: string };
export const contactSearch = (s: Record<string, unknown>): ContactSearch => s as ContactSearch;
