import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import type { Cap, PermissionEffect, PermissionSettings } from './contract.ts';
import { countPast } from './store.decide.ts';
import { countCapped, countWaiting } from './store.effect.ts';
import { findPermission, savePermission } from './store.settings.ts';

export async function getPermission(ctx: Ctx): Promise<PermissionSettings> {
  authorise(ctx, 'campaigns:read');
  return findPermission(ctx);
}

/** What the settings in force do to people at this moment; null where counting would take too long. */
export async function permissionEffect(ctx: Ctx): Promise<PermissionEffect> {
  authorise(ctx, 'campaigns:read');
  const { caps } = await findPermission(ctx);
  const waiting = await countWaiting(ctx);
  const full: PermissionEffect['caps'] = [];
  for (const cap of caps) full.push({ ...cap, people: await countCapped(ctx, cap) });
  return { timeZone: ctx.config.timeZone, waiting, caps: full };
}

/** Quiet hours, caps and how long a message may wait, from the next batch on. A new cap counts what has gone out before it, too. */
export async function setPermission(ctx: Ctx, settings: PermissionSettings): Promise<PermissionSettings> {
  authorise(ctx, 'campaigns:write');
  return inTx(ctx, async (tx) => {
    const before = await findPermission(tx);
    await savePermission(tx, settings);
    const uncounted = settings.caps.filter((cap) => !before.caps.some((old) => covers(old, cap)));
    if (uncounted.length > 0) await countPast(tx, Math.max(...uncounted.map(({ days }) => days)));
    await audit(tx, {
      action: 'permission.changed',
      entity: 'permission',
      entityId: 'permission',
      details: { before, after: settings },
    });
    return settings;
  });
}

/** Whatever the other cap counts has been counted by this one. */
const covers = (old: Cap, cap: Cap): boolean =>
  (old.channel === null || old.channel === cap.channel) &&
  (old.purpose === null || old.purpose === cap.purpose) &&
  old.days >= cap.days;
