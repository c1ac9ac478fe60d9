import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { DomainError } from '../core/errors.ts';
import { SERVER_SOURCE_ID } from './actions.sources.ts';
import type { Sender } from './fact.ts';
import { cachedOrigins, cachedSource } from './store.cache.ts';
import * as store from './store.sources.ts';

/** Who sends, and which pages may: asked for every request, so that little of it costs a query. */

/**
 * An API key with `tracking:write` is a server, whose word is trusted; a write key is public. Throws 401 for a key nobody has,
 * 403 for one that is switched off and for a web page of another site than the source names.
 */
export async function senderOf(ctx: Ctx, writeKey: string | null, origin: string | null): Promise<Sender> {
  const trusted = ctx.actor.kind === 'apiKey';
  if (trusted) authorise(ctx, 'tracking:write');
  const named = writeKey === null ? null : await sourceOf(ctx, writeKey);
  if (named === null) {
    if (trusted) return { sourceId: SERVER_SOURCE_ID, kind: 'server', trust: 'server' };
    throw refused(401, 'unknown_write_key', 'No source has this write key.');
  }
  if (named.disabled) throw refused(403, 'source_disabled', 'This source is switched off.');
  if (origin !== null && !allows(named, origin))
    throw refused(403, 'origin_not_allowed', `This source takes nothing from ${origin}.`);
  const { sourceId, kind, consentDefault } = named;
  return trusted
    ? { sourceId, kind, trust: 'server' }
    : { sourceId, kind, trust: 'public', mustAgree: consentDefault === 'denied' };
}

function allows(named: store.SourceRow, origin: string): boolean {
  return named.origins.length === 0 || named.origins.includes(origin);
}

function refused(status: number, code: string, detail: string): DomainError {
  return new DomainError({ code, status, detail, at: code === 'origin_not_allowed' ? 'Origin' : 'writeKey' });
}

/** The source of a write key, or null; what it was some seconds ago. */
function sourceOf(ctx: Ctx, writeKey: string): Promise<store.SourceRow | null> {
  return cachedSource(ctx.clock.now().getTime(), writeKey, () => store.sourceByWriteKey(ctx, writeKey));
}

/**
 * The origin to allow in the answer to a browser, or null. A preflight tells no key, so any site that some source names may ask;
 * the call itself is held to its own source.
 */
export async function allowedOrigin(ctx: Ctx, origin: string): Promise<string | null> {
  const { any, named } = await cachedOrigins(ctx.clock.now().getTime(), async () => {
    const pages = (await store.listedOrigins(ctx)).filter(({ kind }) => kind !== 'server');
    return {
      any: pages.some((page) => page.origins.length === 0),
      named: new Set(pages.flatMap((page) => page.origins)),
    };
  });
  return any || named.has(origin) ? origin : null;
}

/** What analytics.js asks first: one integration, whose address is ours, and metrics that stay here. Throws 404. */
export async function settingsOf(ctx: Ctx, writeKey: string): Promise<object> {
  const known = await sourceOf(ctx, writeKey);
  if (known === null || known.disabled)
    throw new DomainError({ code: 'source_not_found', status: 404, detail: 'No source has this write key.' });
  const { protocol, host, pathname } = new URL(ctx.config.publicUrl);
  const apiHost = `${host}${pathname.replace(/\/$/, '')}/v1`;
  return {
    integrations: {
      'Segment.io': {
        apiKey: writeKey,
        apiHost,
        protocol: protocol.slice(0, -1),
      },
    },
    // Without a host of its own the library would report its figures to a third party.
    metrics: { host: apiHost, sampleRate: 0 },
  };
}
