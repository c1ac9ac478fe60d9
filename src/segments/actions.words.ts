import type { Ctx } from '../core/ctx.ts';
import type { Rule } from './contract.ts';
import { referredSegments } from './store.ts';
import { words } from './words.ts';

/** A rule as it is read, with the present names of the segments it refers to. */
export async function inWords(ctx: Ctx, rule: Rule): Promise<{ en: string; ru: string }> {
  const segments = await referredSegments(ctx, [rule]);
  const names = {
    segments: new Map([...segments].map(([id, { name }]) => [id, name])),
    baseCurrency: ctx.config.baseCurrency,
  };
  return { en: words(rule, 'en', names), ru: words(rule, 'ru', names) };
}
