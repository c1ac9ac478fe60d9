/** What the addresses of loyalty hold. */

const ID = /^[0-9a-f-]{36}$/;
const ofProgram = (program: unknown): string | undefined =>
  typeof program === 'string' && ID.test(program) ? program : undefined;

export type LiabilitySearch = { program?: string; days?: number };
export const SPANS = [30, 90, 365] as const;

export function liabilitySearch({ program, days }: Record<string, unknown>): LiabilitySearch {
  const id = ofProgram(program);
  const span = SPANS.find((one) => one === days && one !== SPANS[0]);
  return { ...(id === undefined ? {} : { program: id }), ...(span === undefined ? {} : { days: span }) };
}

export type TierSearch = { program?: string; when?: 'all'; tab?: 'versions' };

export function tierSearch({ program, when, tab }: Record<string, unknown>): TierSearch {
  return {
    ...programChoice({ program }),
    ...(when === 'all' ? { when } : {}),
    ...(tab === 'versions' ? { tab } : {}),
  };
}

export type ProgramChoice = { program?: string };

export function programChoice({ program }: Record<string, unknown>): ProgramChoice {
  const id = ofProgram(program);
  return id === undefined ? {} : { program: id };
}

export type EarningSearch = { program?: string };

export function earningSearch({ program }: Record<string, unknown>): EarningSearch {
  const id = ofProgram(program);
  return id === undefined ? {} : { program: id };
}

export const DESIGN_STEPS = ['basics', 'value', 'earning', 'tiers', 'members', 'review'] as const;
export type DesignStep = (typeof DESIGN_STEPS)[number];
export type DesignSearch = { step?: DesignStep };

export function designSearch({ step }: Record<string, unknown>): DesignSearch {
  const found = DESIGN_STEPS.find((one) => one === step);
  return found === undefined ? {} : { step: found };
}

export type ProgramSearch = { tab?: 'versions' };

export const programSearch = ({ tab }: Record<string, unknown>): ProgramSearch =>
  tab === 'versions' ? { tab } : {};
