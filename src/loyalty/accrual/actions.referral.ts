import { randomBytes } from 'node:crypto';
import { holdContacts } from '../../contacts/index.ts';
import { audit } from '../../core/audit.ts';
import { authorise, inTx, may } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, invalid, notFound } from '../../core/errors.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { codeFrom, foldCode, randomBytesOf } from '../coupons/code.ts';
import { postMany } from '../ledger/actions.post.ts';
import type { NightHook } from '../ledger/hooks.ts';
import type { Movement } from '../ledger/movement.ts';
import { visibleId } from '../ledger/store.views.ts';
import { mustFind, openProgram } from '../programs/actions.ts';
import { REFUSALS, referralTerms } from './contract.referral.ts';
import type {
  Refusal,
  ReferralInput,
  ReferralSummary,
  ReferralTerms,
  ReferralView,
} from './contract.referral.ts';
import {
  codesOf,
  findReferral,
  firstOrderOf,
  friendsOf,
  hasBoughtBefore,
  insertCode,
  isMember,
  ownerOfCode,
  putReferral,
  putTerms,
  rewardedFriends,
  sharedBetween,
  termsOf,
  waitingFriends,
} from './store.referral.ts';
import type { ReferralRow } from './store.referral.ts';

/** Recommendations: a code per member; both are rewarded once the friend's first paid order has outlived its returns. */

const PATTERN = '########';
const TRIES = 5;
const NO_TERMS = referralTerms.parse({ active: false, referrerPoints: 0, friendPoints: 0 });

export async function setReferralTerms(
  ctx: Ctx,
  programId: string,
  terms: ReferralTerms,
): Promise<ReferralTerms> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    await openProgram(tx, programId);
    await putTerms(tx, programId, terms);
    await audit(tx, { action: 'referral_terms.changed', entity: 'loyalty_program', entityId: programId });
    return terms;
  });
}

/** For verbs that have authorised their caller; null: the program rewards none. */
export const referralTermsOf = async (ctx: Ctx, programId: string): Promise<ReferralTerms | null> =>
  (await termsOf(ctx, programId)) ?? null;

/** 404 program_not_found. Where nobody has said anything, recommendations are not rewarded. */
export async function getReferralTerms(ctx: Ctx, programId: string): Promise<ReferralTerms> {
  authorise(ctx, 'loyalty:read');
  await mustFind(ctx, programId);
  return (await termsOf(ctx, programId)) ?? NO_TERMS;
}

/** The member's code, made when there is none. 404 contact_not_found; 409 not_a_member. */
export async function referralCodeOf(
  ctx: Ctx,
  contactId: string,
  programId: string,
): Promise<ReferralSummary> {
  if (!may(ctx, 'loyalty:sell')) authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const seen = await mustSee(tx, contactId);
    await openProgram(tx, programId);
    const id = (await holdContacts(tx, [seen], 'alone')).get(seen) ?? seen;
    if (!(await isMember(tx, id, programId))) throw conflict('not_a_member', 'Only members recommend.');
    const known = (await codesOf(tx, id)).some((one) => one.programId === programId);
    if (!known) await makeCode(tx, id, programId);
    return summaryOf(tx, id, programId);
  });
}

async function makeCode(ctx: Ctx, contactId: string, programId: string): Promise<void> {
  for (let round = 0; round < TRIES; round++) {
    const code = codeFrom(PATTERN, randomBytes(randomBytesOf(PATTERN)));
    const row = {
      code: foldCode(code),
      programId,
      contactId,
      createdAt: ctx.clock.now(),
      originId: contactId,
    };
    if (await insertCode(ctx, row)) return;
  }
  throw conflict('codes_used_up', 'No free code was found.');
}

/** The member's codes with the friends who came by them, of each program. */
export async function referrals(ctx: Ctx, contactId: string): Promise<ReferralSummary[]> {
  authorise(ctx, 'loyalty:read');
  const id = await mustSee(ctx, contactId);
  const programIds = new Set((await codesOf(ctx, id)).map(({ programId }) => programId));
  return Promise.all([...programIds].map((programId) => summaryOf(ctx, id, programId)));
}

async function summaryOf(ctx: Ctx, id: string, programId: string): Promise<ReferralSummary> {
  const code = (await codesOf(ctx, id)).find((one) => one.programId === programId)?.code ?? null;
  const friends = (await friendsOf(ctx, id)).filter((row) => row.programId === programId);
  return { programId, code, friends: friends.map(viewOf) };
}

/**
 * A friend shows a member's code, before buying anything. Who is refused is told why and kept as refused. 404 contact_not_found; 422
 * unknown_referral_code; 409 referral_off, referred_already, not_a_member.
 */
export async function refer(ctx: Ctx, input: ReferralInput): Promise<ReferralView> {
  if (!may(ctx, 'loyalty:sell')) authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const seen = await mustSee(tx, input.contactId);
    const terms = await termsOf(tx, input.programId);
    if (terms?.active !== true) throw conflict('referral_off', 'This program rewards no recommendations.');
    const owner = await ownerOfCode(tx, input.programId, foldCode(input.code));
    if (owner === undefined) throw invalid('unknown_referral_code', 'Nobody has this code.', 'code');
    const present = await holdContacts(tx, [seen, owner], 'alone');
    const [friend, referrer] = [present.get(seen) ?? seen, present.get(owner) ?? owner];
    if (!(await isMember(tx, friend, input.programId)))
      throw conflict('not_a_member', 'The friend joins first.');
    if ((await findReferral(tx, friend, input.programId)) !== undefined)
      throw conflict('referred_already', 'Somebody has recommended this member already.');
    const anonymousId = input.anonymousId ?? null;
    const bought = friend !== referrer && (await hasBoughtBefore(tx, friend));
    const reason = bought ? 'bought_before' : await sameness(tx, friend, referrer, anonymousId);
    const now = tx.clock.now();
    const row: ReferralRow = {
      contactId: friend,
      programId: input.programId,
      referrerId: referrer,
      anonymousId,
      state: reason === null ? 'waiting' : 'refused',
      reason,
      referredAt: now,
      settledAt: reason === null ? null : now,
      originId: friend,
    };
    await putReferral(tx, row);
    return viewOf(row);
  });
}

async function sameness(
  ctx: Ctx,
  friend: string,
  referrer: string,
  anonymousId: string | null,
): Promise<Refusal | null> {
  return friend === referrer ? 'same_person' : sharedBetween(ctx, friend, referrer, anonymousId);
}

/** Waiting friends of one night's round. */
const BATCH = 200;
const FIRST = '00000000-0000-0000-0000-000000000000';

/** Every night: whoever's first paid order has outlived its returns is rewarded, together with who recommended. */
export const referralHook: NightHook = async (ctx, { programId, after }, signal) => {
  if (after !== 'activate') return;
  const terms = await termsOf(ctx, programId);
  if (terms === undefined) return;
  let last = FIRST;
  while (!signal.aborted) {
    const due = await waitingFriends(ctx, programId, last, BATCH);
    // Each friend with who recommended is held alone for a moment: two of a hundred thousand never wait for each other.
    for (const friend of due)
      if (!signal.aborted) await inTx(ctx, (tx) => settle(tx, friend, programId, terms));
    if (due.length < BATCH) return;
    last = due.at(-1) ?? last;
  }
};

async function settle(ctx: Ctx, friendId: string, programId: string, terms: ReferralTerms): Promise<void> {
  const known = await findReferral(ctx, friendId, programId, false);
  if (known?.state !== 'waiting' || known.referrerId === null) return;
  const present = await holdContacts(ctx, [friendId, known.referrerId], 'alone');
  const row = await findReferral(ctx, friendId, programId);
  const referrer = present.get(known.referrerId);
  const first = await firstOrderOf(ctx, friendId);
  const now = ctx.clock.now();
  if (row?.state !== 'waiting' || referrer === undefined || first?.paid !== true) return;
  if (addMs(first.occurredAt, terms.returnDays * DAY_MS) > now) return;
  const reason = await refusalOf(ctx, { row, referrer, left: first.leftMinor, terms });
  if (reason !== null) return putReferral(ctx, { ...row, state: 'refused', reason, settledAt: now });
  const key = `referral:${row.originId}`;
  const given = (contactId: string, points: number): Movement[] =>
    points === 0
      ? []
      : [
          {
            kind: 'accrue',
            contactId,
            programId,
            key,
            source: key,
            ref: key,
            points: BigInt(points),
            pending: 'none',
          },
        ];
  const unit = [...given(referrer, terms.referrerPoints), ...given(friendId, terms.friendPoints)];
  const [outcome] = await postMany(ctx, [unit], 'each');
  if (outcome?.ok === false) {
    ctx.log.warn({ programId, code: outcome.error.code }, 'a recommendation was not rewarded');
    return;
  }
  await putReferral(ctx, { ...row, referrerId: referrer, state: 'rewarded', settledAt: now });
}

type Question = { row: ReferralRow; referrer: string; left: bigint; terms: ReferralTerms };

async function refusalOf(ctx: Ctx, { row, referrer, left, terms }: Question): Promise<Refusal | null> {
  if (left <= 0n) return 'order_returned';
  if (left < BigInt(terms.minOrderMinor)) return 'order_too_small';
  const same = await sameness(ctx, row.contactId, referrer, row.anonymousId);
  if (same !== null) return same;
  for (const id of [row.contactId, referrer])
    if (!(await isMember(ctx, id, row.programId))) return 'not_a_member';
  return (await rewardedFriends(ctx, referrer, row.programId)) >= terms.maxFriends
    ? 'too_many_friends'
    : null;
}

function viewOf(row: ReferralRow): ReferralView {
  return {
    programId: row.programId,
    friendId: row.contactId,
    state: row.state,
    reason: REFUSALS.find((one) => one === row.reason) ?? null,
    referredAt: row.referredAt.toISOString(),
    settledAt: row.settledAt?.toISOString() ?? null,
  };
}

async function mustSee(ctx: Ctx, contactId: string): Promise<string> {
  const id = await visibleId(ctx, contactId);
  if (id === null) throw notFound('contact', contactId);
  return id;
}
