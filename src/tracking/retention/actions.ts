import { eraseContacts, lockVisitors, neededContacts } from '../../contacts/index.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { untilUndisturbed } from '../../core/deadlock.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import * as store from './store.ts';
import type { ForgottenKind, Place } from './store.ts';

/**
 * Forgetting visitors nobody knows: after their term nothing is left of them but counts. Whoever is known, was proven to be
 * somebody, or is still needed by a module stays.
 */

/** Visitors of one transaction: some thousand rows to delete, a fraction of a second. */
const STEP = 200;
/** The salt is gone with the day; the day after may still bring what a page has kept until it had a network. */
const DAY_VISITOR_DAYS = 2;
/** Long enough to look at what a machine did. */
const BOT_DAYS = 7;
const DATE_CHARS = 10;
const BEGINNING: Place = { at: '-infinity', id: '00000000-0000-0000-0000-000000000000' };

/** All three kinds, in steps, until nobody's term has come or the worker stops; a stop in between loses nothing. */
export async function forgetVisitors(ctx: Ctx, signal: AbortSignal): Promise<void> {
  const now = ctx.clock.now();
  await store.dropSalts(ctx, now.toISOString().slice(0, DATE_CHARS));
  await forgetDayVisitors(ctx, addMs(now, -DAY_VISITOR_DAYS * DAY_MS), signal);
  await forgetBots(ctx, addMs(now, -BOT_DAYS * DAY_MS), signal);
  await forgetQuiet(ctx, addMs(now, -ctx.config.visitorDays * DAY_MS), signal);
}

async function forgetDayVisitors(ctx: Ctx, before: Date, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const found = await store.dayVisitorsBefore(ctx, before, STEP);
    if (found.length === 0) return;
    await step(ctx, async (tx) => {
      await forget(tx, 'day', found, (_tx, open) => Promise.resolve(open));
      await store.dropDayIds(tx, found);
    });
  }
}

/** Everybody is judged once, when the term of a machine has come: what it did later makes it a visitor like any other. */
async function forgetBots(ctx: Ctx, before: Date, signal: AbortSignal): Promise<void> {
  let from = (await store.botsJudgedUntil(ctx)) ?? BEGINNING;
  while (!signal.aborted) {
    const found = await store.unknownFrom(ctx, from, before, STEP);
    const last = found.at(-1);
    if (last === undefined) return;
    from = last;
    await step(ctx, async (tx) => {
      await forget(
        tx,
        'bot',
        found.map(({ id }) => id),
        store.onlyBots,
      );
      await store.setBotsJudgedUntil(tx, last);
    });
  }
}

async function forgetQuiet(ctx: Ctx, before: Date, signal: AbortSignal): Promise<void> {
  let from = BEGINNING;
  while (!signal.aborted) {
    const found = await store.unknownFrom(ctx, from, before, STEP);
    const last = found.at(-1);
    if (last === undefined) return;
    from = last;
    const quiet = await store.quietSince(
      ctx,
      found.map(({ id }) => id),
      before,
    );
    if (quiet.length > 0)
      await step(ctx, (tx) => forget(tx, 'visitor', quiet, (t, open) => store.quietSince(t, open, before)));
  }
}

/** One transaction, made again when it met another's in a circle. */
const step = (ctx: Ctx, work: (tx: Ctx) => Promise<void>): Promise<void> =>
  untilUndisturbed(() => inTx(ctx, work));

/** Forgets those who are unknown and due, which is looked at again once nobody can change it any more. */
async function forget(
  tx: Ctx,
  kind: ForgottenKind,
  contactIds: readonly string[],
  dueOf: (tx: Ctx, open: readonly string[]) => Promise<readonly string[]>,
): Promise<void> {
  const open = [...(await lockVisitors(tx, contactIds))];
  const due = open.length === 0 ? [] : await dueOf(tx, open);
  if (due.length === 0) return;
  const needed = await neededContacts(tx, due);
  const going = due.filter((id) => !needed.has(id));
  if (going.length === 0) return;
  await store.countForgotten(tx, kind, going);
  await eraseContacts(tx, going);
  tx.log.info({ kind, visitors: going.length }, 'visitors forgotten');
}
