import { minorToWire } from '../../core/money.ts';
import type { RedemptionView, RewardView } from './contract.ts';
import type { Listed, RedemptionRow } from './store.redemptions.ts';
import type { RewardRow } from './store.ts';

/** Rows as they go out. */

export const rewardView = (row: RewardRow, open: number): RewardView => ({
  id: row.rewardId,
  programId: row.programId,
  state: row.state,
  version: row.version,
  definition: row.definition,
  taken: row.taken,
  open,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

export const redemptionView = (row: RedemptionRow | Listed): RedemptionView => ({
  id: row.redemptionId,
  contactId: row.contactId,
  contactName: 'contactName' in row ? row.contactName : null,
  programId: row.programId,
  rewardId: row.rewardId,
  name: wordsOf(row.name),
  kind: row.kind,
  points: minorToWire(row.points),
  state: row.state,
  code: row.code,
  productId: row.productId,
  redeemedAt: row.redeemedAt.toISOString(),
  settledAt: row.settledAt?.toISOString() ?? null,
  settledBy: row.settledBy,
  reason: row.reason,
});

function wordsOf(stored: unknown): { en: string; ru: string } {
  const { en, ru } = stored as { en: string; ru: string };
  return { en, ru };
}
