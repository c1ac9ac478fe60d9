import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { forbidden, invalid, notFound } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import { forgetKeys } from './actions.authenticate.ts';
import { makeKey } from './apikey.ts';
import type { KeyCreated, KeyInput, KeyView } from './contract.ts';
import { rightsMissing } from './grants.ts';
import { insertKey, listKeys, revokeKeyRow } from './store.keys.ts';

export async function keys(ctx: Ctx): Promise<KeyView[]> {
  authorise(ctx, 'keys:write');
  return (await listKeys(ctx)).map((row) => ({
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  }));
}

/** Makes a key with a part of the actor's own rights. The whole key is in the answer and nowhere else. */
export async function createKey(ctx: Ctx, input: KeyInput): Promise<KeyCreated> {
  authorise(ctx, 'keys:write');
  const scopes = [...new Set(input.scopes)];
  const missing = rightsMissing(ctx.actor, scopes);
  if (missing.length > 0) throw forbidden(`You do not hold: ${missing.join(', ')}.`);
  const now = ctx.clock.now();
  const expiresAt = input.expiresAt === undefined ? null : new Date(input.expiresAt);
  if (expiresAt !== null && expiresAt <= now)
    throw invalid('expires_in_past', 'The end is in the past.', 'expiresAt');
  const { key, prefix, hash } = makeKey();
  const id = newId();
  await inTx(ctx, async (tx) => {
    await insertKey(tx, {
      id,
      name: input.name,
      prefix,
      hash,
      scopes,
      createdBy: tx.actor.id,
      createdAt: now,
      expiresAt,
    });
    await audit(tx, { action: 'key.created', entity: 'api_key', entityId: id, details: { prefix, scopes } });
  });
  return {
    id,
    name: input.name,
    prefix,
    scopes,
    createdAt: now.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    key,
  };
}

/** The key stops working at once in this process and within seconds in others. */
export async function revokeKey(ctx: Ctx, id: string): Promise<void> {
  authorise(ctx, 'keys:write');
  await inTx(ctx, async (tx) => {
    const name = await revokeKeyRow(tx, id);
    if (name === undefined) throw notFound('key', id);
    tx.afterCommit?.(forgetKeys);
    await audit(tx, { action: 'key.revoked', entity: 'api_key', entityId: id, details: { name } });
  });
}
