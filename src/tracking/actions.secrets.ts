import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { notFound } from '../core/errors.ts';
import { replaceSecret, secretsOf } from './store.secrets.ts';

/** The secret a site's server proves user ids with; who reads it is recorded. Throws source_not_found. */
export async function readSecret(ctx: Ctx, sourceId: string): Promise<string> {
  authorise(ctx, 'tracking:write');
  return inTx(ctx, async (tx) => {
    const secret = (await secretsOf(tx, [sourceId])).get(sourceId);
    if (secret === undefined) throw notFound('source', sourceId);
    await audit(tx, { action: 'source.secret_read', entity: 'source', entityId: sourceId });
    return secret;
  });
}

/** Makes another secret: what is proven with the old one from now on is only claimed. Throws source_not_found. */
export async function rotateSecret(ctx: Ctx, sourceId: string): Promise<string> {
  authorise(ctx, 'tracking:write');
  return inTx(ctx, async (tx) => {
    const secret = await replaceSecret(tx, sourceId);
    if (secret === null) throw notFound('source', sourceId);
    await audit(tx, { action: 'source.secret_rotated', entity: 'source', entityId: sourceId });
    return secret;
  });
}
