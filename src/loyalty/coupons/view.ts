import { minorToWire } from '../../core/money.ts';
import { couponLimits, couponOffer } from './contract.ts';
import type { CouponBatchView } from './contract.codes.ts';
import type {
  CouponCampaignView,
  CouponKind,
  CouponState,
  CouponVersionView,
  CouponView,
} from './contract.ts';
import { roomsOf } from './meter.ts';
import type { Meter } from './meter.ts';

/** Rows as they go out. */

type Worth = {
  kind: string;
  percent: string | null;
  amountMinor: bigint | null;
  currency: string;
  minOrderMinor: bigint;
};

const worthOf = (row: Worth) => ({
  kind: row.kind as CouponKind,
  percent: row.percent === null ? null : Number(row.percent),
  amountMinor: row.amountMinor === null ? null : minorToWire(row.amountMinor),
  currency: row.currency,
  minOrderMinor: minorToWire(row.minOrderMinor),
});

export type CampaignParts = Worth & {
  couponCampaignId: string;
  name: string;
  codeKind: string;
  pattern: string;
  offer: unknown;
  personal: boolean;
  usesPerCode: number | null;
  validFrom: Date | null;
  validUntil: Date | null;
  validDays: number | null;
  limits: unknown;
  budgetMinor: bigint | null;
  onReturn: string;
  state: string;
  version: number;
  createdAt: Date;
};

export function campaignView(
  row: CampaignParts,
  counts: ReadonlyMap<string, Partial<Record<CouponState, number>>>,
  meters: readonly Meter[],
): CouponCampaignView {
  const own = counts.get(row.couponCampaignId) ?? {};
  const rooms = roomsOf(meters, '');
  return {
    id: row.couponCampaignId,
    name: row.name,
    codeKind: row.codeKind === 'generic' ? 'generic' : 'unique',
    pattern: row.pattern,
    ...worthOf(row),
    offer: couponOffer.parse(row.offer),
    personal: row.personal,
    usesPerCode: row.usesPerCode,
    validFrom: row.validFrom?.toISOString() ?? null,
    validUntil: row.validUntil?.toISOString() ?? null,
    validDays: row.validDays,
    limits: couponLimits.parse(row.limits),
    budgetMinor: row.budgetMinor === null ? null : minorToWire(row.budgetMinor),
    onReturn: row.onReturn === 'give_back' ? 'give_back' : 'keep',
    state: row.state as CouponCampaignView['state'],
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    counts: {
      issued: own.issued ?? 0,
      held: own.held ?? 0,
      used: own.used ?? 0,
      expired: own.expired ?? 0,
      void: own.void ?? 0,
    },
    taken: { uses: rooms.usedUses, discountMinor: minorToWire(rooms.usedMinor) },
  };
}

export const versionView = (
  row: Worth & { version: number; offer: unknown; changedBy: string; changedAt: Date },
): CouponVersionView => ({
  version: row.version,
  ...worthOf(row),
  offer: couponOffer.parse(row.offer),
  changedBy: row.changedBy,
  changedAt: row.changedAt.toISOString(),
});

export type CouponParts = Worth & {
  couponId: string;
  code: string;
  state: CouponState;
  contactId: string | null;
  couponCampaignId: string;
  name: string;
  version: number;
  maxUses: number | null;
  taken: number;
  uses: number;
  issuedAt: Date;
  validFrom: Date;
  validUntil: Date | null;
  usedAt: Date | null;
  orderId: string | null;
};

export const couponView = (row: CouponParts): CouponView => ({
  id: row.couponId,
  code: row.code,
  state: row.state,
  contactId: row.contactId,
  couponCampaignId: row.couponCampaignId,
  name: row.name,
  version: row.version,
  ...worthOf(row),
  maxUses: row.maxUses,
  taken: row.taken,
  uses: row.uses,
  issuedAt: row.issuedAt.toISOString(),
  validFrom: row.validFrom.toISOString(),
  validUntil: row.validUntil?.toISOString() ?? null,
  usedAt: row.usedAt?.toISOString() ?? null,
  orderId: row.orderId,
});

export const batchView = (row: {
  batchId: string;
  couponCampaignId: string;
  kind: string;
  name: string;
  state: string;
  wanted: number;
  done: number;
  problem: string | null;
  createdAt: Date;
  finishedAt: Date | null;
}): CouponBatchView => ({
  id: row.batchId,
  couponCampaignId: row.couponCampaignId,
  kind: row.kind as CouponBatchView['kind'],
  name: row.name,
  state: row.state as CouponBatchView['state'],
  wanted: row.wanted,
  done: row.done,
  problem: row.problem,
  createdAt: row.createdAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
});
