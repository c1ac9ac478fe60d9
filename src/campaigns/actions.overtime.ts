import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { DAY_MS, HOUR_MS } from '../core/time.ts';
import { mustFindCampaign } from './actions.campaigns.ts';
import type { OverTimeView } from './contract.ts';
import { countByStep, spanOf } from './store.overtime.ts';
import type { Step } from './store.overtime.ts';

/** As many points as a chart of a screen's width can show apart. */
const MAX_STEPS = 200;
const MINUTES_UP_TO_MS = 3 * HOUR_MS;
const HOURS_UP_TO_MS = 4 * DAY_MS;

/** What came of a campaign when: by minute, hour or day, as fits the time it took. Days are the installation's. */
export async function campaignOverTime(ctx: Ctx, id: string): Promise<OverTimeView> {
  authorise(ctx, 'campaigns:read');
  await mustFindCampaign(ctx, id);
  const span = await spanOf(ctx, id);
  if (span === null) return { step: 'hour', timeZone: ctx.config.timeZone, points: [] };
  const step = stepFor(span.to.getTime() - span.from.getTime());
  const points = await countByStep(ctx, id, step, MAX_STEPS);
  return {
    step,
    timeZone: ctx.config.timeZone,
    points: points.map(({ at, ...counts }) => ({ at: at.toISOString(), ...counts })),
  };
}

function stepFor(lengthMs: number): Step {
  if (lengthMs <= MINUTES_UP_TO_MS) return 'minute';
  return lengthMs <= HOURS_UP_TO_MS ? 'hour' : 'day';
}
