export const TABS = ['connect', 'live', 'letters', 'health', 'settings'] as const;
export type Tab = (typeof TABS)[number];
export type SourceSearch = { tab?: Tab | undefined };

export const sourceSearch = (search: Record<string, unknown>): SourceSearch => {
  const tab = TABS.find((one) => one === search['tab'] && one !== 'connect');
  return tab === undefined ? {} : { tab };
};
