import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEvidence, createVisitors, upsertContacts } from '../../../src/contacts/index.ts';
import { rows } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { registerModules } from '../../../src/modules.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
  registerModules();
});
afterAll(() => base.close());

/** One thing said of a node: what it is, or by what it is proven to be somebody. */
type Said = {
  node: string;
  email?: string;
  phone?: string;
  claimed?: boolean;
  city?: string | null;
  tags?: string[];
  proves?: { kind: 'user' | 'email' | 'phone'; value: string };
};

const VISITORS = ['v1', 'v2', 'v3'];
const USERS = ['u1', 'u2'];
const EMAILS = ['e1@order.org', 'e2@order.org'];
const PHONES = ['+447400123456', '+447400123457'];

const word = fc.record(
  {
    node: fc.constantFrom(...VISITORS, ...USERS),
    email: fc.constantFrom(...EMAILS),
    phone: fc.constantFrom(...PHONES),
    claimed: fc.boolean(),
    city: fc.constantFrom('York', 'Bath', null),
    tags: fc.subarray(['a', 'b', 'c'], { minLength: 1 }),
  },
  { requiredKeys: ['node'] },
);
const proof = fc.record({
  node: fc.constantFrom(...VISITORS),
  proves: fc.oneof(
    fc.record({ kind: fc.constant('user' as const), value: fc.constantFrom(...USERS) }),
    fc.record({ kind: fc.constant('email' as const), value: fc.constantFrom(...EMAILS) }),
    fc.record({ kind: fc.constant('phone' as const), value: fc.constantFrom(...PHONES) }),
  ),
});
const said: fc.Arbitrary<Said> = fc.oneof(word, proof);

type Telling = ReadonlyArray<{ one: Said; i: number }>;
let serial = 0;

const MINUTE_MS = 60_000;

/** Tells these facts in the order given to people of their own, and gives who they are then. */
async function tell(facts: Telling): Promise<string[]> {
  serial += 1;
  const run = `r${serial}`;
  const nodes = new Map([...VISITORS, ...USERS].map((name) => [name, newId()]));
  await createVisitors(
    base.ctx,
    VISITORS.map((name) => nodes.get(name) ?? ''),
    'tracking',
  );
  const users = await upsertContacts(
    base.ctx,
    USERS.map((name) => ({ externalIds: [{ namespace: 'user', id: `${run}${name}` }] })),
  );
  for (const [i, name] of USERS.entries()) nodes.set(name, users[i]?.contactId ?? '');
  const own = (value: string): string => (value.startsWith('+') ? ownPhone(value) : `${run}${value}`);
  const ownPhone = (value: string): string =>
    `${value.slice(0, 6)}${String(serial).padStart(6, '0')}${value.slice(-1)}`;
  for (const { one, i } of facts) {
    const { node, claimed = false, proves, email, phone, ...fields } = one;
    const contactId = nodes.get(node) ?? '';
    const occurredAt = new Date(Date.parse('2026-02-01T00:00:00Z') + i * MINUTE_MS);
    if (proves !== undefined) {
      const edge = { contactId, ...proves, value: own(proves.value), strength: 'strong' as const };
      await addEvidence(base.ctx, [{ ...edge, source: 'shop', occurredAt }]);
      continue;
    }
    const points = {
      ...(email === undefined ? {} : { email: own(email) }),
      ...(phone === undefined ? {} : { phone: own(phone) }),
    };
    const ids = USERS.includes(node) ? { externalIds: [{ namespace: 'user', id: `${run}${node}` }] } : {};
    await upsertContacts(base.ctx, [{ contactId, ...ids, ...fields, ...points, occurredAt }], { claimed });
  }
  return everybody(nodes, run);
}

/** By the names of their nodes, without the ids that are made anew each time. */
async function everybody(nodes: ReadonlyMap<string, string>, run: string): Promise<string[]> {
  const found = await rows<{ who: unknown }>(
    base.ctx.db,
    sql`
    with named as (
      select n.key as name, n.value::uuid as node from jsonb_each_text(${JSON.stringify(Object.fromEntries(nodes))}::text::jsonb) n
    )
    select jsonb_build_object(
      'nodes', (select jsonb_agg(n.name order by n.name) from named n join contact m on m.contact_id = n.node
        where coalesce(m.merged_into, m.contact_id) = c.contact_id),
      'fields', jsonb_build_array(c.kind, c.email, c.phone, c.city, c.tags),
      'points', (select jsonb_agg(jsonb_build_array(p.value, p.claimed, p.is_primary) order by p.value) from contact_point p
        where p.contact_id = c.contact_id),
      'found by', (select jsonb_agg(l.value order by l.value) from contact_point_lookup l
        join contact_point p on p.contact_id = l.contact_id and p.kind = l.kind and p.value = l.value
        where l.contact_id = c.contact_id)) as who
    from contact c where c.contact_id in (
      select coalesce(m.merged_into, m.contact_id) from named n join contact m on m.contact_id = n.node)`,
  );
  const number = String(Number(run.slice(1))).padStart(6, '0');
  return found
    .map(({ who }) =>
      JSON.stringify(who).replaceAll(run, '').replaceAll(`0${number}`, '').replaceAll(number, ''),
    )
    .toSorted();
}

test('a tag, an address and a claim that two nodes were given stay with both, whenever it is known that they are two', async () => {
  const facts: Telling = [
    { node: 'v1', proves: { kind: 'user' as const, value: 'u2' } },
    { node: 'u1', tags: ['a'], email: 'e1@order.org', phone: '+447400123456', claimed: true },
    { node: 'v1', tags: ['a', 'b'], email: 'e1@order.org', phone: '+447400123456' },
    { node: 'v1', proves: { kind: 'user' as const, value: 'u1' } },
  ].map((one, i) => ({ one, i }));
  const end = await tell(facts);
  // Taken for the other user at first, with all that is said meanwhile.
  expect(await tell(facts.toReversed())).toEqual(end);
  expect(await tell([...facts.slice(1), ...facts.slice(0, 1)])).toEqual(end);
  expect(await tell([...facts.slice(3), ...facts.slice(0, 3)])).toEqual(end);
  expect(await tell([...facts.slice(3), ...facts.slice(1, 3), ...facts.slice(0, 1)])).toEqual(end);
  expect(end.filter((who) => who.includes('e1@order.org'))).toHaveLength(2);
  expect(
    end.map((who): unknown => JSON.parse(who)).find((who) => JSON.stringify(who).includes('u1')),
  ).toMatchObject({
    nodes: ['u1'],
    'found by': null,
    fields: expect.arrayContaining([['a']]),
  });
});

test(
  'any order of the same words and proofs ends in the same contacts, addresses and tags',
  { timeout: 3_600_000 },
  async () => {
    const facts = fc
      .array(said, { minLength: 2, maxLength: Number(process.env['ORDER_FACTS'] ?? 9), size: 'max' })
      .map((all) => all.map((one, i) => ({ one, i })));
    await fc.assert(
      fc.asyncProperty(
        facts.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        async ([all, shuffled]) => {
          expect(await tell(shuffled)).toEqual(await tell(all));
        },
      ),
      {
        numRuns: Number(process.env['ORDER_RUNS'] ?? 8),
        ...(process.env['ORDER_SEED'] === undefined ? {} : { seed: Number(process.env['ORDER_SEED']) }),
      },
    );
  },
);
