/** What the addresses of segments hold. */

export const SEGMENT_TABS = ['members', 'moves', 'overlap', 'versions'] as const;
export type SegmentTab = (typeof SEGMENT_TABS)[number];
export type SegmentSearch = { tab?: SegmentTab };

export function segmentSearch(search: Record<string, unknown>): SegmentSearch {
  const tab = SEGMENT_TABS.find((one) => one === search['tab'] && one !== 'members');
  return tab === undefined ? {} : { tab };
}

/** A draft to begin with: from a template, a field of the RFM map, a part of an overlap. */
export type DraftSearch = { name?: string; rule?: Record<string, unknown> };

export function draftSearch({ name, rule }: Record<string, unknown>): DraftSearch {
  return {
    ...(typeof name === 'string' && name !== '' ? { name } : {}),
    ...(typeof rule === 'object' && rule !== null && !Array.isArray(rule) ? { rule: { ...rule } } : {}),
  };
}

export type RfmSearch = { asOf?: string };

export function rfmSearch({ asOf }: Record<string, unknown>): RfmSearch {
  return typeof asOf === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(asOf) ? { asOf } : {};
}
