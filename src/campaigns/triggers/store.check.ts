import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';

/** Whether what a start names is there. */

const exists = async (ctx: Ctx, query: SQL): Promise<boolean> => (await rows(ctx.db, query)).length > 0;

export const presentSegment = (ctx: Ctx, segmentId: string): Promise<boolean> =>
  exists(ctx, sql`select 1 from segment where segment_id = ${segmentId}::uuid and archived_at is null`);

/**
 * Whether getting this campaign's message moves somebody in the segment; what people do with it is their own doing. Also through
 * segments it refers to: what those depend on is its own.
 */
export const dependsOnMessages = (ctx: Ctx, segmentId: string, campaignId: string): Promise<boolean> => {
  const keys = ['sent', 'delivered', 'bounced'].flatMap((kind) => [kind, `${kind} ${campaignId}`]);
  return exists(
    ctx,
    sql`select 1 from segment_dependency where segment_id = ${segmentId}::uuid and kind = 'message'
      and key = any(${`{${keys.map((key) => `"${key}"`).join(',')}}`}::text[]) limit 1`,
  );
};

export const hasProgram = (ctx: Ctx, programId: string): Promise<boolean> =>
  exists(ctx, sql`select 1 from loyalty_program where program_id = ${programId}::uuid`);

/** The programme in service that was there first. */
export async function firstProgram(ctx: Ctx): Promise<string | undefined> {
  const [found] = await rows<{ id: string }>(
    ctx.db,
    sql`select program_id as id from loyalty_program where state = 'active' order by created_at, program_id limit 1`,
  );
  return found?.id;
}

/** Null: any tier of a ladder in force. */
export const hasTier = (ctx: Ctx, programId: string, tierId: string | null): Promise<boolean> =>
  exists(
    ctx,
    sql`
    select 1 from tier_ladder l join tier_ladder_version v on v.ladder_id = l.ladder_id and v.version = l.version
    where l.program_id = ${programId}::uuid and l.state = 'active' and (${tierId}::text is null
      or exists (select from jsonb_array_elements(v.rules -> 'tiers') t where t ->> 'id' = ${tierId}::text))`,
  );

export async function attributeTypes(ctx: Ctx, key: string): Promise<string[]> {
  const found = await rows<{ type: string }>(ctx.db, sql`select type from attribute_key where key = ${key}`);
  return found.map(({ type }) => type);
}
