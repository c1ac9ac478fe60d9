import type { Ctx } from '../../core/ctx.ts';
import { DomainError } from '../../core/errors.ts';
import { contactsMatching } from '../../segments/index.ts';
import { challengeProgress } from '../accrual/actions.challenges.ts';
import { getReferralTerms, referrals } from '../accrual/actions.referral.ts';
import { accrualRules } from '../accrual/actions.rules.ts';
import type { ProgressView } from '../accrual/contract.challenges.ts';
import type { RuleView } from '../accrual/contract.ts';
import type { ReferralTerms } from '../accrual/contract.referral.ts';
import { categoryNames } from '../backtests/past.ts';
import { contactCoupons } from '../coupons/actions.codes.ts';
import type { CouponOffer, CouponView } from '../coupons/contract.ts';
import { contactLedger, contactWallets } from '../ledger/actions.views.ts';
import type { EntryView, WalletView } from '../ledger/contract.ts';
import { getProgram } from '../programs/actions.ts';
import { memberships } from '../programs/actions.members.ts';
import type { MemberView, ProgramView } from '../programs/contract.ts';
import { contactRewards, rewardsFor, walletIn } from '../rewards/actions.read.ts';
import type { ContactRewards, RedemptionView } from '../rewards/contract.ts';
import { progressOfContact } from '../standing/actions.read.ts';
import type { TierStandingView } from '../standing/contract.tiers.ts';
import type { AccumulatedView } from '../standing/contract.accumulative.ts';
import { forMember } from './actions.link.ts';
import type { Holder } from './actions.link.ts';
import { offersOf } from './store.ts';

/** All that a member's page shows, read at one moment. */

/** Movements shown: those of a month or two; the shop knows the rest. */
const MOVEMENTS = 10;
/** What only shifts points within the wallet is nothing to tell; so more are read than shown. */
const QUIET = new Set(['hold', 'release', 'settle']);

export type ShownCoupon = CouponView & { offer: CouponOffer | undefined };

export type WalletPage = {
  now: Date;
  givenName: string | null;
  program: ProgramView;
  card: Pick<MemberView, 'cardNumber' | 'qr'>;
  /** Undefined: nothing was ever earned. */
  wallet: WalletView | undefined;
  tier: TierStandingView | undefined;
  accumulated: AccumulatedView[];
  coupons: ShownCoupon[];
  rewards: ContactRewards['rewards'];
  /** Gifts that wait to be handed over. */
  waiting: RedemptionView[];
  ways: RuleView[];
  /** Names of the categories of goods that the ways are about. */
  goods: ReadonlyMap<string, string>;
  challenges: ProgressView['items'];
  referral: { terms: ReferralTerms; code: string | null; rewarded: number } | null;
  movements: EntryView[];
};

export async function walletPage(ctx: Ctx, { contactId, programId, givenName }: Holder): Promise<WalletPage> {
  const reader = forMember(ctx);
  const now = ctx.clock.now();
  const program = await getProgram(reader, programId);
  const [member] = (await memberships(reader, contactId)).filter(
    (one) => one.programId === programId && one.state === 'active',
  );
  if (member === undefined)
    throw new DomainError({ code: 'not_a_member', status: 410, detail: 'No member.' });
  const standing = await progressOfContact(reader, contactId);
  const tier = standing.tiers.find((one) => one.programId === programId);
  const open = program.state === 'active';
  const ways = open ? await waysFor(reader, contactId, programId, tier?.tier?.id ?? null) : [];
  return {
    now,
    givenName,
    program,
    card: member,
    wallet: walletIn(await contactWallets(reader, contactId, programId)),
    tier,
    accumulated: standing.accumulated,
    coupons: await couponsNow(reader, contactId, now),
    rewards: open ? await rewardsFor(reader, contactId, programId) : [],
    waiting: (await contactRewards(reader, contactId, programId)).redemptions.filter(
      ({ state }) => state === 'open',
    ),
    ways,
    goods: await categoryNames(reader, categoriesOf(ways)),
    challenges: open ? await challengesNow(reader, contactId, programId, now) : [],
    referral: open ? await referralOf(reader, contactId, programId) : null,
    movements: await movementsOf(reader, contactId, programId),
  };
}

/** Coupons that work now or will, soonest end first. */
async function couponsNow(ctx: Ctx, contactId: string, now: Date): Promise<ShownCoupon[]> {
  const good = (await contactCoupons(ctx, contactId)).filter(
    ({ state, validUntil, maxUses, uses }) =>
      (state === 'issued' || state === 'held') &&
      (validUntil === null || new Date(validUntil) > now) &&
      (maxUses === null || uses < maxUses),
  );
  const offers = await offersOf(ctx, good);
  return good
    .map((one) => ({ ...one, offer: offers.get(`${one.couponCampaignId} ${one.version}`) }))
    .toSorted((a, b) => (a.validUntil ?? '9').localeCompare(b.validUntil ?? '9'));
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Categories may be named by the shop's codes too: these are told as selected goods. */
const categoriesOf = (ways: readonly RuleView[]): string[] => [
  ...new Set(ways.flatMap(({ definition }) => definition.scope.categories).filter((id) => UUID.test(id))),
];

/** Rules in force that this member can earn by. */
async function waysFor(
  ctx: Ctx,
  contactId: string,
  programId: string,
  tierId: string | null,
): Promise<RuleView[]> {
  const live = (await accrualRules(ctx, programId)).filter(({ state }) => state === 'live');
  const named = new Set(
    live.flatMap(({ definition: { conditions } }) => [...conditions.segments, ...conditions.notSegments]),
  );
  const members = await contactsMatching(
    ctx,
    new Map([...named].map((segmentId) => [segmentId, { type: 'segment' as const, segmentId }])),
    [contactId],
  );
  const isIn = (id: string): boolean => members.get(id)?.has(contactId) === true;
  return live.filter(({ definition: { conditions, earns } }) => {
    const { tiers, segments, notSegments, personCategories } = conditions;
    if (earns.type === 'enrolment' || personCategories.length > 0) return false;
    if (tiers.length > 0 && (tierId === null || !tiers.includes(tierId))) return false;
    return (segments.length === 0 || segments.some(isIn)) && !notSegments.some(isIn);
  });
}

async function challengesNow(
  ctx: Ctx,
  contactId: string,
  programId: string,
  now: Date,
): Promise<ProgressView['items']> {
  const { items } = await challengeProgress(ctx, contactId);
  return items.filter(
    ({ challenge }) =>
      challenge.programId === programId &&
      challenge.state === 'live' &&
      new Date(challenge.from) <= now &&
      new Date(challenge.until) > now,
  );
}

async function referralOf(ctx: Ctx, contactId: string, programId: string): Promise<WalletPage['referral']> {
  const terms = await referralTermsOf(ctx, programId);
  if (terms === null) return null;
  const own = (await referrals(ctx, contactId)).find((one) => one.programId === programId);
  const rewarded = own?.friends.filter(({ state }) => state === 'rewarded').length ?? 0;
  return { terms, code: own?.code ?? null, rewarded };
}

/** Null: the program rewards no recommendations. */
export async function referralTermsOf(ctx: Ctx, programId: string): Promise<ReferralTerms | null> {
  try {
    const terms = await getReferralTerms(ctx, programId);
    return terms.active ? terms : null;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'referral_not_found') return null;
    throw error;
  }
}

async function movementsOf(ctx: Ctx, contactId: string, programId: string): Promise<EntryView[]> {
  const { items } = await contactLedger(ctx, contactId, { limit: 3 * MOVEMENTS, programId });
  return items.filter(({ kind }) => !QUIET.has(kind)).slice(0, MOVEMENTS);
}
