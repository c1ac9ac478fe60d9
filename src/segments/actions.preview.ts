import type { SQL } from '../core/sql.ts';
import { ownerLimit, visibleContacts } from '../contacts/index.ts';
import { monotonicMs } from '../core/clock.ts';
import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { SECOND_MS } from '../core/time.ts';
import { checkReferences, warningsOf } from './actions.check.ts';
import { compileRule } from './compile.ts';
import type { CompiledRule } from './compile.ts';
import type { Preview, PreviewInput } from './contract.ts';
import { estimate } from './estimate.ts';
import { baseThen, momentOf } from './past.ts';
import { baseSize, countAndSample, drawContacts, roughBaseSize } from './store.base.ts';
import { unlessTooSlow } from './store.limits.ts';
import { findSegment } from './store.ts';
import { words } from './words.ts';

/** Together no longer than a person or a proxy waits; a rule over a million contacts takes less than the first. */
const LIMITS = { timeoutMs: 12 * SECOND_MS, sampleMs: 2 * SECOND_MS };
const MEMORY = '128MB';
/** Contacts of a sample: a few thousand tell a share to two per cent, a few hundred to five. */
const SAMPLES = [4_000, 400] as const;

type Counted = Pick<Preview, 'count' | 'base' | 'sample' | 'partial' | 'looked' | 'bounds'>;

/**
 * Whom a draft rule would hold among the contacts the asker may see. When time is up it is told from a sample, with how sure
 * that is.
 */
export async function preview(ctx: Ctx, input: PreviewInput, limits = LIMITS): Promise<Preview> {
  authorise(ctx, 'segments:read');
  authorise(ctx, 'contacts:read');
  const started = monotonicMs();
  const self = input.segmentId === undefined ? undefined : (await findSegment(ctx, input.segmentId))?.segment;
  const segments = await checkReferences(ctx, input.rule, self);
  const moment = momentOf(ctx, input);
  const { baseCurrency } = ctx.config;
  const visible = visibleContacts(ctx);
  const compiled = compileRule(input.rule, { ...moment, baseCurrency, segments });
  const base = baseThen(moment, visible);
  const counted =
    (await everybody(ctx, compiled, { base, visible }, limits.timeoutMs)) ??
    (await sampled(ctx, compiled, { base, visible }, limits.sampleMs));
  const names = { segments: new Map([...segments].map(([id, { name }]) => [id, name])), baseCurrency };
  return {
    ...counted,
    share: counted.base === 0 ? 0 : counted.count / counted.base,
    now: moment.now.toISOString(),
    knownAt: moment.knownAt?.toISOString() ?? null,
    words: { en: words(input.rule, 'en', names), ru: words(input.rule, 'ru', names) },
    warnings: await warningsOf(ctx, input.rule),
    tookMs: Math.round(monotonicMs() - started),
  };
}

type Asked = { base: SQL; visible: SQL };

async function everybody(
  ctx: Ctx,
  compiled: CompiledRule,
  { base, visible }: Asked,
  timeoutMs: number,
): Promise<Counted | undefined> {
  const counted = await unlessTooSlow(ctx, { timeoutMs, workMem: MEMORY }, (tx) =>
    countAndSample(tx, compiled.members({ universe: visible }), base),
  );
  if (counted === undefined) return undefined;
  return { ...counted, partial: false, looked: 1, bounds: { low: counted.count, high: counted.count } };
}

/**
 * A smaller sample when there is no time for a larger one, and nothing but the size of the base when there is for none. When not
 * even the base could be counted, its size is told from the sample: the table's is that of everybody, also of those the asker may
 * not see.
 */
async function sampled(
  ctx: Ctx,
  compiled: CompiledRule,
  { base, visible }: Asked,
  timeoutMs: number,
): Promise<Counted> {
  const limits = { timeoutMs, workMem: MEMORY };
  const exact = await unlessTooSlow(ctx, limits, (tx) => baseSize(tx, base));
  const rough = exact ?? (await roughBaseSize(ctx));
  for (const wanted of SAMPLES) {
    const every = Math.max(1, Math.ceil(rough / wanted));
    const found = await unlessTooSlow(ctx, limits, async (tx) => {
      const contactIds = await drawContacts(tx, base, every);
      const members = compiled.members({ universe: visible, restriction: { contactIds } });
      return { looked: contactIds.length, ...(await countAndSample(tx, members, base, contactIds.length)) };
    });
    if (found === undefined) continue;
    const { sample, looked } = found;
    const size = exact ?? looked * every;
    const { count, low, high } = estimate(found.count, looked, size);
    return {
      count,
      base: size,
      sample,
      partial: looked < size,
      looked: size === 0 ? 1 : Math.min(1, looked / size),
      bounds: { low, high },
    };
  }
  const size = exact ?? (ownerLimit(ctx) === null ? rough : 0);
  return { count: 0, base: size, sample: [], partial: true, looked: 0, bounds: { low: 0, high: size } };
}
