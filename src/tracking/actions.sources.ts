import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { conflict, notFound } from '../core/errors.ts';
import { idFrom, newId, newToken } from '../core/ids.ts';
import type { RecentEvent, SourceHealth, SourceKind, SourcePatch, SourceView } from './contract.ts';
import { forgetSources } from './store.cache.ts';
import { minutesOf, recentOf } from './store.health.ts';
import { seesEverybody } from './sight.ts';
import * as store from './store.sources.ts';
import { warningsIn } from './warnings.ts';

const WRITE_KEY_BYTES = 18;
/** What an API key sends without naming a source is booked here. */
export const SERVER_SOURCE_ID = idFrom('source: servers with an API key');
/** Lines of the live debugger. */
const RECENT = 100;

const newWriteKey = (): string => `wk_${newToken(WRITE_KEY_BYTES)}`;

export async function createSource(
  ctx: Ctx,
  input: {
    name: string;
    kind: SourceKind;
    origins: string[];
    consentDefault?: SourceView['consentDefault'];
  },
): Promise<SourceView> {
  authorise(ctx, 'tracking:write');
  const row = {
    sourceId: newId(),
    name: input.name,
    kind: input.kind,
    origins: input.origins,
    consentDefault: input.consentDefault ?? 'granted',
    writeKey: newWriteKey(),
    createdAt: ctx.clock.now(),
  };
  await inTx(ctx, async (tx) => {
    await store.insertSource(tx, row);
    await changed(tx, 'source.created', row.sourceId, { name: input.name, kind: input.kind });
  });
  return store.viewOf({ ...row, disabled: false, ...store.NOTHING_YET });
}

export async function listSources(ctx: Ctx): Promise<SourceView[]> {
  authorise(ctx, 'tracking:read');
  return (await store.sourcesWithHealth(ctx, null)).map(store.viewOf);
}

/** Throws 404. */
export async function getSource(ctx: Ctx, id: string): Promise<SourceView> {
  authorise(ctx, 'tracking:read');
  const [found] = await store.sourcesWithHealth(ctx, id);
  if (found === undefined) throw notFound('source', id);
  return store.viewOf(found);
}

/** Throws 404, and 409 for switching off the source that servers write to. */
export async function patchSource(ctx: Ctx, id: string, patch: SourcePatch): Promise<SourceView> {
  authorise(ctx, 'tracking:write');
  if (id === SERVER_SOURCE_ID && patch.disabled === true)
    throw conflict('source_needed', 'Servers write to this source: it cannot be switched off.', 'disabled');
  await inTx(ctx, async (tx) => {
    const { disabled, ...rest } = patch;
    const values = disabled === undefined ? rest : { ...rest, disabledAt: disabled ? ctx.clock.now() : null };
    if (!(await store.updateSource(tx, id, values))) throw notFound('source', id);
    await changed(tx, 'source.changed', id, { fields: Object.keys(patch) });
  });
  return getSource(asReader(ctx), id);
}

/** A new write key; the old one is refused from now on (in other processes within seconds). Throws 404. */
export async function rotateKey(ctx: Ctx, id: string): Promise<SourceView> {
  authorise(ctx, 'tracking:write');
  await inTx(ctx, async (tx) => {
    if (!(await store.updateSource(tx, id, { writeKey: newWriteKey() }))) throw notFound('source', id);
    await changed(tx, 'source.key_rotated', id, {});
  });
  return getSource(asReader(ctx), id);
}

/** Whoever may change a source may see what it has become. */
function asReader(ctx: Ctx): Ctx {
  return { ...ctx, actor: { kind: 'system', id: ctx.actor.id, name: ctx.actor.name } };
}

async function changed(tx: Ctx, action: string, entityId: string, details: object): Promise<void> {
  await audit(tx, { action, entity: 'source', entityId, details: { ...details } });
  tx.afterCommit?.(forgetSources);
}

/** The source servers write to, made at the first start. */
export async function installServerSource(ctx: Ctx): Promise<void> {
  await store.insertSourceOnce(ctx, {
    sourceId: SERVER_SOURCE_ID,
    name: 'Servers',
    kind: 'server',
    writeKey: newWriteKey(),
    origins: [],
    consentDefault: 'granted',
    createdAt: ctx.clock.now(),
  });
}

/** The last events of a source with their verdicts, newest first: the live debugger. Throws 404. */
export async function recentEventsOf(ctx: Ctx, id: string): Promise<RecentEvent[]> {
  authorise(ctx, 'tracking:read');
  if ((await store.sourceById(ctx, id)) === null) throw notFound('source', id);
  const found = (await recentOf(ctx, id, RECENT)).map((one) => ({ ...one, warnings: warningsIn(one) }));
  if (seesEverybody(ctx)) return found.map((one) => ({ ...one, masked: false }));
  return found.map((one) => ({
    ...one,
    contactId: null,
    properties: null,
    context: null,
    raw: null,
    masked: true,
  }));
}

/** The minutes of the last hours in which something came. Throws 404. */
export async function sourceHealthOf(ctx: Ctx, id: string, hours: number): Promise<SourceHealth> {
  authorise(ctx, 'tracking:read');
  if ((await store.sourceById(ctx, id)) === null) throw notFound('source', id);
  return { items: await minutesOf(ctx, id, hours) };
}
