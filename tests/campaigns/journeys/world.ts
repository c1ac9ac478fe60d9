import { sql } from 'drizzle-orm';
import { sendDue } from '../../../src/campaigns/actions.loop.ts';
import { openOutbox } from '../../../src/campaigns/channels/outbox.ts';
import { fillJourneys } from '../../../src/campaigns/journeys/actions.enter.ts';
import { publishJourney } from '../../../src/campaigns/journeys/actions.lifecycle.ts';
import { moveDue } from '../../../src/campaigns/journeys/actions.run.ts';
import { createJourney } from '../../../src/campaigns/journeys/actions.ts';
import { journeyDefinition } from '../../../src/campaigns/journeys/contract.definition.ts';
import type { JourneyDefinition } from '../../../src/campaigns/journeys/contract.definition.ts';
import { clearStopped } from '../../../src/campaigns/journeys/store.people.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { newId } from '../../../src/core/ids.ts';
import { emit } from '../../../src/core/outbox.ts';
import { subscriptions } from '../../../src/modules.ts';
import { deliver } from '../../support/deliver.ts';
import type { World } from '../world.ts';

const position = { x: 0, y: 0 };
const never = new AbortController().signal;

type Draft = { entry?: object; nodes: object[]; lines: string[] };

/** `lines`: "from.exit > to"; an exit "x" is always there. */
export function definitionOf({ entry = {}, nodes, lines }: Draft): JourneyDefinition {
  return journeyDefinition.parse({
    entry: { trigger: { type: 'api' }, position, ...entry },
    nodes: [...nodes, { type: 'exit', id: 'x' }].map((node) => ({ ...node, position })),
    edges: lines.map((line) => {
      const [, from, exit, to] = /^(\S+)\.(\S+) > (\S+)$/.exec(line) ?? [];
      return { from, exit, to };
    }),
  });
}

export async function published(ctx: Ctx, draft: Draft): Promise<string> {
  const { id } = await createJourney(ctx, { name: 'A journey', definition: definitionOf(draft) });
  await publishJourney(ctx, id);
  return id;
}

/** All that a worker does, until nothing more comes of it at this moment; without `sending` all but that. */
export async function settle({ ctx, dataDir }: World, sending = true): Promise<void> {
  for (let round = 0; round < 10; round++) {
    const told = await deliver(ctx, subscriptions());
    const came = await fillJourneys(ctx, never);
    const gone = await clearStopped(ctx, 1_000);
    const moved = await moveDue(ctx, never);
    const sent = sending ? await sendDue(ctx, openOutbox(dataDir), never) : 0;
    if (told.length + came + gone + moved + sent === 0) return;
  }
}

/** An event as tracking stores and tells it. */
export async function record(
  ctx: Ctx,
  contactId: string,
  name: string,
  properties: object = {},
): Promise<void> {
  const id = newId();
  const occurredAt = ctx.clock.now().toISOString();
  await ctx.db.execute(sql`
    insert into event (contact_id, occurred_at, id, recorded_at, source_id, type, name, trust, bot, properties, origin_id)
    values (${contactId}::uuid, ${occurredAt}::timestamptz, ${id}::uuid, ${occurredAt}::timestamptz, ${newId()}::uuid, 'track', ${name},
      'server', false, ${JSON.stringify(properties)}::text::jsonb, ${contactId}::uuid)`);
  const told = {
    contactId,
    id,
    sourceId: newId(),
    occurredAt,
    name,
    type: 'track',
    trust: 'server',
    bot: false,
  };
  await emit(ctx, 'event.recorded', [{ events: [told] }]);
}
