import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unmergeContact } from '../../src/contacts/identity/actions.unmerge.ts';
import { addEvidence, createVisitors, mergeContacts, upsertContacts } from '../../src/contacts/index.ts';
import { untilUndisturbed } from '../../src/core/deadlock.ts';
import { row, rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { registerModules } from '../../src/modules.ts';
import { openSite, track } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  registerModules();
  site = await openSite({ poolSize: 12 });
});
afterAll(() => site.close());

async function person(name: string): Promise<string> {
  const [made] = await upsertContacts(site.api.ctx, [
    { name, externalIds: [{ namespace: 'user', id: `${name}-${newId()}` }] },
  ]);
  return made?.contactId ?? '';
}

/** Rows of any table that lie under a contact which lives on in another. */
async function strays(): Promise<unknown> {
  const { db } = site.api.ctx;
  return rows(
    db,
    sql`
    select 'event' as what, e.contact_id from event e join contact c using (contact_id) where c.merged_into is not null
    union all select 'history', h.contact_id from contact_history h join contact c using (contact_id) where c.merged_into is not null
    union all select 'id', x.contact_id from contact_external_id x join contact c using (contact_id) where c.merged_into is not null
    union all select 'point', p.contact_id from contact_point p join contact c using (contact_id) where c.merged_into is not null
    union all select 'order', o.contact_id from orders o join contact c using (contact_id) where c.merged_into is not null
    union all select 'chain', c.contact_id from contact c join contact d on d.contact_id = c.merged_into where d.merged_into is not null`,
  );
}

test(
  'merges both ways, separations and what comes in at the same moment lose and misplace nothing',
  { timeout: 120_000 },
  async () => {
    const { ctx } = site.api;
    for (let round = 0; round < 6; round += 1) {
      const browser = newId();
      const [user, other] = [`race-${round}`, `other-${round}`];
      await site.server([
        { type: 'identify', messageId: newId(), userId: user, anonymousId: browser },
        { type: 'identify', messageId: newId(), userId: other },
      ]);
      const find = (id: string) =>
        row<{ id: string }>(
          ctx.db,
          sql`select contact_id as id from contact_external_id where namespace = 'user' and external_id = ${id}`,
        );
      const [a, b] = [(await find(user)).id, (await find(other)).id];
      const sent = Array.from({ length: 12 }, (_, i) =>
        i % 3 === 0
          ? { ...track('Seen', { anonymousId: browser, userId: user }), server: true }
          : { ...track('Viewed', { anonymousId: browser }), server: false },
      );
      const work = [
        () => untilUndisturbed(() => mergeContacts(ctx, { from: a, to: b, reason: 'race' })),
        () => untilUndisturbed(() => mergeContacts(ctx, { from: b, to: a, reason: 'race' })),
        ...sent.map(
          ({ server, ...event }) =>
            () =>
              server ? site.server([event]) : site.batch([event]),
        ),
        () => untilUndisturbed(() => upsertContacts(ctx, [{ contactId: a, attributes: { round } }])),
      ];
      await Promise.all(work.map((one) => one()));
      const present = (
        await row<{ id: string }>(
          ctx.db,
          sql`select coalesce(merged_into, contact_id) as id from contact where contact_id = ${a}::uuid`,
        )
      ).id;
      const more = sent.map(({ messageId: _id, ...event }) => ({ ...event, messageId: newId() }));
      await Promise.all([
        untilUndisturbed(() => unmergeContact(ctx, present, { node: present === a ? b : a, reason: 'race' })),
        ...more.map(({ server, ...event }) => (server ? site.server([event]) : site.batch([event]))),
      ]);
      const { n } = await row<{ n: number }>(
        ctx.db,
        sql`select count(*)::int as n from event where contact_id = ${a}::uuid and name in ('Seen', 'Viewed')`,
      );
      expect(n).toBe(sent.length + more.length);
    }
    expect(await strays()).toEqual([]);
  },
);

test('two who prove one address at the same moment become one contact', async () => {
  const { ctx } = site.api;
  for (let round = 0; round < 8; round += 1) {
    const visitors = [newId(), newId(), newId()];
    await createVisitors(ctx, visitors, 'tracking');
    const known = await person('known');
    const said = [...visitors, known].map((contactId, i) => ({
      contactId,
      kind: 'email',
      value: `race-${round}@races.org`,
      strength: 'strong' as const,
      source: 'test',
      occurredAt: new Date(Date.UTC(2026, 1, 1 + i)),
    }));
    await Promise.all(said.map((one) => untilUndisturbed(() => addEvidence(ctx, [one]))));
    const found = await rows<{ id: string }>(
      ctx.db,
      sql`select distinct coalesce(merged_into, contact_id) as id from contact
        where contact_id in (select jsonb_array_elements_text(${JSON.stringify([...visitors, known])}::text::jsonb)::uuid)`,
    );
    expect(found).toEqual([{ id: known }]);
  }
  expect(await strays()).toEqual([]);
});

test('one user who appears in many browsers at once is one contact with all of them', async () => {
  const { ctx } = site.api;
  const browsers = Array.from({ length: 20 }, () => newId());
  await Promise.all(
    browsers.flatMap((anonymousId) => [
      site.batch([track('Viewed', { anonymousId })]),
      site.server([
        { type: 'identify', messageId: newId(), userId: 'many', anonymousId, traits: { plan: anonymousId } },
      ]),
    ]),
  );
  const { n } = await row<{ n: number }>(
    ctx.db,
    sql`select count(distinct e.contact_id)::int as n from event e join contact c using (contact_id)
      where e.name = 'Viewed' and c.kind = 'person' and e.origin_id in (
        select contact_id from visitor_lookup where anonymous_id in (select jsonb_array_elements_text(${JSON.stringify(browsers)}::text::jsonb)))`,
  );
  expect(n).toBe(1);
  expect(await strays()).toEqual([]);
});
