import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, DomainError } from '../../core/errors.ts';
import { emit } from '../../core/outbox.ts';
import { lanes } from '../actions.run.ts';
import { isSound, problemsFor } from './actions.check.ts';
import { makeSteps, turnSteps } from './actions.steps.ts';
import { mustFindJourney, stopped, viewOf } from './actions.ts';
import { journeyDefinition } from './contract.definition.ts';
import type { EntryTrigger } from './contract.definition.ts';
import type { JourneyProblem, JourneyView } from './contract.ts';
import { insertVersion, updateJourney } from './store.ts';
import type { JourneyRow } from './store.ts';
import { wakesOf, watchesOf } from './watches.ts';

/** From the draft to people on their way, and to the end. */

/**
 * Makes the draft the version that people come into from now on; those inside finish the one they began. Throws 422 journey_invalid with
 * every problem, 409 journey_stopped, journey_unchanged.
 */
export async function publishJourney(ctx: Ctx, id: string): Promise<JourneyView> {
  authorise(ctx, 'campaigns:send');
  return inTx(ctx, async (tx) => {
    const row = await mustFindJourney(tx, id, true);
    if (row.state === 'stopped') throw stopped();
    if (row.publishedRevision === row.revision)
      throw conflict('journey_unchanged', 'Nothing has changed since the last version was published.');
    const definition = journeyDefinition.parse(row.draft);
    const problems = await problemsFor(tx, definition);
    if (!isSound(problems)) throw journeyInvalid(problems);
    const version = (row.version ?? 0) + 1;
    const paused = row.state === 'paused';
    const now = tx.clock.now();
    await insertVersion(tx, {
      journeyId: id,
      version,
      definition,
      messages: await makeSteps(tx, { journeyId: id, name: row.name, version, paused }, definition),
      watches: watchesOf(definition),
      wakes: wakesOf(definition),
      publishedBy: tx.actor.id,
      publishedAt: now,
    });
    const { trigger } = definition.entry;
    await updateJourney(tx, id, {
      state: paused ? 'paused' : 'running',
      version,
      publishedRevision: row.revision,
      publishedAt: now,
      ...entryOf(trigger),
      fillSegmentId: trigger.type === 'audience' ? trigger.segmentId : null,
    });
    await emit(tx, 'job.campaigns.journeys', [{}]);
    return told(tx, row, 'published', { version });
  });
}

function entryOf(trigger: EntryTrigger): { entryKind: string; entryKey: string | null } {
  if (trigger.type === 'segment') return { entryKind: `segment-${trigger.on}`, entryKey: trigger.segmentId };
  if (trigger.type === 'event') return { entryKind: 'event', entryKey: trigger.name };
  return { entryKind: trigger.type, entryKey: null };
}

function journeyInvalid(problems: readonly JourneyProblem[]): DomainError {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const pathOf = ({ node, field }: JourneyProblem): string =>
    [node, field].filter((part) => part !== null).join('.');
  return new DomainError({
    code: 'journey_invalid',
    status: 422,
    detail: `The journey cannot be published: ${first?.message ?? ''}`,
    at: first === undefined ? undefined : pathOf(first),
    issues: errors.map((one) => ({ path: pathOf(one), code: one.code, message: one.message })),
  });
}

/** Nobody moves and nothing is sent any more, within a second; people still come in and wait at the first node. */
export async function pauseJourney(ctx: Ctx, id: string): Promise<JourneyView> {
  authorise(ctx, 'campaigns:send');
  return inTx(ctx, async (tx) => {
    const row = await mustFindJourney(tx, id, true);
    expectState(row, ['running'], 'paused');
    await updateJourney(tx, id, { state: 'paused' });
    await turnSteps(tx, id, 'paused');
    return told(tx, row, 'paused');
  });
}

/** Waits that have passed meanwhile are acted on now. */
export async function resumeJourney(ctx: Ctx, id: string): Promise<JourneyView> {
  authorise(ctx, 'campaigns:send');
  return inTx(ctx, async (tx) => {
    const row = await mustFindJourney(tx, id, true);
    expectState(row, ['paused'], 'resumed');
    await updateJourney(tx, id, { state: 'running' });
    await turnSteps(tx, id, 'running');
    await emit(tx, 'job.campaigns.journeys', [{}]);
    await emit(tx, 'job.campaigns.send', lanes());
    return told(tx, row, 'resumed');
  });
}

/** For good: everybody leaves where they are, and messages not yet handed off are cancelled. */
export async function stopJourney(ctx: Ctx, id: string): Promise<JourneyView> {
  authorise(ctx, 'campaigns:send');
  return inTx(ctx, async (tx) => {
    const row = await mustFindJourney(tx, id, true);
    expectState(row, ['draft', 'running', 'paused'], 'stopped');
    await updateJourney(tx, id, { state: 'stopped', stoppedAt: tx.clock.now(), fillSegmentId: null });
    await turnSteps(tx, id, 'cancelled');
    await emit(tx, 'job.campaigns.journeys', [{}]);
    await emit(tx, 'job.campaigns.send', lanes());
    return told(tx, row, 'stopped');
  });
}

function expectState(row: JourneyRow, states: readonly string[], verb: string): void {
  if (row.state === 'stopped') throw stopped();
  if (!states.includes(row.state))
    throw conflict('journey_state_wrong', `A journey that is ${row.state} cannot be ${verb}.`, 'state');
}

async function told(
  ctx: Ctx,
  { journeyId }: JourneyRow,
  what: string,
  details: Record<string, unknown> = {},
): Promise<JourneyView> {
  await audit(ctx, { action: `journey.${what}`, entity: 'journey', entityId: journeyId, details });
  return viewOf(await mustFindJourney(ctx, journeyId));
}
