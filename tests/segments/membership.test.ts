import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { upsertContacts } from '../../src/contacts/index.ts';
import { inTx } from '../../src/core/ctx.ts';
import { row, rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { archiveSegment, changeSegment, getSegment, listSegments } from '../../src/segments/actions.ts';
import { buildInBackground, buildSegment } from '../../src/segments/actions.build.ts';
import { evaluate } from '../../src/segments/actions.evaluate.ts';
import { changeMembers } from '../../src/segments/actions.members.ts';
import { until } from '../support/until.ts';
import {
  base,
  buyers,
  buys,
  create,
  createStatic,
  ctx,
  deliver,
  from,
  history,
  idsOf,
  next,
  someone,
  sweep,
  useBase,
} from './fixture.ts';

useBase();

/** So that the segment whose rule the test broke does not stand in the way of the others. */
const archiveBroken = (id: string) =>
  ctx.db.execute(sql`update segment set archived_at = now() where segment_id = ${id}::uuid`);

describe('dynamic segments', () => {
  test('a saved segment has its members, its count and one transition per member', async () => {
    const country = `Land ${next()}`;
    const ids = [await someone({ country }), await someone({ country })].toSorted();
    await someone({ country: 'elsewhere' });
    const made = await create(from(country));
    expect(made).toMatchObject({ state: 'ready', servedVersion: 1, version: 1, count: 2 });
    expect(await idsOf(made.id)).toEqual(ids);
    expect(await history(made.id)).toEqual(['entered build v1 false', 'entered build v1 false']);
  });

  test('a change of a contact enters and leaves at once, with the event as cause', async () => {
    const country = `Land ${next()}`;
    const made = await create(from(country));
    const [id] = await upsertContacts(ctx, [{ name: 'Zoe', country }]);
    await deliver();
    expect(await idsOf(made.id)).toEqual([id?.contactId]);
    base.clock.advance(1_000);
    await upsertContacts(ctx, [{ contactId: id?.contactId ?? '', country: 'elsewhere' }]);
    await deliver();
    expect(await idsOf(made.id)).toEqual([]);
    expect(await history(made.id)).toEqual(['entered fact v1 true', 'left fact v1 true']);
    expect((await getSegment(ctx, made.id)).count).toBe(0);
  });

  test('a purchase enters, and time alone lets leave at the exact moment', async () => {
    const made = await create(buyers);
    const id = await someone();
    await buys(id);
    await deliver();
    expect(await idsOf(made.id)).toEqual([id]);
    base.clock.set('2026-03-31T09:59:59.999Z');
    await sweep();
    expect(await idsOf(made.id)).toEqual([id]);
    base.clock.set('2026-03-31T10:00:00Z');
    await sweep();
    expect(await idsOf(made.id)).toEqual([]);
    expect(await history(made.id)).toEqual(['entered fact v1 true', 'left time v1 false']);
    expect(
      await row(
        ctx.db,
        sql`select count(*)::int as n from segment_member where segment_id = ${made.id}::uuid`,
      ),
    ).toEqual({ n: 0 });
  });

  test('a rule that says "not" holds new contacts from their first moment', async () => {
    const country = `Land ${next()}`;
    const made = await create({ type: 'all', children: [from(country), { type: 'not', child: buyers }] });
    const id = await someone({ country });
    expect(await idsOf(made.id)).toEqual([id]);
    await buys(id);
    await deliver();
    expect(await idsOf(made.id)).toEqual([]);
    base.clock.set('2026-05-01T10:00:00Z');
    await sweep();
    expect(await idsOf(made.id)).toEqual([id]);
  });

  test('a new rule makes a new version whose transitions say so', async () => {
    const [here, there] = [`Land ${next()}`, `Land ${next()}`];
    const [a, b] = [await someone({ country: here }), await someone({ country: there })];
    const made = await create(from(here));
    const changed = await changeSegment(ctx, made.id, { rule: from(there), version: 1 });
    expect(changed).toMatchObject({ version: 2, servedVersion: 2, count: 1 });
    expect(await idsOf(made.id)).toEqual([b]);
    expect(await history(made.id)).toEqual([
      'entered build v1 false',
      'entered edit v2 false',
      'left edit v2 false',
    ]);
    await expect(changeSegment(ctx, made.id, { rule: from(here), version: 1 })).rejects.toMatchObject({
      code: 'version_conflict',
    });
    await upsertContacts(ctx, [{ contactId: a, country: there }]);
    await deliver();
    expect(await idsOf(made.id)).toEqual([a, b].toSorted());
  });

  test('building again changes nothing and writes nothing', async () => {
    const country = `Land ${next()}`;
    await someone({ country });
    const made = await create(from(country));
    const before = await history(made.id);
    expect(await buildSegment(ctx, made.id)).toBe(1);
    expect(await history(made.id)).toEqual(before);
  });

  test('facts that come during a build wait and are applied after it', async () => {
    const country = `Land ${next()}`;
    const made = await create(from(country));
    let id: string | undefined;
    await inTx(ctx, async (building) => {
      await building.db.execute(sql`select pg_advisory_xact_lock(7015601, hashtext(${made.id}))`);
      id = await someone({ country });
      await sweep();
      expect(await idsOf(made.id)).toEqual([]);
    });
    await sweep();
    expect(await idsOf(made.id)).toEqual([id]);
    expect(await history(made.id)).toEqual(['entered fact v1 true']);
  });

  test('a build that fails says why and leaves the membership as it was', async () => {
    const country = `Land ${next()}`;
    const id = await someone({ country });
    const made = await create(from(country));
    await ctx.db.execute(
      sql`update segment_version set rule = '{"type":"gone"}' where segment_id = ${made.id}::uuid`,
    );
    await expect(buildInBackground(ctx, made.id)).rejects.toThrow('gone');
    const [failed] = (await listSegments(ctx, { limit: 200 })).items.filter((one) => one.id === made.id);
    expect(failed).toMatchObject({ state: 'failed', servedVersion: 1, count: 1 });
    expect(failed?.error).toContain('gone');
    expect(await idsOf(made.id)).toEqual([id]);
    await archiveBroken(made.id);
  });
});

describe('two at once', () => {
  test('facts of one contact that are evaluated at the same time end as if one after the other', async () => {
    const made = await create({ type: 'not', child: { ...buyers, value: 2 } });
    const id = await someone();
    await buys(id);
    const finish = Promise.withResolvers<void>();
    const evaluated = Promise.withResolvers<void>();
    const first = inTx(ctx, async (tx) => {
      await evaluate(tx, new Map([[made.id, [id]]]), 'fact');
      evaluated.resolve();
      await finish.promise;
    });
    await evaluated.promise;
    await buys(id);
    const second = inTx(ctx, (tx) => evaluate(tx, new Map([[made.id, [id]]]), 'fact'));
    const waiting = sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await until('the second waits for the first', async () => (await rows(ctx.db, waiting)).length > 0);
    finish.resolve();
    await Promise.all([first, second]);
    expect(await idsOf(made.id)).not.toContain(id);
  });
});

describe('segments of segments', () => {
  test('follow the facts, the lists and the edits of those they name', async () => {
    const country = `Land ${next()}`;
    const inner = await create(from(country));
    const list = await createStatic();
    const outer = await create({
      type: 'all',
      children: [
        { type: 'segment', segmentId: inner.id },
        { type: 'not', child: { type: 'segment', segmentId: list.id } },
      ],
    });
    const [a, b] = [await someone({ country }), await someone({ country })].toSorted();
    expect(await idsOf(outer.id)).toEqual([a, b]);
    await changeMembers(ctx, list.id, { add: [a ?? ''], remove: [] });
    expect(await idsOf(outer.id)).toEqual([b]);
    await changeMembers(ctx, list.id, { add: [], remove: [a ?? ''] });
    expect(await idsOf(outer.id)).toEqual([a, b]);
    await changeSegment(ctx, inner.id, { rule: from('nowhere') });
    expect(await idsOf(outer.id)).toEqual([]);
    await expect(archiveSegment(ctx, inner.id)).rejects.toMatchObject({ code: 'segment_in_use' });
    await archiveSegment(ctx, outer.id);
    await archiveSegment(ctx, inner.id);
  });
});

describe('static segments', () => {
  test('hold whom they are given, once, and refuse whom nobody knows', async () => {
    const list = await createStatic();
    const [a, b] = [await someone(), await someone()];
    expect(await changeMembers(ctx, list.id, { add: [a, b, a], remove: [] })).toEqual({
      added: 2,
      removed: 0,
      count: 2,
    });
    expect(await changeMembers(ctx, list.id, { add: [a], remove: [b, newId()] })).toEqual({
      added: 0,
      removed: 1,
      count: 1,
    });
    await expect(changeMembers(ctx, list.id, { add: [a, newId()], remove: [] })).rejects.toMatchObject({
      code: 'contact_not_found',
      at: 'add.1',
    });
    expect(await history(list.id)).toEqual([
      'entered manual v1 false',
      'entered manual v1 false',
      'left manual v1 false',
    ]);
    const dynamic = await create(from('nowhere'));
    await expect(changeMembers(ctx, dynamic.id, { add: [a], remove: [] })).rejects.toMatchObject({
      code: 'segment_dynamic',
    });
    await expect(changeSegment(ctx, list.id, { rule: buyers })).rejects.toMatchObject({
      code: 'segment_static',
    });
  });
});
