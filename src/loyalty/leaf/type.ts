import type { LeafType } from '../../segments/index.ts';
import { categoryField } from './category.ts';
import type { LoyaltyLeaf } from './contract.ts';
import { couponField } from './coupon.ts';
import type { LoyaltyField } from './field.ts';
import { balanceField, expiringField } from './points.ts';
import { tierField } from './tier.ts';

/** The fields there are; a new one is a line here and one in contract.ts. */
const FIELDS: { readonly [F in LoyaltyLeaf['field']]: LoyaltyField<Extract<LoyaltyLeaf, { field: F }>> } = {
  tier: tierField,
  personCategory: categoryField,
  balance: balanceField,
  expiring: expiringField,
  coupon: couponField,
};

const fieldOf = (leaf: LoyaltyLeaf): LoyaltyField<LoyaltyLeaf> => FIELDS[leaf.field];

export const loyaltyType: LeafType<LoyaltyLeaf> = {
  type: 'loyalty',
  compile: (leaf, env) => fieldOf(leaf).compile(leaf, env),
  dependencies: (leaf) => fieldOf(leaf).dependencies(leaf),
  futureFacts: null,
  words: (leaf, language) => fieldOf(leaf).words(leaf, language),
  facts: (leaf, env, contactId) => fieldOf(leaf).facts(leaf, env, contactId),
  fields: () => Object.values(FIELDS).flatMap((field) => field.fields()),
};
