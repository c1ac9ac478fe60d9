import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { orders } from '../orders/index.ts';
import { event } from '../tracking/index.ts';
import { instantOf } from './contract.values.ts';
import { refusal } from './refusal.ts';
import { instant } from './window.ts';

/** A moment asked about. */
export type Moment = {
  now: Date;
  /** Only what was recorded by then counts; all that is known at present when absent. */
  knownAt: Date | undefined;
  /** It lies in the past, or is asked about with less knowledge than there is. */
  history: boolean;
};

/** Throws bad_moment (422) at `knownAt` when that lies in the future: what will be known by then is not known. */
export function momentOf(
  ctx: Ctx,
  asked: { now?: string | undefined; knownAt?: string | undefined },
): Moment {
  const present = ctx.clock.now();
  const now = asked.now === undefined ? present : instantOf(asked.now);
  const said = asked.knownAt === undefined ? undefined : instantOf(asked.knownAt);
  if (said !== undefined && said > present)
    throw refusal('bad_moment', 'What will be known by then is not known yet.', 'knownAt');
  const knownAt = said !== undefined && said < present ? said : undefined;
  return { now, knownAt, history: now < present || knownAt !== undefined };
}

/**
 * Condition on the table contact: it was in the base by then, or its orders or events show that there was such a person. Who
 * came into the base after `knownAt` was not known. Merges count as they stand at present.
 */
export function existedThen({ now, knownAt }: { now: Date; knownAt?: Date | undefined }): SQL {
  const known = knownAt === undefined ? sql`` : sql` and f.recorded_at <= ${instant(knownAt)}`;
  const shown = (table: SQL): SQL => sql`exists (select from ${table} f
    where f.contact_id = contact.contact_id and f.occurred_at <= ${instant(now)}${known})`;
  const begun = sql`(contact.created_at <= ${instant(now)} or ${shown(sql`${orders}`)} or ${shown(sql`${event}`)})`;
  return knownAt === undefined ? begun : sql`(contact.created_at <= ${instant(knownAt)} and ${begun})`;
}

/** Condition on the table contact: whom a question about that moment is asked of. */
export function baseThen(moment: Moment, visible: SQL): SQL {
  const present = sql`contact.merged_into is null and ${visible}`;
  return moment.history ? sql`${present} and ${existedThen(moment)}` : present;
}
