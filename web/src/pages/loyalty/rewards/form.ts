import type { UseFormReturnType } from '@mantine/form';
import type { RewardDefinition } from '../../../api/rewards.ts';
import { fromLocalInput, toLocalInput } from '../../../lib/localTime.ts';
import type { Blank } from '../amounts.ts';
import { blankOf, orNull } from '../amounts.ts';

/** A reward as its form holds it. The fields have the API's paths, so that its errors find them. */
export type Fields = {
  definition: {
    name: { en: string; ru: string };
    description: { en: string; ru: string };
    pictureUrl: string;
    points: Blank;
    gives: {
      kind: RewardDefinition['gives']['kind'];
      couponCampaignId: string | null;
      productId: string | null;
    };
    tiers: string[];
    segments: string[];
    stock: Blank;
    perMember: Blank;
    /** As datetime-local has them. */
    from: string;
    until: string;
  };
};
export type RewardForm = UseFormReturnType<Fields>;

export const FRESH: Fields = {
  definition: {
    name: { en: '', ru: '' },
    description: { en: '', ru: '' },
    pictureUrl: '',
    points: '',
    gives: { kind: 'coupon', couponCampaignId: null, productId: null },
    tiers: [],
    segments: [],
    stock: '',
    perMember: '',
    from: '',
    until: '',
  },
};

const localOf = (at: string | null): string => (at === null ? '' : toLocalInput(new Date(at)));

export const fieldsOf = ({ gives, ...definition }: RewardDefinition): Fields => ({
  definition: {
    ...definition,
    pictureUrl: definition.pictureUrl ?? '',
    gives: {
      kind: gives.kind,
      couponCampaignId: gives.kind === 'coupon' ? gives.couponCampaignId : null,
      productId: gives.kind === 'gift' ? gives.productId : null,
    },
    stock: blankOf(definition.stock),
    perMember: blankOf(definition.perMember),
    from: localOf(definition.from),
    until: localOf(definition.until),
  },
});

export function definitionOf({ definition }: Fields): RewardDefinition {
  const { gives, pictureUrl, points, stock, perMember, from, until, ...rest } = definition;
  return {
    ...rest,
    pictureUrl: pictureUrl.trim() === '' ? null : pictureUrl.trim(),
    points: Number(points),
    gives:
      gives.kind === 'coupon'
        ? { kind: 'coupon', couponCampaignId: gives.couponCampaignId ?? '' }
        : gives.kind === 'gift'
          ? { kind: 'gift', productId: gives.productId }
          : { kind: 'custom' },
    stock: orNull(stock),
    perMember: orNull(perMember),
    from: from === '' ? null : fromLocalInput(from),
    until: until === '' ? null : fromLocalInput(until),
  };
}
