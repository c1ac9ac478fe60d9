import { registerEraser, registerMergeMover, registerTimelineSource } from '../contacts/index.ts';
import type { Subscription } from '../core/jobs.ts';
import { registerMetric } from '../core/metrics.ts';
import { registerLeaf, registerSends } from '../segments/index.ts';
import { messageLeafSubscriptions } from './actions.leaf.ts';
import { planRequestedMails } from './actions.mail.ts';
import { moveMessagesOnMerge } from './actions.merge.ts';
import { recordConversions } from './actions.responses.ts';
import { journeySubscriptions } from './journeys/jobs.ts';
import { journeyEraser, moveJourneysOnMerge } from './journeys/store.move.ts';
import { messageLeaf } from './contract.leaf.ts';
import { messageType } from './leaf.ts';
import { messagesMetric } from './store.metrics.ts';
import { messageEraser } from './store.erase.ts';
import { handedOff } from './store.sends.ts';
import { triggerSubscriptions } from './triggers/jobs.ts';
import { messageTimeline, responseTimeline } from './store.timeline.ts';

export { seedTemplates } from './actions.seed.ts';
export { campaignsJobs } from './jobs.ts';
export { campaignsRoutes } from './routes.ts';
export { journey } from './journeys/schema.ts';
export { campaign, response, template } from './schema.ts';

export const campaignsSubscriptions: Subscription[] = [
  recordConversions,
  planRequestedMails,
  ...messageLeafSubscriptions,
  ...triggerSubscriptions,
  ...journeySubscriptions,
];

export function registerCampaigns(): void {
  registerTimelineSource(messageTimeline);
  registerTimelineSource(responseTimeline);
  registerMergeMover(moveMessagesOnMerge);
  registerEraser(messageEraser);
  registerMergeMover(moveJourneysOnMerge);
  registerEraser(journeyEraser);
  registerMetric(messagesMetric);
  registerSends(handedOff);
  registerLeaf(messageType, messageLeaf);
}
