import { z } from 'zod';
import type { Job } from '../core/jobs.ts';
import { addMs, DAY_MS, MINUTE_MS, SECOND_MS } from '../core/time.ts';
import { sendAsked, sendDue } from './actions.loop.ts';
import { planRuns, startDueRuns } from './actions.run.ts';
import { channelsFor } from './channels/index.ts';
import { removeFromOutbox } from './channels/outbox.ts';
import { setTelegramWebhook } from './events/actions.telegram.ts';
import { forgetEvents } from './events/store.ts';
import { forgetPace } from './pace/actions.ts';
import { triggerJobs } from './triggers/jobs.ts';
import { journeyJobs } from './journeys/jobs.ts';
import { recommendJobs } from './recommend/jobs.ts';
import { FORGET_MAILS } from './store.erase.ts';
import { forgetData } from './store.forget.ts';

/** A scheduled mail is late by this at most. */
const SCHEDULE_MS = 15 * SECOND_MS;
/** Retries, lost wake-ups and what crashes have left are found within this. */
const SEND_MS = 5 * SECOND_MS;

const schedule: Job = {
  name: 'campaigns.schedule',
  everyMs: SCHEDULE_MS,
  run: async (ctx) => void (await startDueRuns(ctx)),
};

const plan: Job = {
  name: 'campaigns.plan',
  everyMs: MINUTE_MS,
  run: async (ctx, _data, signal) => void (await planRuns(ctx, signal)),
};

const send: Job = {
  name: 'campaigns.send',
  everyMs: SEND_MS,
  run: async (ctx, _data, signal) => void (await sendDue(ctx, channelsFor(ctx), signal)),
};

/**
 * What somebody waits for has a job of its own, which runs at once when it is asked for, beside any broadcast, in each worker process
 * and over connections of its own.
 */
const sendWaitedFor: Job = {
  name: 'campaigns.send-asked',
  everyMs: SEND_MS,
  concurrency: 1,
  run: async (ctx, _data, signal) => void (await sendAsked(ctx, channelsFor(ctx, 'asked'), signal)),
};

/** Providers repeat for days; a reader may open an old mail after a year. What events led to stands with the message for good. */
const KEEP_EVENTS_DAYS = 400;
/** What a message said is kept for as long as its provider may still say that it did not take it, which takes three days at most. */
const KEEP_DATA_DAYS = 4;
/** Deleting in steps keeps each transaction short. */
const STEP = 5_000;

const forget: Job = {
  name: 'campaigns.forget-events',
  everyMs: DAY_MS,
  run: async (ctx, _data, signal) => {
    const before = addMs(ctx.clock.now(), -KEEP_EVENTS_DAYS * DAY_MS);
    while (!signal.aborted && (await forgetEvents(ctx, before, STEP)) === STEP);
    const sentBefore = addMs(ctx.clock.now(), -KEEP_DATA_DAYS * DAY_MS);
    while (!signal.aborted && (await forgetData(ctx, sentBefore, STEP)) === STEP);
    await forgetPace(ctx);
  },
};

const forgotten = z.object({ messageIds: z.array(z.uuid()) });

/** The mails of contacts that were erased: files are no part of a transaction. */
const forgetMails: Job = {
  name: FORGET_MAILS,
  concurrency: 1,
  run: async (ctx, data) => removeFromOutbox(ctx.config.dataDir, forgotten.parse(data).messageIds),
};

const telegram: Job = {
  name: 'campaigns.telegram-webhook',
  everyMs: DAY_MS,
  run: async (ctx) => setTelegramWebhook(ctx),
};

export const campaignsJobs: Job[] = [
  telegram,
  schedule,
  plan,
  send,
  sendWaitedFor,
  forget,
  forgetMails,
  ...triggerJobs,
  ...journeyJobs,
  ...recommendJobs,
];
