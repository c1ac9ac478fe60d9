/** What the address of a journey holds: the tab, and of the figures the version, the step, the person whose path is shown. */

export const TABS = ['draft', 'numbers', 'versions'] as const;
export type Tab = (typeof TABS)[number];
export type JourneySearch = { tab?: Tab; version?: number; node?: string; contact?: string; entry?: string };

export function journeySearch(search: Record<string, unknown>): JourneySearch {
  const { version, node, contact, entry } = search;
  const tab = TABS.find((one) => one === search['tab']);
  return {
    ...(tab === undefined ? {} : { tab }),
    ...(typeof version === 'number' && Number.isInteger(version) && version > 0 ? { version } : {}),
    ...(typeof node === 'string' ? { node } : {}),
    ...(typeof contact === 'string' ? { contact } : {}),
    ...(typeof entry === 'string' ? { entry } : {}),
  };
}
