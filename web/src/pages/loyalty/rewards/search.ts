import { programChoice } from '../search.ts';
import type { ProgramChoice } from '../search.ts';

/** What the address of the rewards holds. */
export const TABS = ['catalogue', 'queue', 'history'] as const;
export type Tab = (typeof TABS)[number];
export type RewardSearch = ProgramChoice & { tab?: Exclude<Tab, 'catalogue'> };

export function rewardSearch({ program, tab }: Record<string, unknown>): RewardSearch {
  return {
    ...programChoice({ program }),
    ...(tab === 'queue' || tab === 'history' ? { tab } : {}),
  };
}
