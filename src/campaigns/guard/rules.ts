import type { Finding, GuardSettings } from './contract.ts';

/** What a launch would do, in figures. */
export type Figures = {
  reachable: number;
  base: number;
  lastAudience: number | null;
  overlapping: number;
  costMinor: number | null;
  budgetMinor: number | null;
};

export const NO_FIGURES: Figures = {
  reachable: 0,
  base: 0,
  lastAudience: null,
  overlapping: 0,
  costMinor: null,
  budgetMinor: null,
};

export const guards = ({ share, growth, overlap, budget }: GuardSettings): boolean =>
  share !== null || growth !== null || overlap !== null || budget;

export const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
export const growthOf = ({ reachable, lastAudience }: Figures): number | null =>
  lastAudience === null || lastAudience === 0 ? null : reachable / lastAudience;

/** Why a second person has to look: every limit that the launch goes over. None below the smallest audience that counts. */
export function findingsOf(figures: Figures, settings: GuardSettings): Finding[] {
  const { reachable, base, overlapping, costMinor, budgetMinor } = figures;
  if (reachable < settings.from) return [];
  const over = (code: Finding['code'], value: number | null, limit: number | null): Finding[] =>
    value !== null && limit !== null && value > limit ? [{ code, value, limit }] : [];
  return [
    ...over('share', shareOf(reachable, base), settings.share),
    ...over('growth', growthOf(figures), settings.growth),
    ...over('overlap', shareOf(overlapping, reachable), settings.overlap),
    ...over('budget', costMinor, settings.budget ? budgetMinor : null),
  ];
}
