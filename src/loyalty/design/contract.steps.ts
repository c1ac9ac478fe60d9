/** The steps in which a program is designed. */
export const STEPS = ['basics', 'value', 'earning', 'tiers', 'members', 'review'] as const;
