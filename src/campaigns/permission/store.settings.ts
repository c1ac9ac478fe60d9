import { eq } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { setting } from '../../core/schema.ts';
import { permissionSettings } from './contract.ts';
import type { PermissionSettings } from './contract.ts';

const NAME = 'campaigns.permission';

export async function findPermission(ctx: Ctx): Promise<PermissionSettings> {
  const [found] = await ctx.db.select().from(setting).where(eq(setting.name, NAME));
  return permissionSettings.parse(found?.value ?? {});
}

export async function savePermission(ctx: Ctx, settings: PermissionSettings): Promise<void> {
  const row = { value: settings, updatedAt: ctx.clock.now() };
  await ctx.db
    .insert(setting)
    .values({ name: NAME, ...row })
    .onConflictDoUpdate({ target: setting.name, set: row });
}
