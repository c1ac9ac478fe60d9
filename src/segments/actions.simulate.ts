import { visibleContacts } from '../contacts/index.ts';
import { monotonicMs } from '../core/clock.ts';
import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { addMs, DAY_MS, SECOND_MS } from '../core/time.ts';
import { checkReferences } from './actions.check.ts';
import { dayOf, startOfDay } from './calendar.ts';
import { compileRule } from './compile.ts';
import type { SimulateInput, Simulation } from './contract.insight.ts';
import type { Rule } from './contract.rule.ts';
import { sendsSql } from './sends.ts';
import { unlessTooSlow } from './store.limits.ts';
import { compareDays } from './store.simulate.ts';
import type { DayEnd } from './store.simulate.ts';
import { findSegment } from './store.ts';
import type { SegmentRules } from './tree.ts';

/** Shorter than a proxy waits. */
const TIMEOUT_MS = 20 * SECOND_MS;
const MEMORY = '128MB';
/** Days of one statement: each begins with the end of the day before, which is evaluated once more. The first tries the time. */
const CHUNKS = [1, 6];
const CHUNK = 7;

/**
 * What a draft would have done over the last days: its members at the end of each, as known today, who came and went between,
 * and to how many of those who came something was sent that day. From the newest day backwards, as far as there is time.
 */
export async function simulate(ctx: Ctx, input: SimulateInput, timeoutMs = TIMEOUT_MS): Promise<Simulation> {
  authorise(ctx, 'segments:read');
  authorise(ctx, 'contacts:read');
  const started = monotonicMs();
  const self = input.segmentId === undefined ? undefined : (await findSegment(ctx, input.segmentId))?.segment;
  const segments = await checkReferences(ctx, input.rule, self);
  const { zone } = input;
  const today = dayOf(ctx.clock.now(), zone);
  const items: Simulation['items'] = [];
  for (let turn = 0; items.length < input.days; turn++) {
    const left = timeoutMs - (monotonicMs() - started);
    const size = Math.min(CHUNKS[turn] ?? CHUNK, input.days - items.length);
    const last = today - items.length;
    const days = Array.from({ length: size + 1 }, (_, i) => last - size + i);
    const ends = days.map((day) => endOf(ctx, day, input.rule, segments, zone));
    const found =
      left <= 0
        ? undefined
        : await unlessTooSlow(ctx, { timeoutMs: left, workMem: MEMORY }, (tx) => compareDays(tx, ends));
    if (found === undefined) break;
    items.unshift(...found.map((one, i) => ({ day: dayText(last - size + 1 + i), ...one })));
  }
  const tookMs = Math.round(monotonicMs() - started);
  return { zone, items, partial: items.length < input.days, tookMs };
}

const dayText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** The last instant of a day that moments are told apart by; the day that has not ended is looked at as it stands now. */
function endOf(ctx: Ctx, day: number, rule: Rule, segments: SegmentRules, zone: string): DayEnd {
  const present = ctx.clock.now();
  const [begin, end] = [startOfDay(day, zone), startOfDay(day + 1, zone)];
  const history = end <= present;
  const compiled = compileRule(rule, {
    now: history ? addMs(end, -1) : present,
    history,
    baseCurrency: ctx.config.baseCurrency,
    segments,
  });
  return {
    members: compiled.members({ universe: visibleContacts(ctx) }),
    sent: sendsSql()?.(begin, end),
  };
}
