import Rudder from '@rudderstack/rudder-sdk-node';
import { Analytics } from '@segment/analytics-node';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import { newId } from '../../src/core/ids.ts';
import { until } from '../support/until.ts';
import { startFragile } from './clients.world.ts';
import type { Fragile, Mishap } from './clients.world.ts';

/** The published libraries, unmodified, against the server in a process of its own. */

let world: Fragile;
beforeAll(async () => {
  world = await startFragile();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.base.ctx.db.execute(sql`truncate event, event_seen`);
  world.plan.length = 0;
});

const EVENTS = 60;
/** Each client meets a failing server, one whose answer is lost, and one that dies with the request inside. */
const MISHAPS: Array<Mishap | null> = ['refuse', 'swallow', null, 'kill', null, 'swallow', 'kill'];

async function exactlyOnce(sent: readonly string[]): Promise<void> {
  await until('all events are stored', async () => (await world.stored()).length >= sent.length);
  const stored = await world.stored();
  expect(stored.map(({ properties }) => (properties as { n: string }).n).toSorted()).toEqual(sent.toSorted());
  expect(new Set(stored.map(({ messageId }) => messageId)).size).toBe(sent.length);
  expect(world.plan).toEqual([]);
}

describe('through a failing server, lost answers and two kills every event is stored exactly once', () => {
  test('@segment/analytics-node', async () => {
    world.plan.push(...MISHAPS);
    const client = new Analytics({
      writeKey: world.writeKey,
      host: world.url,
      flushAt: 5,
      flushInterval: 200,
      maxRetries: 20,
    });
    const failures: unknown[] = [];
    client.on('error', (error) => failures.push(error));
    const sent = Array.from({ length: EVENTS }, () => newId());
    for (const n of sent) client.track({ userId: 'ann', event: 'Sent', properties: { n } });
    await client.closeAndFlush({ timeout: 60_000 });
    await exactlyOnce(sent);
    expect(failures).toEqual([]);
  });

  test('@rudderstack/rudder-sdk-node', async () => {
    world.plan.push(...MISHAPS);
    const client = new Rudder(world.writeKey, {
      dataPlaneUrl: world.url,
      flushAt: 5,
      flushInterval: 200,
      retryCount: 20,
      logLevel: 'none',
    });
    const sent = Array.from({ length: EVENTS }, () => newId());
    for (const n of sent) client.track({ userId: 'bob', event: 'Sent', properties: { n } });
    await until('the client has sent all', async () => {
      await client.flush().catch(() => {});
      return (await world.stored()).length >= EVENTS;
    });
    await exactlyOnce(sent);
  });
});

describe('every call of the server libraries is understood', () => {
  const CALLS = ['identify', 'track', 'page', 'screen', 'group', 'alias'];
  test('@segment/analytics-node', async () => {
    const client = new Analytics({ writeKey: world.writeKey, host: world.url, flushInterval: 50 });
    client.identify({ userId: 'ann', traits: { email: 'ann@example.com' } });
    client.track({ anonymousId: 'visitor-a', event: 'Signed Up' });
    client.page({ userId: 'ann', name: 'Home', properties: { path: '/' } });
    client.screen({ userId: 'ann', name: 'Start' });
    client.group({ userId: 'ann', groupId: 'acme', traits: { plan: 'gold' } });
    client.alias({ userId: 'ann', previousId: 'visitor-a' });
    await client.closeAndFlush();
    await understood(CALLS);
  });

  test('@rudderstack/rudder-sdk-node', async () => {
    const client = new Rudder(world.writeKey, {
      dataPlaneUrl: world.url,
      flushInterval: 50,
      logLevel: 'none',
    });
    client.identify({ userId: 'bob', traits: { email: 'bob@example.com' } });
    client.track({ anonymousId: 'visitor-b', event: 'Signed Up' });
    client.page({ userId: 'bob', name: 'Home', properties: { path: '/' } });
    client.screen({ userId: 'bob', name: 'Start' });
    client.group({ userId: 'bob', groupId: 'acme', traits: { plan: 'gold' } });
    client.alias({ userId: 'bob', previousId: 'visitor-b' });
    await until('the client has sent all', async () => {
      await client.flush();
      return (await world.stored()).length >= CALLS.length;
    });
    await understood(CALLS);
  });

  async function understood(calls: readonly string[]): Promise<void> {
    const stored = await world.stored();
    expect(stored.map(({ type }) => type).toSorted()).toEqual(calls.toSorted());
    const of = (type: string) => stored.find((fact) => fact.type === type);
    expect(of('group')?.properties).toMatchObject({ groupId: 'acme', plan: 'gold' });
    expect(of('page')).toMatchObject({ name: 'Page Viewed', properties: { name: 'Home', path: '/' } });
    expect(stored.every(({ trust }) => trust === 'public')).toBe(true);
  }
});
