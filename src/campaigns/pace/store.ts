import { eq, gt, sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { setting } from '../../core/schema.ts';
import type { Bucket } from './bucket.ts';
import type { Breaker } from './breaker.ts';
import { paceSettings } from './contract.ts';
import type { PaceSettings } from './contract.ts';
import { paceDomain, paceProvider } from './schema.ts';

const NAME = 'campaigns.pace';

export async function findPace(ctx: Ctx): Promise<PaceSettings> {
  const [found] = await ctx.db.select().from(setting).where(eq(setting.name, NAME));
  return paceSettings.parse(found?.value ?? {});
}

export async function savePace(ctx: Ctx, settings: PaceSettings): Promise<void> {
  const row = { value: settings, updatedAt: ctx.clock.now() };
  await ctx.db
    .insert(setting)
    .values({ name: NAME, ...row })
    .onConflictDoUpdate({ target: setting.name, set: row });
}

export type ProviderRow = Omit<typeof paceProvider.$inferSelect, 'state'> & Pick<Breaker, 'state'>;
type DomainRow = typeof paceDomain.$inferSelect;

export async function providerRows(ctx: Ctx): Promise<ProviderRow[]> {
  const found = await ctx.db.select().from(paceProvider).orderBy(paceProvider.provider);
  return found.map(withState);
}

const withState = (row: typeof paceProvider.$inferSelect): ProviderRow => ({
  ...row,
  state: row.state === 'open' || row.state === 'half_open' ? row.state : 'closed',
});

/** Domains that have said "too fast" since then. */
export async function slowedDomains(ctx: Ctx, since: Date): Promise<DomainRow[]> {
  return ctx.db.select().from(paceDomain).where(gt(paceDomain.slowedAt, since)).orderBy(paceDomain.domain);
}

const instant = (at: Date) => sql`${at.toISOString()}::timestamptz`;
const EPOCH = new Date(0);
/** Clocks of machines differ a little; one that was further ahead has been put back, and is not waited for. */
const SKEW_MS = 5_000;

/** Tokens of row `b` at `now`, refilled since it was last written. */
const have = (perSecond: ReturnType<typeof sql>, capacity: ReturnType<typeof sql>, now: Date) =>
  sql`least(${capacity}, b.tokens + ${perSecond} * greatest(0, extract(epoch from ${instant(now)} - b.filled_at)::float8))`;
const filled = (
  now: Date,
) => sql`case when b.filled_at > ${instant(new Date(now.getTime() + SKEW_MS))} then ${instant(now)}
  else greatest(b.filled_at, ${instant(now)}) end`;
const float = (value: number) => sql`${value}::float8`;

/** Takes up to `want` tokens and leaves `floor`; one statement. Returns how many it got and how many are left. */
export async function takeOfProvider(
  ctx: Ctx,
  take: { provider: string; bucket: Bucket; floor: number; want: number; now: Date },
): Promise<{ granted: number; tokens: number }> {
  const { provider, bucket, now } = take;
  const full = have(float(bucket.perSecond), float(bucket.capacity), now);
  const granted = sql`greatest(0, least(${take.want}::int, floor(${full} - ${float(take.floor)})))`;
  for (;;) {
    const [found] = await rows<{ granted: number; tokens: number }>(
      ctx.db,
      sql`update pace_provider b set granted = ${granted}, tokens = ${full} - ${granted}, filled_at = ${filled(now)}
        where b.provider = ${provider} returning b.granted, b.tokens`,
    );
    if (found !== undefined) return found;
    await keepProvider(ctx, provider, now);
  }
}

async function keepProvider(ctx: Ctx, provider: string, now: Date): Promise<void> {
  await ctx.db
    .insert(paceProvider)
    .values({ provider, filledAt: EPOCH, windowAt: now, changedAt: now })
    .onConflictDoNothing();
}

/** Tokens that were taken and not used; a bucket that runs over is emptied to its rim when it is next asked. */
export async function giveBackToProvider(ctx: Ctx, provider: string, tokens: number): Promise<void> {
  await ctx.db
    .update(paceProvider)
    .set({ tokens: sql`${paceProvider.tokens} + ${tokens}` })
    .where(eq(paceProvider.provider, provider));
}

export async function slowProvider(
  ctx: Ctx,
  provider: string,
  to: { rateCap: number; now: Date; blockedUntil: Date },
): Promise<void> {
  await keepProvider(ctx, provider, to.now);
  await ctx.db
    .execute(sql`update pace_provider set rate_cap = least(rate_cap, ${to.rateCap}), slowed_at = ${instant(to.now)}, tokens = 0,
    filled_at = ${instant(to.now)}, 
    blocked_until = greatest(blocked_until, ${instant(to.blockedUntil)}) where provider = ${provider}`);
}

export type DomainAsk = { domain: string; bucket: Bucket; asked: number; want: number };
export type DomainGrant = { domain: string; granted: number; nextSlot: Date };

/** How far ahead messages of a domain are put off: then they are looked at again. */
const HORIZON_MS = 30 * 60_000;

/**
 * Takes tokens of several domains at once: those somebody waits for (`asked`) may use the reserve, the others leave it. What gets none
 * is queued: `nextSlot` is the moment of the last of them. A bucket with tokens left has nobody waiting any more.
 */
export async function takeOfDomains(ctx: Ctx, asks: readonly DomainAsk[], now: Date): Promise<DomainGrant[]> {
  if (asks.length === 0) return [];
  const list = asks.map(({ domain, bucket, asked, want }) => ({ domain, ...bucket, asked, want }));
  const full = have(sql`k."perSecond"`, sql`k.capacity`, now);
  const first = sql`least(k.asked, floor(${full}))`;
  const granted = sql`(${first} + greatest(0, least(k.want, floor(${full} - ${first} - k.reserve))))`;
  const late = sql`(k.asked + k.want - ${granted})`;
  const start = sql`greatest(b.next_slot, ${instant(now)})`;
  const horizon = instant(new Date(now.getTime() + HORIZON_MS));
  for (;;) {
    const found = await rows<{ domain: string; granted: number; nextSlot: string }>(
      ctx.db,
      sql`
      with k as materialized (
        select * from jsonb_to_recordset(${JSON.stringify(list)}::text::jsonb) as k(domain text, "perSecond" float8,
          capacity float8, reserve float8, asked int, want int)
      ), held as materialized (
        select domain from pace_domain where domain in (select domain from k) order by domain for update
      )
      update pace_domain b set granted = ${granted}, tokens = ${full} - ${granted}, filled_at = ${filled(now)},
        next_slot = case when ${late} > 0 then least(${start} + make_interval(secs => ${late} / k."perSecond"), ${horizon})
          else ${instant(now)} end
      from k join held on held.domain = k.domain where b.domain = k.domain
      returning b.domain, b.granted, b.next_slot as "nextSlot"`,
    );
    if (found.length === asks.length) return found.map((one) => ({ ...one, nextSlot: dateOf(one.nextSlot) }));
    await keepDomains(ctx, asks, now);
  }
}

async function keepDomains(ctx: Ctx, of: ReadonlyArray<{ domain: string }>, now: Date): Promise<void> {
  const values = of.map(({ domain }) => ({ domain, filledAt: EPOCH, nextSlot: now }));
  await ctx.db.insert(paceDomain).values(values).onConflictDoNothing();
}

export async function giveBackToDomains(
  ctx: Ctx,
  back: ReadonlyArray<{ domain: string; tokens: number }>,
): Promise<void> {
  await ctx.db.execute(sql`
    with k as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(back)}::text::jsonb) as k(domain text, tokens int)
    ), held as materialized (
      select domain from pace_domain where domain in (select domain from k) order by domain for update
    )
    update pace_domain b set tokens = b.tokens + k.tokens from k join held on held.domain = k.domain
    where b.domain = k.domain`);
}

export async function slowDomain(
  ctx: Ctx,
  domain: string,
  to: { rateCap: number; now: Date },
): Promise<void> {
  await keepDomains(ctx, [{ domain }], to.now);
  await ctx.db
    .execute(sql`update pace_domain set rate_cap = ${to.rateCap}, slowed_at = ${instant(to.now)}, tokens = 0,
    filled_at = ${instant(to.now)} where domain = ${domain}`);
}

/** The breaker of a provider, held until the transaction ends. */
export async function holdBreaker(ctx: Ctx, provider: string, now: Date): Promise<ProviderRow> {
  await keepProvider(ctx, provider, now);
  const [found] = await ctx.db
    .select()
    .from(paceProvider)
    .where(eq(paceProvider.provider, provider))
    .for('update');
  if (found === undefined) throw new Error(`the pace of ${provider} was deleted`);
  return withState(found);
}

export async function saveBreaker(ctx: Ctx, provider: string, to: Breaker, now: Date): Promise<void> {
  const { state, streak, total, failed, windowAt, until, trips, reason } = to;
  await ctx.db
    .update(paceProvider)
    .set({ state, streak, total, failed, windowAt, until, trips, reason, changedAt: now })
    .where(eq(paceProvider.provider, provider));
}

/** Domains nobody has written to since then. */
export async function forgetDomains(ctx: Ctx, before: Date): Promise<void> {
  await ctx.db.execute(sql`delete from pace_domain where filled_at < ${instant(before)}
    and (slowed_at is null or slowed_at < ${instant(before)})`);
}
