import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { newId } from '../../core/ids.ts';
import type { ChannelName } from '../contract.channel.ts';
import { addressSql, consentChannel, refusalSql } from '../store.refusal.ts';

/** Ways people know and can choose. A browser's own settings say whether it is written to. */
const CHOOSABLE = ['email', 'sms', 'call', 'telegram'] as const satisfies readonly ChannelName[];
const PURPOSES = ['informational', 'activation'] as const;

export type Choice = {
  channel: (typeof CHOOSABLE)[number];
  purpose: (typeof PURPOSES)[number];
  /** As consents and suppressions name the channel. */
  known: string;
  address: string;
  granted: boolean;
  /** Asked for, and not yet confirmed by the link in the mail. */
  awaiting: boolean;
};

/** What the contact could get and whether it may be sent now; ways it has no address on are left out. */
export async function choicesOf(
  ctx: Ctx,
  contactId: string,
): Promise<{ locale: string | null; choices: Choice[] } | undefined> {
  const each = CHOOSABLE.flatMap((channel) => PURPOSES.map((purpose) => ({ channel, purpose })));
  const columns = each.map(
    ({ channel, purpose }) =>
      sql`jsonb_build_object('address', ${addressSql(channel)}, 'refusal', ${refusalSql(sql`${purpose}`, channel)})`,
  );
  const [found] = await rows<{
    locale: string | null;
    each: Array<{ address: string | null; refusal: string | null }>;
  }>(
    ctx.db,
    sql`select c.locale, jsonb_build_array(${sql.join(columns, sql`, `)}) as each
      from contact c where c.contact_id = ${contactId}::uuid`,
  );
  if (found === undefined) return undefined;
  const choices = each.flatMap(({ channel, purpose }, i): Choice[] => {
    const { address = null, refusal = 'no_address' } = found.each[i] ?? {};
    if (address === null) return [];
    const [granted, awaiting] = [refusal === null, refusal === 'not_confirmed'];
    return [{ channel, purpose, known: consentChannel(channel), address, granted, awaiting }];
  });
  return { locale: found.locale, choices };
}

export async function pausedUntil(ctx: Ctx, contactId: string): Promise<Date | null> {
  const [found] = await rows<{ until: string }>(
    ctx.db,
    sql`select until from send_pause where contact_id = ${contactId}::uuid order by id desc limit 1`,
  );
  return found === undefined ? null : dateOf(found.until);
}

export async function insertPause(ctx: Ctx, contactId: string, until: Date): Promise<void> {
  await ctx.db.execute(sql`
    insert into send_pause (contact_id, id, until, created_at, origin_id)
    values (${contactId}::uuid, ${newId()}::uuid, ${until.toISOString()}::timestamptz, ${ctx.clock.now().toISOString()}::timestamptz,
      ${contactId}::uuid)`);
}
