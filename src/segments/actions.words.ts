import type { Ctx } from '../core/ctx.ts';
import { notFound } from '../core/errors.ts';
import type { Rule } from './contract.ts';
import { findSegment, referredSegments, ruleOf } from './store.ts';
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

/** The name of a segment and its rule in service as it is read; null for a list. For modules, who have authorised their caller. 404 segment_not_found. */
export async function segmentInWords(
  ctx: Ctx,
  segmentId: string,
): Promise<{ name: string; words: { en: string; ru: string } | null }> {
  const found = (await findSegment(ctx, segmentId))?.segment;
  if (found === undefined) throw notFound('segment', segmentId);
  const { name, kind, servedVersion, version } = found;
  const rule = kind === 'static' ? undefined : await ruleOf(ctx, segmentId, servedVersion ?? version);
  return { name, words: rule === undefined ? null : await inWords(ctx, rule) };
}
