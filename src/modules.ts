import type { Hono } from 'hono';
import { apiJobs } from './api/jobs.ts';
import type { Ctx } from './core/ctx.ts';
import type { AppEnv } from './core/http.ts';
import type { Job, Subscription } from './core/jobs.ts';
import { registerNames } from './core/names.ts';
import {
  campaignsJobs,
  campaignsRoutes,
  campaignsSubscriptions,
  registerCampaigns,
  seedTemplates,
} from './campaigns/index.ts';
import { contactsJobs, contactsRoutes, registerContacts } from './contacts/index.ts';
import { dealsRoutes, dealsSubscriptions, registerDeals } from './deals/index.ts';
import { loyaltyJobs, loyaltyRoutes, loyaltySubscriptions, registerLoyalty } from './loyalty/index.ts';
import { namesOfThings } from './names.ts';
import { ordersRoutes, registerOrders } from './orders/index.ts';
import {
  installDefaultRules,
  registerScoring,
  scoringJobs,
  scoringRoutes,
  scoringSubscriptions,
} from './scoring/index.ts';
import { registerSegments, segmentsJobs, segmentsRoutes, segmentsSubscriptions } from './segments/index.ts';
import {
  captureSubscriptions,
  ingestJobs,
  installServerSource,
  prepareSnippet,
  registerTracking,
  trackingRoutes,
  behaviourJobs,
  formJobs,
  behaviourRoutes,
  behaviourSubscriptions,
} from './tracking/index.ts';

/** The list of modules: what each adds to the program. The only place that knows them all. */

export function registerModules(): void {
  registerContacts();
  registerOrders();
  registerTracking();
  registerSegments();
  registerLoyalty();
  registerCampaigns();
  registerScoring();
  registerDeals();
  registerNames(namesOfThings);
}

/** What a new installation starts with; repeating it changes nothing. */
export async function installDefaults(ctx: Ctx): Promise<void> {
  await installServerSource(ctx);
  await installDefaultRules(ctx);
  await seedTemplates(ctx);
  await prepareSnippet(ctx);
}

export function routes(): Array<Hono<AppEnv>> {
  return [
    contactsRoutes(),
    ordersRoutes(),
    trackingRoutes(),
    behaviourRoutes(),
    segmentsRoutes(),
    loyaltyRoutes(),
    campaignsRoutes(),
    scoringRoutes(),
    dealsRoutes(),
  ];
}

export function jobs(): Job[] {
  return [
    ...apiJobs,
    ...contactsJobs,
    ...behaviourJobs,
    ...formJobs,
    ...ingestJobs,
    ...segmentsJobs,
    ...loyaltyJobs,
    ...campaignsJobs,
    ...scoringJobs,
  ];
}

export function subscriptions(): Subscription[] {
  return [
    // Before those who read visits: the subscribers of a topic run in this order.
    ...behaviourSubscriptions,
    ...captureSubscriptions,
    ...segmentsSubscriptions,
    ...loyaltySubscriptions,
    ...campaignsSubscriptions,
    ...dealsSubscriptions,
    ...scoringSubscriptions,
  ];
}
