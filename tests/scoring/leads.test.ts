import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registerContacts, upsertContacts } from '../../src/contacts/index.ts';
import { newId } from '../../src/core/ids.ts';
import type { Visibility } from '../../src/core/rights.ts';
import { registerOrders } from '../../src/orders/index.ts';
import { reviewDue, scoreFacts } from '../../src/scoring/actions.ts';
import type { LeadView, ScoreRuleView } from '../../src/scoring/contract.ts';
import { installDefaultRules, registerScoring, scoringRoutes } from '../../src/scoring/index.ts';
import { startApi } from '../support/api.ts';
import type { Answer, Send, TestApi } from '../support/api.ts';
import { testClock } from '../support/ctx.ts';
import { eventFact, NOW } from './base.ts';

let api: TestApi;
let owner: Send;
const clock = testClock(NOW);
beforeAll(async () => {
  registerContacts();
  registerOrders();
  registerScoring();
  api = await startApi({ clock, routes: () => [scoringRoutes()] });
  await installDefaultRules(api.ctx);
  owner = await api.owner();
});
afterAll(() => api.close());

type Page = { items: LeadView[]; nextCursor: string | null };
const body = (answer: Answer): unknown => {
  if (answer.status >= 300) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body;
};

async function leadOf(ownerId: string | null, views: number): Promise<string> {
  const [made] = await upsertContacts(api.ctx, [
    {
      externalIds: [{ namespace: 'user', id: newId() }],
      name: 'Lead',
      ...(ownerId === null ? {} : { ownerId }),
    },
  ]);
  const contactId = made?.contactId ?? '';
  await scoreFacts(
    api.ctx,
    Array.from({ length: views }, () => eventFact(contactId, 'Product Viewed', clock.now())),
  );
  return contactId;
}

async function pages(send: Send, query: string, limit = 3): Promise<LeadView[]> {
  const items: LeadView[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const next = cursor === '' ? '' : `&cursor=${cursor}`;
    const page = body(await send('GET', `/api/leads?limit=${limit}${query}${next}`)) as Page;
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}
const rule = (over: object = {}) => ({
  kind: 'fit',
  name: 'From Perm',
  points: 20,
  condition: { type: 'attribute', field: 'city', op: 'is', value: 'Perm' },
  ...over,
});
const see = (visibility: Visibility, teamId?: string) =>
  api.person('manager', { visibility, ...(teamId === undefined ? {} : { teamId }) });

describe('the list of leads', () => {
  test('shows each the leads they may see: their own, their team’s, or all; in the list, the counts and the card', async () => {
    const team = body(await owner('POST', '/api/people/teams', { name: 'North' })) as { id: string };
    const [alone, mate, head] = [await see('own', team.id), await see('team', team.id), await see('all')];
    const leads = {
      alone: await leadOf(alone.id, 4),
      mate: await leadOf(mate.id, 4),
      head: await leadOf(head.id, 4),
      nobody: await leadOf(null, 4),
    };
    const seenBy = async (send: Send) => {
      const items = await pages(send, '&grade=warm');
      const counts = body(await send('GET', '/api/leads/counts')) as Record<string, number>;
      expect(counts['warm']).toBe(items.length);
      for (const contactId of Object.values(leads)) {
        const { status } = await send('GET', `/api/leads/${contactId}`);
        expect(status).toBe(items.some((lead) => lead.contactId === contactId) ? 200 : 404);
      }
      return Object.entries(leads)
        .filter(([, contactId]) => items.some((lead) => lead.contactId === contactId))
        .map(([name]) => name);
    };
    expect(await seenBy(alone.send)).toEqual(['alone']);
    expect(await seenBy(mate.send)).toEqual(['alone', 'mate']);
    expect(await seenBy(head.send)).toEqual(['alone', 'mate', 'head', 'nobody']);
    expect((await pages(head.send, '&mine=true')).map((lead) => lead.contactId)).toEqual([leads.head]);
  });

  test('goes by score from page to page, each lead once, also among equals', async () => {
    const made = await Promise.all(Array.from({ length: 11 }, (_, i) => leadOf(null, i % 3)));
    const all = await pages(owner, '', 2);
    const scores = all.map((lead) => lead.score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(new Set(all.map((lead) => lead.contactId)).size).toBe(all.length);
    const withSignal = made.filter((_, i) => i % 3 > 0);
    expect(all.map((lead) => lead.contactId)).toEqual(expect.arrayContaining(withSignal));
    expect(await owner('GET', '/api/leads?cursor=nonsense')).toMatchObject({
      status: 400,
      body: { code: 'bad_cursor' },
    });
  });

  test('leaves visitors out and names the main reasons, which add up', async () => {
    const visitor = newId();
    await api.ctx.db.execute(
      sql`insert into contact (contact_id, kind, created_at, updated_at) values (${visitor}::uuid, 'visitor', now(), now())`,
    );
    await scoreFacts(
      api.ctx,
      Array.from({ length: 4 }, () => eventFact(visitor, 'Product Viewed', clock.now())),
    );
    const contactId = await leadOf(null, 9);
    const all = await pages(owner, '');
    expect(all.some((lead) => lead.contactId === visitor)).toBe(false);
    const lead = all.find((one) => one.contactId === contactId);
    // Nine views of 8 points, capped at 32: four count and are one reason, five are shown on the card as what they are.
    expect(lead?.reasons).toMatchObject([{ counted: 32, pointsNow: 32, points: 32, times: 4 }]);
    expect(lead?.score).toBe(32);
    const card = body(await owner('GET', `/api/leads/${contactId}`)) as LeadView;
    expect(card.reasons.map((r) => r.counted)).toEqual([8, 8, 8, 8, 0, 0, 0, 0, 0]);
    expect(new Set(card.reasons.map((r) => r.times))).toEqual(new Set([1]));
  });
});

describe('score rules', () => {
  test('about who people are are checked as segment rules and judge everybody anew', async () => {
    const bad = await owner(
      'POST',
      '/api/scoring/rules',
      rule({ condition: { type: 'attribute', field: 'shoe', op: 'is', value: 1 } }),
    );
    expect(bad).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
    const [made] = await upsertContacts(api.ctx, [
      { externalIds: [{ namespace: 'user', id: newId() }], name: 'Perm', city: 'Perm' },
    ]);
    const contactId = made?.contactId ?? '';
    await scoreFacts(api.ctx, [eventFact(contactId, 'Product Viewed', clock.now())]);
    const created = body(await owner('POST', '/api/scoring/rules', rule())) as ScoreRuleView;
    const fitNow = async () => {
      while (await reviewDue(api.ctx, 100));
      return (body(await owner('GET', `/api/leads/${contactId}`)) as LeadView).fitPoints;
    };
    expect(await fitNow()).toBe(20);
    await owner('PATCH', `/api/scoring/rules/${created.id}`, { points: -5 });
    expect(await fitNow()).toBe(-5);
    await owner('PATCH', `/api/scoring/rules/${created.id}`, { enabled: false });
    expect(await fitNow()).toBe(0);
    const { items } = body(await owner('GET', '/api/scoring/rules')) as { items: ScoreRuleView[] };
    expect(items.find((one) => one.id === created.id)).toMatchObject({
      version: 3,
      rule: { enabled: false },
    });
  });

  test('about what people do count from the next fact on; what was earned stays', async () => {
    const contactId = await leadOf(null, 1);
    const views = (body(await owner('GET', '/api/scoring/rules')) as { items: ScoreRuleView[] }).items.find(
      (one) => one.rule.name === 'Viewed a product',
    );
    await owner('PATCH', `/api/scoring/rules/${views?.id}`, { points: 3 });
    await scoreFacts(api.ctx, [eventFact(contactId, 'Product Viewed', clock.now())]);
    const { reasons } = body(await owner('GET', `/api/leads/${contactId}`)) as LeadView;
    expect(new Set(reasons.map((r) => r.points))).toEqual(new Set([3, 8]));
    await owner('PATCH', `/api/scoring/rules/${views?.id}`, { points: 8 });
  });

  test('are changed by those who may, and only into rules', async () => {
    const manager = await api.person('manager');
    expect((await manager.send('POST', '/api/scoring/rules', rule())).status).toBe(403);
    for (const over of [{ points: 0 }, { points: 1.5 }, { name: '' }, { kind: 'magic' }, { condition: {} }]) {
      expect((await owner('POST', '/api/scoring/rules', rule(over))).status).toBe(422);
    }
    expect((await owner('PATCH', `/api/scoring/rules/${newId()}`, { points: 1 })).status).toBe(404);
  });
});
