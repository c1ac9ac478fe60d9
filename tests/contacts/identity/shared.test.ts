import * as fc from 'fast-check';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { regroup } from '../../../src/contacts/identity/actions.regroup.ts';
import { unmergeContact } from '../../../src/contacts/identity/actions.unmerge.ts';
import { identityOf } from '../../../src/contacts/identity/actions.reviews.ts';
import { resolve } from '../../../src/contacts/identity/resolve.ts';
import { asCounted } from '../../../src/contacts/identity/shared.ts';
import { addEvidence, createVisitors, mergeContacts, upsertContacts } from '../../../src/contacts/index.ts';
import { inTx } from '../../../src/core/ctx.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { row } from '../../../src/core/db.ts';
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

const login = (contactId: string, value: string, minute: number) => ({
  contactId,
  kind: 'user',
  value,
  strength: 'strong' as const,
  source: 'backend',
  occurredAt: new Date(Date.UTC(2026, 1, 1, 0, minute)),
});

async function users(prefix: string, count: number): Promise<string[]> {
  const made = await upsertContacts(
    base.ctx,
    Array.from({ length: count }, (_, i) => ({
      name: `${prefix} ${i}`,
      externalIds: [{ namespace: 'user', id: `${prefix}-${i}` }],
    })),
  );
  return made.map(({ contactId }) => contactId);
}

async function visitor(): Promise<string> {
  const id = newId();
  await inTx(base.ctx, (tx) => createVisitors(tx, [id], 'test'));
  return id;
}

const present = async (id: string): Promise<string> =>
  (
    await row<{ id: string }>(
      base.ctx.db,
      sql`select coalesce(merged_into, contact_id) as id from contact where contact_id = ${id}::uuid`,
    )
  ).id;

const reviewsOf = async (prefix: string): Promise<number> =>
  (
    await row<{ n: number }>(
      base.ctx.db,
      sql`select count(*)::int as n from identity_review where state = 'open' and value like ${`${prefix}-%`}`,
    )
  ).n;

test('a browser of more people than one has joins nobody, leaves nothing to decide, and its users stay whole', async () => {
  const people = await users('kiosk', 70);
  const kiosk = await visitor();
  // The second user has a phone where the third logged in too: that pair waits for a reason of its own.
  const phone = await visitor();
  await addEvidence(base.ctx, [login(phone, 'kiosk-1', 0), login(phone, 'kiosk-2', 1)]);
  for (let i = 0; i < 10; i += 1) await addEvidence(base.ctx, [login(kiosk, `kiosk-${i}`, i + 5)]);
  expect(await present(kiosk)).toBe(people[0]);
  expect(await reviewsOf('kiosk')).toBeGreaterThan(5);
  for (let i = 10; i < 70; i += 1) await addEvidence(base.ctx, [login(kiosk, `kiosk-${i}`, i + 5)]);
  expect(await present(kiosk)).toBe(kiosk);
  expect(await reviewsOf('kiosk')).toBe(1);
  const device = await visitor();
  await addEvidence(base.ctx, [login(device, 'kiosk-0', 200)]);
  expect(await present(device)).toBe(people[0]);
  const { nodes, edges } = await identityOf(base.ctx, kiosk);
  expect(nodes).toMatchObject([{ node: kiosk, shared: true }]);
  expect(edges.length).toBeLessThanOrEqual(50);
  const nothing = unmergeContact(base.ctx, kiosk, { edgeId: edges[0]?.edgeId ?? '', reason: 'test' });
  await expect(nothing).rejects.toMatchObject({ code: 'evidence_joins_nobody', status: 409 });
  await expect(nothing).rejects.toThrow('More people than one');
  expect((await identityOf(base.ctx, people[0] ?? '')).nodes.map(({ shared }) => shared)).toEqual([
    false,
    false,
  ]);
});

test("a person's merge holds of a shared node, and what was said of it connects nobody through it", async () => {
  const people = await users('office', 12);
  const browser = await visitor();
  await addEvidence(
    base.ctx,
    people.map((_, i) => login(browser, `office-${i}`, i)),
  );
  const [first = ''] = people;
  await mergeContacts(base.ctx, { from: browser, to: first, reason: 'it is hers' });
  expect(await present(browser)).toBe(first);
  expect(await reviewsOf('office')).toBe(0);
});

test('a contact connected with too many is told of, and an un-merge of it changes nothing', async () => {
  const [one = ''] = await users('crowd', 1);
  const devices = Array.from({ length: 501 }, () => newId());
  await inTx(base.ctx, (tx) => createVisitors(tx, devices, 'test'));
  const warned: unknown[] = [];
  const log = Object.assign(Object.create(base.ctx.log) as Ctx['log'], {
    warn: (...said: unknown[]) => void warned.push(said),
  });
  await base.ctx.db.execute(sql`
    insert into identity_edge (node_id, edge_id, kind, value, strength, source, occurred_at, recorded_at)
    select v::uuid, gen_random_uuid(), 'user', 'crowd-0', 'strong', 'test', now(), now()
    from jsonb_array_elements_text(${JSON.stringify(devices)}::text::jsonb) as v`);
  const other = await visitor();
  await mergeIn(other, one);
  const edge = await row<{ id: string }>(
    base.ctx.db,
    sql`select edge_id as id from identity_edge where node_id = ${other}::uuid`,
  );
  await expect(
    unmergeContact({ ...base.ctx, log }, one, { edgeId: edge.id, reason: 'test' }),
  ).rejects.toMatchObject({ code: 'too_many_nodes', status: 409 });
  expect(warned).not.toEqual([]);
  const { removed } = await row<{ removed: unknown }>(
    base.ctx.db,
    sql`select removed_at as removed from identity_edge where edge_id = ${edge.id}::uuid`,
  );
  expect(removed).toBeNull();
  expect((await regroup({ ...base.ctx, log }, [one], { reason: 'test' })).beyond).toEqual([one]);
});

/** As it was before the contact grew: the visitor lives in it, by an edge. */
async function mergeIn(node: string, contactId: string): Promise<void> {
  await base.ctx.db.execute(
    sql`update contact set merged_into = ${contactId}::uuid where contact_id = ${node}::uuid`,
  );
  await base.ctx.db.execute(sql`
    insert into identity_edge (node_id, edge_id, kind, value, strength, source, occurred_at, recorded_at)
    values (${node}::uuid, gen_random_uuid(), 'user', 'crowd-0', 'strong', 'test', now(), now())`);
}

test('who is shared, and with it who is one contact, is the same in any order of arrival', () => {
  const nodes = ['k', 'u0', 'u1', 'v'].map((nodeId) => ({
    nodeId,
    own: nodeId.startsWith('u') ? [{ kind: 'user', value: nodeId }] : [],
  }));
  const said = Array.from({ length: 11 }, (_, i) => ({ nodeId: 'k', kind: 'user', value: `u${i}`, at: i }));
  const all = [...said, { nodeId: 'v', kind: 'user', value: 'u1', at: 99 }].map((edge) => ({
    ...edge,
    strength: 'strong',
  }));
  fc.assert(
    fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (edges) => {
      const counted = asCounted(edges).filter(({ strength }) => strength === 'strong');
      const { groups, conflicts } = resolve(nodes, counted);
      expect(groups.map(String).toSorted()).toEqual(['k', 'u0', 'u1,v']);
      expect(conflicts).toEqual([]);
    }),
  );
});
