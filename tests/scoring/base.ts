import { sql } from 'drizzle-orm';
import { registerContacts, upsertContacts } from '../../src/contacts/index.ts';
import { row, rows } from '../../src/core/db.ts';
import type { OutboxEvent } from '../../src/core/jobs.ts';
import { newId } from '../../src/core/ids.ts';
import { placeOrders, registerOrders } from '../../src/orders/index.ts';
import type { Fact } from '../../src/scoring/match.ts';
import { installDefaultRules, registerScoring, scoringSubscriptions } from '../../src/scoring/index.ts';
import { deliver } from '../support/deliver.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';

export const NOW = '2026-03-01T10:00:00Z';
export const DAY_MS = 86_400_000;

export type Scoring = TestBase & {
  /** Somebody known; `orders` of a server, `email` to be written to. */
  person(given?: { email?: boolean; orders?: number; ownerId?: string }): Promise<string>;
  visitor(): Promise<string>;
  order(contactId: string, at?: Date): Promise<void>;
  lead(contactId: string): Promise<StoredLead | null>;
  /** Lets the subscriptions of scoring see what has happened; returns all that was told. */
  told(): Promise<OutboxEvent[]>;
};

type StoredLead = {
  known: boolean;
  grade: string;
  fit: string;
  fitPoints: number;
  engagement: number;
  score: number;
  hotSince: string | null;
  reviewAt: string | null;
};

export async function scoringBase(): Promise<Scoring> {
  registerContacts();
  registerOrders();
  registerScoring();
  const base = await testBase();
  const { ctx } = base;
  base.clock.set(NOW);
  await installDefaultRules(ctx);
  const order = async (contactId: string, at = base.clock.now()): Promise<void> => {
    const results = await placeOrders(
      ctx,
      [
        {
          source: 'test',
          externalId: newId(),
          occurredAt: at,
          buyer: { contactId },
          lines: [{ product: 'tea', quantity: '1', unitPrice: '10' }],
        },
      ],
      { trust: 'server' },
    );
    if (results[0]?.ok !== true) throw new Error('the order was not placed');
  };
  return {
    ...base,
    order,
    person: async ({ email = false, orders = 0, ownerId } = {}) => {
      const id = newId();
      const [made] = await upsertContacts(ctx, [
        {
          externalIds: [{ namespace: 'user', id }],
          name: `Person ${id.slice(-4)}`,
          ...(email ? { email: `${id}@example.com` } : {}),
          ...(ownerId === undefined ? {} : { ownerId }),
        },
      ]);
      const contactId = made?.contactId ?? '';
      for (let i = 0; i < orders; i += 1) {
        // Long ago, so that the order itself is worth nothing any more.
        await order(contactId, new Date(base.clock.now().getTime() - (400 + i) * DAY_MS));
      }
      if (orders > 0) {
        await ctx.db.execute(
          sql`update outbox set done_at = now() where topic = 'order.placed' and payload->>'contactId' = ${contactId}`,
        );
      }
      return contactId;
    },
    visitor: async () => {
      const id = newId();
      await ctx.db.execute(
        sql`insert into contact (contact_id, kind, created_at, updated_at) values (${id}::uuid, 'visitor', now(), now())`,
      );
      return id;
    },
    lead: async (contactId) => {
      const [found] = await rows<StoredLead>(
        ctx.db,
        sql`select known, grade, fit, fit_points as "fitPoints", engagement, score, hot_since as "hotSince", review_at as "reviewAt"
          from lead where contact_id = ${contactId}::uuid`,
      );
      return found ?? null;
    },
    told: () => deliver(ctx, scoringSubscriptions),
  };
}

export async function entriesCount(base: TestBase, contactId: string): Promise<number> {
  const { n } = await row<{ n: number }>(
    base.ctx.db,
    sql`select count(*)::int as n from score_entry where contact_id = ${contactId}::uuid`,
  );
  return n;
}

export function eventFact(contactId: string, name: string, occurredAt: Date, over: Partial<Fact> = {}): Fact {
  return {
    contactId,
    kind: 'event',
    name,
    id: newId(),
    messageId: null,
    occurredAt,
    trust: 'public',
    human: true,
    ...over,
  };
}

export function responseFact(contactId: string, name: string, messageId: string, occurredAt: Date): Fact {
  return eventFact(contactId, name, occurredAt, { kind: 'response', messageId, trust: 'server' });
}
