import { audit } from '../core/audit.ts';
import { inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { newId, newToken } from '../core/ids.ts';
import { hashPassword } from './password.ts';
import { countPeople, insertPerson, lockFirstStart } from './store.ts';

/** 16 characters with 96 random bits. */
const PASSWORD_BYTES = 12;

/**
 * On the first start makes the owner from OWNER_EMAIL and OWNER_PASSWORD (or a password of its own) and gives the
 * credentials, to be shown once to whoever started the program. Null when there are people already. Any number of
 * processes may start at once: one of them makes the owner.
 */
export async function ensureOwner(ctx: Ctx): Promise<{ email: string; password: string } | null> {
  if ((await countPeople(ctx)) > 0) return null;
  const email = ctx.config.ownerEmail.toLowerCase();
  const password = ctx.config.ownerPassword ?? newToken(PASSWORD_BYTES);
  const passwordHash = await hashPassword(password);
  return inTx(ctx, async (tx) => {
    await lockFirstStart(tx);
    if ((await countPeople(tx)) > 0) return null;
    const id = newId();
    const name = email.slice(0, email.indexOf('@'));
    const place = { role: 'owner', teamId: null, visibility: 'all' } as const;
    await insertPerson(tx, { id, accountId: newId(), name, email, passwordHash, ...place });
    await audit(tx, { action: 'user.created', entity: 'user', entityId: id, details: place });
    return { email, password };
  });
}
