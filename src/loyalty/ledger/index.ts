import type { Hono } from 'hono';
import { registerEraser, registerMergeMover, registerTimelineSource } from '../../contacts/index.ts';
import { newRouter } from '../../core/http.ts';
import type { AppEnv } from '../../core/http.ts';
import type { Job } from '../../core/jobs.ts';
import { registerMetric } from '../../core/metrics.ts';
import { programJobs } from '../programs/jobs.ts';
import { programsRoutes } from '../programs/routes.ts';
import { memberEraser, moveMembersOnMerge } from '../programs/store.move.ts';
import { ledgerCheckAgeMetric, ledgerFaultsMetric } from './actions.verify.ts';
import { ledgerJobs } from './jobs.ts';
import { ledgerRoutes } from './routes.ts';
import { walletEraser } from './store.erase.ts';
import { moveWalletsOnMerge } from './actions.merge.ts';
import { moveGettersOnMerge } from './store.requests.moves.ts';
import { pointsTimeline } from './store.views.ts';

/** What programs, members and the ledger add to the module. */

export const pointsJobs: Job[] = [...programJobs, ...ledgerJobs];

export function pointsRoutes(): Hono<AppEnv> {
  return newRouter().route('/', programsRoutes()).route('/', ledgerRoutes());
}

export function registerPoints(): void {
  registerMergeMover(moveMembersOnMerge);
  registerEraser(memberEraser);
  registerMergeMover(moveWalletsOnMerge);
  registerMergeMover(moveGettersOnMerge);
  registerEraser(walletEraser);
  registerTimelineSource(pointsTimeline);
  registerMetric(ledgerFaultsMetric);
  registerMetric(ledgerCheckAgeMetric);
}
