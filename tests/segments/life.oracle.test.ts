import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mergeContacts, registerContacts, upsertContacts } from '../../src/contacts/index.ts';
import { unmergeContact } from '../../src/contacts/identity/actions.unmerge.ts';
import { inTx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import { DomainError } from '../../src/core/errors.ts';
import { newId } from '../../src/core/ids.ts';
import { registerOrders } from '../../src/orders/index.ts';
import { changeSegment, createSegment, getSegment } from '../../src/segments/actions.ts';
import { buildSegment } from '../../src/segments/actions.build.ts';
import type { Rule } from '../../src/segments/contract.rule.ts';
import { registerSegments, segmentsSubscriptions } from '../../src/segments/index.ts';
import { sweepOnce } from '../../src/segments/jobs.ts';
import { registerTracking } from '../../src/tracking/index.ts';
import { testBase } from '../support/ctx.ts';
import type { TestBase } from '../support/ctx.ts';
import { deliver } from '../support/deliver.ts';
import { EPOCH } from './arbitraries.base.ts';
import { happened, word } from './arbitraries.facts.ts';
import { lifeRule, line } from './arbitraries.ts';
import { holds } from './naive.ts';
import type { Person, World } from './naive.ts';
import { CATALOGUE, forget, putCatalogue, putHappenings, putLines } from './world.ts';

/** How many lives are lived; more for a longer look. A failure prints its seed. */
const LIVES = Number(process.env['ORACLE_HISTORIES'] ?? 6);
const SEED = process.env['ORACLE_SEED'] === undefined ? {} : { seed: Number(process.env['ORACLE_SEED']) };
const STEP_MS = 6 * 3_600_000;
const WORLD: World = { ...CATALOGUE, segments: {} };
const PEOPLE = 4;
const TABLES = [
  'contact',
  'contact_history',
  'consent',
  'event',
  'orders',
  'sale_fact',
  'outbox',
  'segment',
  ...['dependency', 'member', 'size', 'transition', 'pending'].map((name) => `segment_${name}`),
];

let base: TestBase;
beforeAll(async () => {
  registerContacts();
  registerOrders();
  registerTracking();
  registerSegments();
  base = await testBase();
  await putCatalogue(base.ctx);
});
afterAll(() => base.close());

/** What was said of one node, whoever it belongs to at present. */
type Node = Pick<Person, 'id' | 'lines' | 'events' | 'consents'>;

const kind = <T extends string>(name: T) => fc.constant(name);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: kind('does'), what: happened }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('buys'), what: line }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('agrees'), what: word }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('time'), steps: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('time'), steps: fc.integer({ min: 40, max: 120 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('moves'), country: fc.constantFrom('UK', 'France') }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('merge'), other: fc.nat(PEOPLE - 1) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('unmerge') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('edit'), rule: lifeRule, which: fc.nat(2) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const settle = () => deliver(base.ctx, segmentsSubscriptions);

async function tell(topic: string, payload: object): Promise<void> {
  const event = { id: newId(), topic, payload, createdAt: base.clock.now() };
  await inTx(base.ctx, async (tx) => {
    for (const one of segmentsSubscriptions) if (one.topic === topic) await one.handle(tx, [event]);
  });
}

/** Where every node lives, and what its contact's own row says. */
async function present(): Promise<Map<string, { id: string; country: string | null }>> {
  const found = await rows<{ node: string; id: string; country: string | null }>(
    base.ctx.db,
    sql`select n.contact_id as node, c.contact_id as id, c.country from contact n
      join contact c on c.contact_id = coalesce(n.merged_into, n.contact_id)`,
  );
  return new Map(found.map(({ node, ...own }) => [node, own]));
}

async function take(one: Step, node: Node, nodes: readonly Node[]): Promise<void> {
  const homes = await present();
  const home = (of: Node | undefined): string => homes.get(of?.id ?? '')?.id ?? '';
  const id = home(node);
  const nothing = { id, origin: node.id, events: [], consents: [] };
  switch (one.kind) {
    case 'time':
      base.clock.advance(one.steps * STEP_MS);
      while ((await sweepOnce(base.ctx)) > 0);
      return;
    case 'does': {
      node.events.push(one.what);
      const [eventId] = await putHappenings(base.ctx, [{ ...nothing, events: [one.what] }]);
      const { name, type, bot, at } = one.what;
      const occurredAt = new Date(at).toISOString();
      const told = {
        contactId: id,
        id: eventId,
        sourceId: eventId,
        occurredAt,
        name,
        type,
        trust: 'public',
        bot,
      };
      return tell('event.recorded', { events: [told] });
    }
    case 'buys': {
      const bought = { ...one.what, order: node.lines.length + 1 };
      node.lines.push(bought);
      const order = { ...bought, order: Number(`${nodes.indexOf(node) + 1}0${bought.order}`) };
      await putLines(base.ctx, [{ id, origin: node.id, lines: [order] }]);
      return tell('order.placed', { contactId: id, orderId: newId() });
    }
    case 'agrees': {
      node.consents.push(one.what);
      await putHappenings(base.ctx, [{ ...nothing, consents: [one.what] }]);
      return tell('contact.changed', {
        contactId: id,
        keys: [`consent.${one.what.channel}.${one.what.purpose}`],
      });
    }
    case 'moves':
      await upsertContacts(base.ctx, [{ contactId: id, country: one.country }]);
      break;
    case 'merge': {
      const to = home(nodes[one.other]);
      if (to !== id) await mergeContacts(base.ctx, { from: id, to, reason: 'one person' });
      break;
    }
    case 'unmerge':
      await unmergeContact(base.ctx, id, { node: node.id, reason: 'two people' }).catch((error: unknown) => {
        if (!(error instanceof DomainError)) throw error;
      });
      break;
    case 'edit':
    default:
      return;
  }
  await settle();
}

async function expectedOf(rule: Rule, nodes: readonly Node[]): Promise<string[]> {
  const homes = await present();
  const now = base.clock.now().getTime();
  const groups = Map.groupBy(nodes, (node) => homes.get(node.id)?.id ?? '');
  const people = [...groups].map(([id, own]): Person => ({
    id,
    country: homes.get(id)?.country ?? null,
    tags: [],
    birthMonth: null,
    birthDay: null,
    createdAt: 0,
    attributes: {},
    listed: [],
    // Numbers of orders are each node's own.
    lines: own.flatMap(({ lines }, n) => lines.map((one) => ({ ...one, order: one.order * 10 + n }))),
    events: own.flatMap(({ events }) => events),
    consents: own.flatMap(({ consents }) => consents),
  }));
  return people
    .filter((one) => holds(rule, one, now, WORLD))
    .map(({ id }) => id)
    .toSorted();
}

async function membersOf(segmentId: string): Promise<{ members: string[]; count: number }> {
  const found = await rows<{ id: string }>(
    base.ctx.db,
    sql`select contact_id as id from segment_member where segment_id = ${segmentId}::uuid and value order by 1`,
  );
  return { members: found.map(({ id }) => id), count: (await getSegment(base.ctx, segmentId)).count ?? -1 };
}

let n = 0;

test('through late facts, returns, merges and their taking back, edits and leaps of time, membership is what the rule means', async () => {
  let checks = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(lifeRule, { minLength: 3, maxLength: 3 }),
      fc.array(fc.tuple(step, fc.nat(PEOPLE - 1)), { minLength: 15, maxLength: 30 }),
      async (drawn, steps) => {
        base.clock.set(new Date(EPOCH - 12 * 24 * 3_600_000).toISOString());
        await forget(base.ctx, TABLES);
        const made = await upsertContacts(
          base.ctx,
          Array.from({ length: PEOPLE }, () => ({
            name: 'Somebody',
            externalIds: [{ namespace: 'user', id: newId() }],
          })),
        );
        const nodes = made.map(({ contactId }): Node => ({
          id: contactId,
          lines: [],
          events: [],
          consents: [],
        }));
        const rules = [...drawn];
        const ids: string[] = [];
        for (const rule of rules)
          ids.push(
            (await createSegment(base.ctx, { kind: 'dynamic', name: `S${++n}`, description: '', rule })).id,
          );
        const agrees = async (after: string): Promise<void> => {
          for (const [i, rule] of rules.entries()) {
            const members = await expectedOf(rule, nodes);
            expect(await membersOf(ids[i] ?? ''), `${after}: ${JSON.stringify(rule)}`).toEqual({
              members,
              count: members.length,
            });
            checks++;
          }
        };
        for (const [one, who] of steps) {
          const node = nodes[who];
          if (node === undefined) continue;
          if (one.kind === 'edit') {
            rules[one.which] = one.rule;
            const id = ids[one.which] ?? '';
            const { version } = await getSegment(base.ctx, id);
            await changeSegment(base.ctx, id, { rule: one.rule, version });
          }
          await take(one, node, nodes);
          await agrees(`after ${JSON.stringify(one)} of ${who}`);
        }
        for (const id of ids) await buildSegment(base.ctx, id);
        await agrees('built anew');
      },
    ),
    { ...SEED, numRuns: LIVES, endOnFailure: true },
  );
  if (process.env['ORACLE_HISTORIES'] !== undefined) console.info(`${checks} memberships of ${LIVES} lives`);
}, 3_600_000);
