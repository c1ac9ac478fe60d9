export type LeadSearch = { grade?: 'warm' | 'cold' | undefined; mine?: true | undefined };

export const leadSearch = (search: Record<string, unknown>): LeadSearch => ({
  ...(search['grade'] === 'warm' || search['grade'] === 'cold' ? { grade: search['grade'] } : {}),
  ...(search['mine'] === true ? { mine: true as const } : {}),
});
