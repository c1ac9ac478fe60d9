import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rows } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import type { PromotionDetail } from '../../../src/loyalty/offers/contract.ts';
import { loyaltyRoutes, registerLoyalty } from '../../../src/loyalty/index.ts';
import { startApi } from '../../support/api.ts';
import type { Send, TestApi } from '../../support/api.ts';
import { testClock } from '../../support/ctx.ts';

let api: TestApi;
let send: Send;
let reader: Send;
const clock = testClock();

beforeAll(async () => {
  registerLoyalty();
  api = await startApi({ routes: () => [loyaltyRoutes()], clock });
  ({ send } = await api.key({ scopes: ['loyalty:read', 'loyalty:write'] }));
  ({ send: reader } = await api.key({ scopes: ['loyalty:read'] }));
});
afterAll(() => api.close());

const ten = { name: 'Ten', stage: 'product', effect: { type: 'percent', percent: '10' } };
const create = async (change: object = {}): Promise<PromotionDetail> => {
  const answer = await send('POST', '/api/promotions', { ...ten, ...change });
  expect(answer.status, answer.text).toBe(201);
  return answer.body as PromotionDetail;
};
const move = (id: string, how: string, version = 1) =>
  send('POST', `/api/promotions/${id}/${how}`, { version });
const state = async (id: string) =>
  ((await reader('GET', `/api/promotions/${id}`)).body as PromotionDetail).state;

describe('states', () => {
  test('a promotion goes from draft over scheduled, live and paused to ended and archived, and its times move it too', async () => {
    clock.set('2026-03-01T10:00:00Z');
    const schedule = { from: '2026-03-02T00:00:00Z', until: '2026-03-10T00:00:00Z' };
    const { id, state: first } = await create({ conditions: { schedule } });
    expect(first).toBe('draft');
    expect((await move(id, 'pause')).status).toBe(409);
    expect(((await move(id, 'launch')).body as PromotionDetail).state).toBe('scheduled');
    clock.set('2026-03-02T00:00:00Z');
    expect(await state(id)).toBe('live');
    expect(((await move(id, 'pause')).body as PromotionDetail).state).toBe('paused');
    expect(((await move(id, 'resume')).body as PromotionDetail).state).toBe('live');
    clock.set('2026-03-10T00:00:00Z');
    expect(await state(id)).toBe('ended');
    expect(((await move(id, 'archive')).body as PromotionDetail).state).toBe('archived');
    clock.set('2026-03-01T10:00:00Z');
    expect((await move(id, 'launch')).body).toMatchObject({ code: 'promotion_state' });
  });

  test('what would never apply is not launched', async () => {
    const { id } = await create({ conditions: { schedule: { until: '2026-02-01T00:00:00Z' } } });
    expect((await move(id, 'launch')).body).toMatchObject({ status: 409, code: 'promotion_is_over' });
    const recurring = { rule: 'FREQ=DAILY;COUNT=3', start: '2025-01-01T10:00:00', durationMinutes: 60 };
    const { id: past } = await create({ conditions: { schedule: { recurring } } });
    expect((await move(past, 'launch')).body).toMatchObject({ code: 'promotion_is_over' });
  });

  test('lists go by page, state, stage and name', async () => {
    const names = ['Ski one', 'Ski two', 'Ski three'];
    const ids: string[] = [];
    for (const name of names) ids.push((await create({ name, stage: 'order' })).id);
    await move(ids[1] ?? '', 'launch');
    const page = async (query: string) =>
      (await reader('GET', `/api/promotions?${query}`)).body as {
        items: PromotionDetail[];
        nextCursor: string | null;
      };
    const one = await page('search=ski&stage=order&limit=2');
    const two = await page(`search=ski&stage=order&limit=2&cursor=${one.nextCursor}`);
    expect(new Set([...one.items, ...two.items].map(({ id }) => id))).toEqual(new Set(ids));
    expect(two.nextCursor).toBeNull();
    const [live, ...more] = (await page('search=ski&state=live')).items;
    expect(more).toEqual([]);
    // What it says and what it has done so far are there at once, as on its own page.
    expect(live).toEqual((await reader('GET', `/api/promotions/${ids[1]}`)).body);
    expect(live).toMatchObject({ name: 'Ski two', usage: { uses: 0 }, definition: { effect: ten.effect } });
    expect((await page('search=ski&stage=coupon')).items).toEqual([]);
    const odd = Buffer.from('[1e300]').toString('base64url');
    expect((await reader('GET', `/api/promotions/${ids[0]}/versions?cursor=${odd}`)).status).toBe(400);
    expect((await reader('GET', '/api/promotions?cursor=x')).body).toMatchObject({
      status: 400,
      code: 'bad_cursor',
    });
  });
});

describe('versions', () => {
  test('a draft is written anew; of a launched one every change is a version, and frozen ones never change', async () => {
    const { id } = await create();
    const patch = (version: number, percent: string) =>
      send('PATCH', `/api/promotions/${id}`, {
        version,
        definition: { ...ten, effect: { type: 'percent', percent } },
      });
    expect((await patch(1, '11')).body).toMatchObject({ version: 1, frozen: false });
    expect((await move(id, 'launch')).body).toMatchObject({ version: 1, frozen: true });
    expect((await patch(1, '12')).body).toMatchObject({ version: 2, frozen: true, state: 'live' });
    expect((await patch(1, '13')).body).toMatchObject({ status: 409, code: 'promotion_changed' });
    const version = async (n: number) =>
      (
        (await reader('GET', `/api/promotions/${id}/versions/${n}`)).body as {
          definition: { effect: object };
        }
      ).definition.effect;
    expect(await version(1)).toMatchObject({ percent: '11' });
    expect(await version(2)).toMatchObject({ percent: '12' });
    const list = (await reader('GET', `/api/promotions/${id}/versions?limit=1`)).body as {
      items: { version: number }[];
      nextCursor: string;
    };
    expect(list.items).toMatchObject([{ version: 2 }]);
    const next = await reader('GET', `/api/promotions/${id}/versions?limit=1&cursor=${list.nextCursor}`);
    expect(next.body).toMatchObject({ items: [{ version: 1 }], nextCursor: null });
    await move(id, 'end', 2);
    expect((await patch(2, '14')).body).toMatchObject({ status: 409, code: 'promotion_over' });
    expect((await send('POST', `/api/promotions/${id}/copy`)).body).toMatchObject({
      state: 'draft',
      version: 1,
    });
  });

  test('of two who save at once one is told', async () => {
    const { id } = await create();
    await move(id, 'launch');
    const saved = await Promise.all(
      ['11', '12', '13'].map((percent) =>
        send('PATCH', `/api/promotions/${id}`, {
          version: 1,
          definition: { ...ten, effect: { type: 'percent', percent } },
        }),
      ),
    );
    expect(saved.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
  });

  test('everything done to a promotion is in the audit log', async () => {
    const { id } = await create();
    await move(id, 'launch');
    await move(id, 'end');
    const log = await rows<{ action: string }>(
      api.ctx.db,
      sql`select action from audit_log where entity = 'promotion' and entity_id = ${id} order by id`,
    );
    expect(log.map(({ action }) => action).toSorted()).toEqual(
      ['promotion.created', 'promotion.ended', 'promotion.launched'].toSorted(),
    );
  });

  test('money without a currency is of the base currency, and a percentage is of any', async () => {
    const money = await create({ effect: { type: 'fixed_amount', amountMinor: 100 } });
    expect(money.definition.currency).toBe(api.ctx.config.baseCurrency);
    expect((await create()).definition.currency).toBeUndefined();
  });
});

describe('bad input', () => {
  const recurring = { rule: 'FREQ=DAILY', start: '2026-03-01T10:00:00', durationMinutes: 60 };
  test.each<[string, object, string]>([
    ['an unknown field', { colour: 'red' }, ''],
    ['an empty name', { name: ' ' }, 'name'],
    ['more than all', { effect: { type: 'percent', percent: '101' } }, 'effect.percent'],
    ['an unknown type', { effect: { type: 'magic' } }, 'effect.type'],
    ['free shipping on products', { effect: { type: 'free_shipping' } }, 'stage'],
    [
      'a bundle on shipping',
      { stage: 'shipping', effect: { type: 'bundle', items: [{}], priceMinor: 1 } },
      'effect.type',
    ],
    ['a segment nobody has', { conditions: { segments: [newId()] } }, 'conditions.segments.0'],
    ['a negative limit', { limits: { uses: -1 } }, 'limits.uses'],
    ['points of a percentage', { limits: { points: 5 } }, 'limits.points'],
    [
      'two limits a day',
      {
        limits: {
          periods: [
            { every: 'day', uses: 1 },
            { every: 'day', uses: 2 },
          ],
        },
      },
      'limits.periods',
    ],
    ['an empty period', { limits: { periods: [{ every: 'day' }] } }, 'limits.periods.0'],
    [
      'an end before the beginning',
      { conditions: { schedule: { from: '2026-03-02T00:00:00Z', until: '2026-03-01T00:00:00Z' } } },
      'conditions.schedule.until',
    ],
    [
      'an unknown zone',
      { conditions: { schedule: { timeZone: 'Mars/Base' } } },
      'conditions.schedule.timeZone',
    ],
    [
      'a rule that is none',
      { conditions: { schedule: { recurring: { ...recurring, rule: 'FREQ=SECONDLY' } } } },
      'conditions.schedule.recurring.rule',
    ],
    [
      'a rule that goes off too often',
      { conditions: { schedule: { recurring: { ...recurring, rule: 'FREQ=DAILY;BYHOUR=1;BYMINUTE=1,2' } } } },
      'conditions.schedule.recurring.rule',
    ],
  ])('%s is refused with its path, and nothing is written', async (_what, change, path) => {
    const before = await rows(api.ctx.db, sql`select 1 from promotion`);
    const answer = await send('POST', '/api/promotions', { ...ten, ...change });
    expect(answer.body).toMatchObject({ status: 422, code: 'validation_failed' });
    expect((answer.body as { errors: { path: string }[] }).errors.map((one) => one.path)).toContain(path);
    expect(await rows(api.ctx.db, sql`select 1 from promotion`)).toHaveLength(before.length);
  });

  test('readers cannot write, strangers cannot read, and what is not there is a 404', async () => {
    expect((await reader('POST', '/api/promotions', ten)).status).toBe(403);
    expect((await api.send('GET', '/api/promotions')).status).toBe(401);
    const { send: other } = await api.key({ scopes: ['contacts:read'] });
    expect((await other('GET', '/api/promotions')).status).toBe(403);
    for (const path of ['', '/versions', '/checks', '/backtests', `/backtests/${newId()}`])
      expect((await reader('GET', `/api/promotions/${newId()}${path}`)).status).toBe(404);
    expect((await move(newId(), 'launch')).body).toMatchObject({ status: 404, code: 'promotion_not_found' });
    const { id } = await create();
    expect((await reader('GET', `/api/promotions/${id}/versions/7`)).body).toMatchObject({
      code: 'promotion_version_not_found',
    });
  });

  test('the same Idempotency-Key makes one promotion', async () => {
    const headers = { 'Idempotency-Key': newId() };
    const [a, b] = [
      await send('POST', '/api/promotions', ten, headers),
      await send('POST', '/api/promotions', ten, headers),
    ];
    expect((a.body as PromotionDetail).id).toBe((b.body as PromotionDetail).id);
  });
});
