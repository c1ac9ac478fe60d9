import { sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import { apiKey, appUser } from '../people/index.ts';
import { segment, segmentVersion } from './schema.ts';

export type VersionRow = {
  version: number;
  createdAt: Date;
  createdBy: string | null;
  serving: boolean;
  rule: unknown;
};

/** Every rule a segment ever had, newest first, with the name of whoever saved it. */
export async function versionsOf(
  ctx: Ctx,
  segmentId: string,
  page: { limit: number; before: number | undefined },
): Promise<VersionRow[]> {
  const before = page.before === undefined ? sql`` : sql`and v.version < ${page.before}::numeric`;
  const found = await rows<Omit<VersionRow, 'createdAt'> & { createdAt: string }>(
    ctx.db,
    sql`
    select v.version, v.created_at as "createdAt", coalesce(u.name, k.name) as "createdBy",
      v.version is not distinct from s.served_version as serving, v.rule
    from ${segmentVersion} v join ${segment} s on s.segment_id = v.segment_id
    left join ${appUser} u on u.id = v.created_by
    left join ${apiKey} k on k.id::text = v.created_by
    where v.segment_id = ${segmentId}::uuid ${before}
    order by v.version desc limit ${page.limit + 1}`,
  );
  return found.map((row) => ({ ...row, createdAt: dateOf(row.createdAt) }));
}
