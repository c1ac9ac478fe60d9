import { sql } from 'drizzle-orm';
import { rows } from '../../src/core/db.ts';
import { newId } from '../../src/core/ids.ts';
import { registerOrders } from '../../src/orders/index.ts';
import { registerScoring } from '../../src/scoring/index.ts';
import { createSource } from '../../src/tracking/actions.sources.ts';
import type { IngestAnswer, SourceKind } from '../../src/tracking/contract.ts';
import {
  allowedOrigin,
  installServerSource,
  registerTracking,
  trackingRoutes,
} from '../../src/tracking/index.ts';
import { startApi } from '../support/api.ts';
import type { Answer, TestApi } from '../support/api.ts';
import { testClock } from '../support/ctx.ts';
import type { TestClock } from '../support/ctx.ts';

const NOW = '2026-03-01T10:00:00.000Z';

/** A shop's site and its server, sending to the real API over HTTP. */
export type Site = {
  api: TestApi;
  clock: TestClock;
  writeKey: string;
  sourceId: string;
  /** What somebody with the write key sends: a page, or whoever read the page. */
  page(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  batch(events: readonly object[]): Promise<IngestAnswer>;
  /** What the shop's server sends, under the same source. */
  server(events: readonly object[]): Promise<IngestAnswer>;
  close(): Promise<void>;
};

export async function openSite(
  given: { kind?: SourceKind; origins?: string[]; poolSize?: number } = {},
): Promise<Site> {
  registerOrders();
  registerTracking();
  registerScoring();
  const clock = testClock(NOW);
  const api = await startApi({
    clock,
    poolSize: given.poolSize ?? 6,
    routes: () => [trackingRoutes()],
    corsOrigin: (origin, c) => allowedOrigin(c.var.ctx, origin),
  });
  await installServerSource(api.ctx);
  const source = await createSource(api.ctx, {
    name: 'site',
    kind: given.kind ?? 'site',
    origins: given.origins ?? [],
  });
  const key = await api.key({ scopes: ['tracking:write'] });
  const page: Site['page'] = (path, body, headers = {}) =>
    api.send('POST', path, body, { authorization: `Bearer ${source.writeKey}`, ...headers });
  return {
    api,
    clock,
    writeKey: source.writeKey,
    sourceId: source.id,
    page,
    batch: async (events) => taken(await page('/v1/batch', { batch: events })),
    server: async (events) =>
      taken(await key.send('POST', '/v1/batch', { batch: events, writeKey: source.writeKey })),
    close: () => api.close(),
  };
}

export function taken(answer: Answer): IngestAnswer {
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body as IngestAnswer;
}

export type StoredFact = {
  contactId: string;
  originId: string;
  messageId: string;
  name: string;
  type: string;
  trust: string;
  bot: boolean;
  at: string;
  properties: Record<string, unknown>;
};

export function facts(site: Site, messageIds: readonly string[]): Promise<StoredFact[]> {
  return rows<StoredFact>(
    site.api.ctx.db,
    sql`
    select contact_id as "contactId", origin_id as "originId", message_id as "messageId", name, type, trust, bot, properties,
      to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
    from event where message_id in (select jsonb_array_elements_text(${JSON.stringify(messageIds)}::text::jsonb))
    order by message_id`,
  );
}

export async function contactOfUser(site: Site, userId: string): Promise<string> {
  const [found] = await rows<{ contactId: string }>(
    site.api.ctx.db,
    sql`select contact_id as "contactId" from contact_external_id where namespace = 'user' and external_id = ${userId}`,
  );
  if (found === undefined) throw new Error(`nobody has the user id ${userId}`);
  return found.contactId;
}

export async function contactOfVisitor(site: Site, anonymousId: string): Promise<string> {
  const [found] = await rows<{ contactId: string }>(
    site.api.ctx.db,
    sql`select coalesce(c.merged_into, c.contact_id) as "contactId" from visitor_lookup v join contact c using (contact_id)
      where anonymous_id = ${anonymousId}`,
  );
  if (found === undefined) throw new Error(`no visitor ${anonymousId}`);
  return found.contactId;
}

/** An event as a client makes it; `over` replaces parts. */
export function track(event: string, over: object = {}): { messageId: string } & Record<string, unknown> {
  return { type: 'track', event, messageId: newId(), anonymousId: newId(), timestamp: NOW, ...over };
}
