type Mark = { percent: number; figure: number };
type TierFields = { name: string; threshold: number | '' };

/** Two figures that say something, the rest zeros: nobody remembers a threshold of 12,347. */
export function rounded(value: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(value, 1))) - 1);
  return Math.max(1, Math.floor(value / step) * step);
}

/** Thresholds for so many tiers, from what members have: the higher the tier, the fewer reach it. Undefined: too little to go by. */
export function suggested(marks: readonly Mark[], tiers: number): number[] | undefined {
  const figures = marks.map(({ figure }) => figure).slice(-tiers);
  while (figures.length > 0 && figures.length < tiers) figures.push((figures.at(-1) ?? 0) * 2);
  const found = figures.map(rounded);
  const rises = found.every((figure, index) => index === 0 || figure > (found[index - 1] ?? 0));
  return found.length === tiers && rises ? found : undefined;
}

/** Whether names and rising thresholds are there, so that it can be asked who would stand where. */
export const isWhole = (tiers: readonly TierFields[]): boolean =>
  tiers.length > 0 &&
  tiers.every(
    ({ name, threshold }, index) =>
      name.trim() !== '' &&
      threshold !== '' &&
      (index === 0 || threshold > Number(tiers[index - 1]?.threshold)),
  );
