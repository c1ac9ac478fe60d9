import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { invalid } from '../../core/errors.ts';
import { DAY_MS } from '../../core/time.ts';
import { schedule as scheduleShape } from '../contract.ts';
import { occurrences } from '../schedule.ts';
import type { CalendarView } from './contract.ts';
import { launchedAhead, runsBetween } from './store.calendar.ts';

const MOST_DAYS = 100;
const MOST_RUNS = 1_000;
const MOST_OF_ONE = 200;

/** What has been sent and what is to come in a span of time, in order. What happens by itself is told by the day. 422 `span_too_long`. */
export async function calendar(ctx: Ctx, span: { from: string; to: string }): Promise<CalendarView> {
  authorise(ctx, 'campaigns:read');
  const [from, to] = [new Date(span.from), new Date(span.to)];
  if (to <= from) throw invalid('span_wrong', 'The end comes after the beginning.', 'to');
  if (to.getTime() - from.getTime() > MOST_DAYS * DAY_MS)
    throw invalid('span_too_long', `At most ${MOST_DAYS} days at a time.`, 'to');
  const runs = await runsBetween(ctx, { from, to, timeZone: ctx.config.timeZone, limit: MOST_RUNS + 1 });
  const ahead = await aheadOf(ctx, from, to);
  const items = [...runs.slice(0, MOST_RUNS), ...ahead].toSorted((a, b) => (a.at < b.at ? -1 : 1));
  return { timeZone: ctx.config.timeZone, items, cut: runs.length > MOST_RUNS };
}

async function aheadOf(ctx: Ctx, from: Date, to: Date): Promise<CalendarView['items']> {
  return (await launchedAhead(ctx)).flatMap(({ schedule, nextRunAt, ...campaign }) => {
    const next = new Date(nextRunAt);
    const since = from > next ? from : next;
    const shape = scheduleShape.safeParse(schedule);
    const moments =
      shape.success && shape.data.type === 'rrule'
        ? occurrences(shape.data, new Date(since.getTime() - 1), MOST_OF_ONE)
        : [next];
    return moments
      .filter((at) => at >= since && at < to)
      .map((at) => ({ ...campaign, at: at.toISOString(), ahead: true, audience: null }));
  });
}
