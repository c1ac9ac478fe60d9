import { sql } from 'drizzle-orm';
import { inTx } from '../../src/core/ctx.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import type { OutboxEvent, Subscription } from '../../src/core/jobs.ts';

/**
 * Gives the outbox's events to their subscribers as the relay does, topic by topic in one transaction each, until nothing new
 * comes of it; without a worker, so that a test decides when. Returns the events in the order of delivery.
 */
export async function deliver(ctx: Ctx, subscriptions: readonly Subscription[]): Promise<OutboxEvent[]> {
  const delivered: OutboxEvent[] = [];
  for (;;) {
    const waiting = await rows<{ id: string; topic: string; payload: unknown }>(
      ctx.db,
      sql`select id, topic, payload from outbox where done_at is null order by id`,
    );
    if (waiting.length === 0) return delivered;
    for (const [topic, events] of Map.groupBy(waiting, (event) => event.topic)) {
      await inTx(ctx, async (tx) => {
        const ids = JSON.stringify(events.map((event) => event.id));
        await tx.db.execute(
          sql`update outbox set done_at = now() where id in (select jsonb_array_elements_text(${ids}::text::jsonb)::uuid)`,
        );
        const given = events.map((event) => ({ ...event, createdAt: ctx.clock.now() }));
        for (const subscription of subscriptions) {
          if (subscription.topic === topic) await subscription.handle(tx, given);
        }
        delivered.push(...given);
      });
    }
  }
}
