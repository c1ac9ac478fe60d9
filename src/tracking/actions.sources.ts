import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { DomainError } from '../core/errors.ts';
import { idFrom, newId, newToken } from '../core/ids.ts';
import type { SourceKind, SourceView } from './contract.ts';
import type { Sender } from './fact.ts';
import * as store from './store.sources.ts';

const WRITE_KEY_BYTES = 18;
/** What an API key sends without naming a source is booked here. */
const SERVER_SOURCE_ID = idFrom('source: servers with an API key');

export async function createSource(
  ctx: Ctx,
  input: { name: string; kind: SourceKind; origins: string[] },
): Promise<SourceView> {
  authorise(ctx, 'tracking:write');
  const row = {
    sourceId: newId(),
    ...input,
    writeKey: `wk_${newToken(WRITE_KEY_BYTES)}`,
    createdAt: ctx.clock.now(),
  };
  await inTx(ctx, async (tx) => {
    await store.insertSource(tx, row);
    await audit(tx, {
      action: 'source.created',
      entity: 'source',
      entityId: row.sourceId,
      details: { name: input.name, kind: input.kind },
    });
    tx.afterCommit?.(() => {
      origins = { ...origins, untilMs: 0 };
    });
  });
  return view({ ...row, disabled: false, lastEventAt: null, events24h: 0, rejected24h: 0 });
}

export async function listSources(ctx: Ctx): Promise<SourceView[]> {
  authorise(ctx, 'tracking:read');
  return (await store.allSources(ctx)).map(view);
}

/** The source servers write to, made at the first start. */
export async function installServerSource(ctx: Ctx): Promise<void> {
  await store.insertSourceOnce(ctx, {
    sourceId: SERVER_SOURCE_ID,
    name: 'Servers',
    kind: 'server',
    writeKey: `wk_${newToken(WRITE_KEY_BYTES)}`,
    origins: [],
    createdAt: ctx.clock.now(),
  });
}

/**
 * Who sends: an API key with `tracking:write` is a server, whose word is trusted; a write key is public. Throws 401 for a key
 * nobody has, 403 for one that is switched off and for a web page of another site than the source names.
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
  return { sourceId: named.sourceId, kind: named.kind, trust: trusted ? 'server' : 'public' };
}

function allows(named: store.SourceRow, origin: string): boolean {
  return named.origins.length === 0 || named.origins.includes(origin);
}

function refused(status: number, code: string, detail: string): DomainError {
  return new DomainError({ code, status, detail, at: code === 'origin_not_allowed' ? 'Origin' : 'writeKey' });
}

/** How long a source is taken as it was: a change may take this long to reach every process. */
const TRUST_SOURCE_MS = 5_000;
/** More sources than this make the cache begin anew. */
const MAX_CACHED = 1_000;
const cached = new Map<string, { row: store.SourceRow; untilMs: number }>();

/** Looking the key up would cost each small request a quarter of its time. */
async function sourceOf(ctx: Ctx, writeKey: string): Promise<store.SourceRow | null> {
  const nowMs = ctx.clock.now().getTime();
  const known = cached.get(writeKey);
  if (known !== undefined && known.untilMs > nowMs) return known.row;
  const row = await store.sourceByWriteKey(ctx, writeKey);
  if (row === null) return null;
  if (cached.size >= MAX_CACHED) cached.clear();
  cached.set(writeKey, { row, untilMs: nowMs + TRUST_SOURCE_MS });
  return row;
}

let origins = { any: false, named: new Set<string>(), untilMs: 0 };

/**
 * The origin to allow in the answer to a browser, or null. A preflight tells no key, so any site that some source names may ask;
 * the call itself is held to its own source.
 */
export async function allowedOrigin(ctx: Ctx, origin: string): Promise<string | null> {
  const nowMs = ctx.clock.now().getTime();
  if (origins.untilMs <= nowMs) {
    const pages = (await store.listedOrigins(ctx)).filter(({ kind }) => kind !== 'server');
    origins = {
      any: pages.some((page) => page.origins.length === 0),
      named: new Set(pages.flatMap((page) => page.origins)),
      untilMs: nowMs + TRUST_SOURCE_MS,
    };
  }
  return origins.any || origins.named.has(origin) ? origin : null;
}

function view(row: store.SourceRow & store.SourceHealth): SourceView {
  const { sourceId, createdAt, lastEventAt, ...rest } = row;
  return {
    id: sourceId,
    ...rest,
    createdAt: createdAt.toISOString(),
    lastEventAt: lastEventAt?.toISOString() ?? null,
  };
}
