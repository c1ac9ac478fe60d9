import { numeric, timestamp } from './pg-core.ts';

/** Column kinds that every module spells the same way. */

/** UTC instant. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** Exact price or line amount: numeric(19,6), a string in TypeScript. */
export const amount = (name: string) => numeric(name, { precision: 19, scale: 6 });
