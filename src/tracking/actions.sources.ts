import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { DomainError } from '../core/errors.ts';
import { idFrom, newId, newToken } from '../core/ids.ts';
import type { SourceView } from './contract.ts';
import type { Sender } from './actions.ts';
import * as store from './store.ts';

const WRITE_KEY_BYTES = 18;
/** What an API key sends without naming a source is booked here. */
const SERVER_SOURCE_ID = idFrom('source: servers with an API key');

export async function createSource(
  ctx: Ctx,
  input: { name: string; kind: string; origins: string[] },
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
 * nobody has, 403 for one that is switched off.
 */
export async function senderOf(ctx: Ctx, writeKey: string | null): Promise<Sender> {
  const trusted = ctx.actor.kind === 'apiKey';
  if (trusted) authorise(ctx, 'tracking:write');
  const named = writeKey === null ? null : await store.sourceByWriteKey(ctx, writeKey);
  if (named === null && !trusted) {
    throw new DomainError({
      code: 'unknown_write_key',
      status: 401,
      detail: 'No source has this write key.',
      at: 'writeKey',
    });
  }
  if (named?.disabled === true) {
    throw new DomainError({
      code: 'source_disabled',
      status: 403,
      detail: 'This source is switched off.',
      at: 'writeKey',
    });
  }
  const trust = trusted ? 'server' : 'public';
  return named === null
    ? { sourceId: SERVER_SOURCE_ID, kind: 'server', trust }
    : { sourceId: named.sourceId, kind: named.kind, trust };
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
