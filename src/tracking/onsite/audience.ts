import type { Ctx } from '../../core/ctx.ts';

/** Who is in which segment: told by the segments, which are built upon what is told here. */
export type OnsiteAudience = {
  exists: (ctx: Ctx, segmentId: string) => Promise<boolean>;
  /** Those of the segments in which the contact is at this moment. */
  of: (ctx: Ctx, contactId: string, segmentIds: readonly string[]) => Promise<ReadonlySet<string>>;
};

let registered: OnsiteAudience | undefined;

export function registerOnsiteAudience(audience: OnsiteAudience): void {
  registered = audience;
}

export function onsiteAudience(): OnsiteAudience {
  if (registered === undefined) throw new Error('no audience is registered for on-site messages');
  return registered;
}
