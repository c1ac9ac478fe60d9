import { eq } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { setting } from '../core/schema.ts';
import { senderInput } from './contract.ts';
import type { Sender } from './contract.ts';

const NAME = 'campaigns.sender';

/** Who mails are from, as set in the console; undefined before that. */
export async function findSender(ctx: Ctx): Promise<Sender | undefined> {
  const [found] = await ctx.db.select().from(setting).where(eq(setting.name, NAME));
  return found === undefined ? undefined : senderInput.parse(found.value);
}

/** When the sender was set last, in milliseconds; 0 before the first time. */
export async function senderStamp(ctx: Ctx): Promise<number> {
  const [found] = await ctx.db
    .select({ updatedAt: setting.updatedAt })
    .from(setting)
    .where(eq(setting.name, NAME));
  return found?.updatedAt.getTime() ?? 0;
}

export async function saveSender(ctx: Ctx, sender: Sender): Promise<void> {
  const row = { value: sender, updatedAt: ctx.clock.now() };
  await ctx.db
    .insert(setting)
    .values({ name: NAME, ...row })
    .onConflictDoUpdate({ target: setting.name, set: row });
}
