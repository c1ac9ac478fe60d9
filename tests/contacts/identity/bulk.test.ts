import * as fc from 'fast-check';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unmergeContact } from '../../../src/contacts/identity/actions.unmerge.ts';
import { inTurns } from '../../../src/contacts/identity/plan.ts';
import { tablesHolding } from '../../../src/contacts/identity/store.rows.ts';
import { addEvidence, createVisitors, upsertContacts } from '../../../src/contacts/index.ts';
import type { Evidence } from '../../../src/contacts/index.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { inTx } from '../../../src/core/ctx.ts';
import { rows } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { registerModules } from '../../../src/modules.ts';
import { placeOrders } from '../../../src/orders/index.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { contactTables, plant, snapshot } from './rows.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
  registerModules();
});
afterAll(() => base.close());

/** Made through the front door, or by a merge itself. */
const SPOKEN = new Set(['contact', 'coupon_code', 'field_lookup', 'order_lookup', 'orders', 'sale_fact']);
const OWN_KEYS = new Set([
  'contact_external_id',
  'contact_history',
  'contact_point',
  'contact_point_lookup',
  'identity_edge',
]);

let serial = 0;
type Pair = { visitor: string; person: string; login: string };

/** A visitor and a person, both with rows in every table of every module, many of them of the same key. */
async function pair(): Promise<Pair> {
  serial += 1;
  const login = `bulk-${serial}`;
  const visitor = newId();
  await createVisitors(base.ctx, [visitor], 'tracking');
  const [made] = await upsertContacts(base.ctx, [
    {
      name: 'Ann',
      externalIds: [{ namespace: 'user', id: login }],
      email: `p${serial}@bulk.org`,
      tags: ['both', 'person'],
      attributes: { plan: 'a' },
    },
  ]);
  const person = made?.contactId ?? '';
  await upsertContacts(
    base.ctx,
    [
      {
        contactId: visitor,
        email: `p${serial}@bulk.org`,
        phone: `+4477009${String(serial).padStart(5, '0')}`,
      },
    ],
    { claimed: true },
  );
  for (const id of [visitor, person]) {
    for (const table of await contactTables(base.ctx))
      if (!SPOKEN.has(table) && !OWN_KEYS.has(table)) await plant(base.ctx, table, id);
    await placeOrders(
      base.ctx,
      [
        {
          source: 'shop',
          externalId: `of ${id}`,
          occurredAt: new Date('2026-02-03T00:00:00Z'),
          currency: base.ctx.config.baseCurrency,
          lines: [{ product: 'tea', quantity: '1', unitPrice: '10' }],
          buyer: { contactId: id },
        },
      ],
      { trust: 'server' },
    );
  }
  return { visitor, person, login };
}

const loginOf = ({ visitor, login }: Pair): Evidence => ({
  contactId: visitor,
  kind: 'user',
  value: login,
  strength: 'strong',
  source: 'shop',
  occurredAt: new Date('2026-02-20T00:00:00Z'),
});

/** What a pair became, with every id that is a matter of chance by the part it plays. */
async function became(one: Pair): Promise<unknown> {
  const plain = (value: unknown): string =>
    JSON.stringify(value)
      .replaceAll(one.visitor, 'VISITOR')
      .replaceAll(one.person, 'PERSON')
      .replaceAll(one.login, 'LOGIN')
      .replaceAll(/p\d+@bulk|\+4477009\d+/g, 'SAID')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
      .replaceAll(/\b\d{10,}\b/g, 'NUMBER');
  const tables = { ...(await snapshot(base.ctx, [one.visitor, one.person])) };
  const parked = await rows(
    base.ctx.db,
    sql`select contact_id, origin_id, table_name, row from identity_parked
      where contact_id in (${one.visitor}::uuid, ${one.person}::uuid)`,
  );
  return Object.fromEntries(
    Object.entries({ ...tables, parked }).map(([name, found]) => [name, found.map(plain).toSorted()]),
  );
}

/** Counts what is sent to the database. */
function counting(): { ctx: Ctx; sent(): number } {
  let n = 0;
  const wrap = (db: Ctx['db']): Ctx['db'] =>
    new Proxy(db, {
      get: (target, key) => {
        if (key === 'execute') n += 1;
        if (key !== 'transaction') return Reflect.get(target, key);
        return (body: Parameters<Ctx['db']['transaction']>[0]) =>
          target.transaction((tx) => body(wrap(tx as unknown as Ctx['db']) as unknown as typeof tx));
      },
    });
  return { ctx: { ...base.ctx, db: wrap(base.ctx.db) }, sent: () => n };
}

test('many joins of one batch do exactly what each alone does, with as many statements as one', async () => {
  const alone = await pair();
  const many = [];
  for (let i = 0; i < 8; i += 1) many.push(await pair());
  const before = await Promise.all(many.map(({ visitor, person }) => snapshot(base.ctx, [visitor, person])));
  const single = counting();
  await addEvidence(single.ctx, [loginOf(alone)]);
  const bulk = counting();
  await addEvidence(bulk.ctx, many.map(loginOf));
  expect(bulk.sent()).toBeLessThanOrEqual(single.sent());
  const expected = await became(alone);
  for (const one of many) expect(await became(one)).toEqual(expected);
  for (const { visitor, person } of many)
    await unmergeContact(base.ctx, person, { node: visitor, reason: 'test' });
  const after = await Promise.all(many.map(({ visitor, person }) => snapshot(base.ctx, [visitor, person])));
  const less = (all: typeof after) => all.map((tables) => ({ ...tables, identity_edge: [] }));
  expect(less(after)).toEqual(less(before));
});

test('several devices of one person in one batch all join, and rows of the same key wait', async () => {
  const { person, login } = await pair();
  const devices = [newId(), newId(), newId()];
  await createVisitors(base.ctx, devices, 'tracking');
  for (const id of devices) await plant(base.ctx, 'send_guard', id);
  await addEvidence(
    base.ctx,
    devices.map((visitor) => loginOf({ visitor, person, login })),
  );
  const found = await rows<{ id: string }>(
    base.ctx.db,
    sql`select contact_id as id from contact where merged_into = ${person}::uuid`,
  );
  expect(found.map(({ id }) => id).toSorted()).toEqual(devices.toSorted());
});

test('whose rows move is found without reading look-ups that are keyed by a value', async () => {
  const { person } = await pair();
  const byValue = ['contact_point_lookup', 'coupon_code', 'field_lookup', 'order_lookup'];
  await inTx(base.ctx, async (tx) => {
    // The view also counts what this connection did before and has not reported yet: only what is added here counts.
    const earlier = await scansOf(tx);
    const held = (await tablesHolding(tx, [person])).get(person);
    expect([...(held ?? [])]).toEqual(expect.arrayContaining([...byValue, 'contact_point', 'orders']));
    const read = [...(await scansOf(tx))].flatMap(([name, scans]) =>
      scans > (earlier.get(name) ?? 0) ? [name] : [],
    );
    expect(read).toContain('contact_point');
    for (const name of byValue) expect(read).not.toContain(name);
  });
});

async function scansOf(ctx: Ctx): Promise<Map<string, number>> {
  const found = await rows<{ name: string; scans: number }>(
    ctx.db,
    sql`select relname as name, (seq_scan + coalesce(idx_scan, 0))::int as scans from pg_stat_xact_user_tables`,
  );
  return new Map(found.map(({ name, scans }) => [name, scans]));
}

test('moves of one turn share no contact, and moves that do come in the order planned', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  const move = fc.record({ from: id, to: id, origins: fc.constant(null) });
  fc.assert(
    fc.property(fc.array(move, { maxLength: 20 }), (moves) => {
      const turns = inTurns(moves);
      const turnOf = new Map(turns.flatMap((turn, i) => turn.map((one) => [one, i] as const)));
      expect(turnOf.size).toBe(moves.length);
      for (const [i, one] of moves.entries()) {
        for (const other of moves.slice(i + 1)) {
          if (![other.from, other.to].some((contact) => contact === one.from || contact === one.to)) continue;
          expect(turnOf.get(other)).toBeGreaterThan(turnOf.get(one) ?? Number.NaN);
        }
      }
    }),
  );
});
