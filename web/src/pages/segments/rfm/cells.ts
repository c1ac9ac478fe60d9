/** The 11 named cells, best first, and what they are painted with: from thriving over waking to gone. */
export const CELLS = [
  'champions',
  'loyal',
  'potential_loyalist',
  'new',
  'promising',
  'need_attention',
  'about_to_sleep',
  'at_risk',
  'cant_lose',
  'hibernating',
  'lost',
] as const;

type Tone = 'pine' | 'sky' | 'gold' | 'red' | 'gray';

export const CELL_TONES: Readonly<Record<(typeof CELLS)[number], Tone>> = {
  champions: 'pine',
  loyal: 'pine',
  potential_loyalist: 'sky',
  new: 'sky',
  promising: 'sky',
  need_attention: 'gold',
  about_to_sleep: 'gold',
  at_risk: 'red',
  cant_lose: 'red',
  hibernating: 'gray',
  lost: 'gray',
};
