import type { CampaignView, MessageState } from '../../api/campaigns.ts';

export const STATE_COLORS: Record<CampaignView['state'], string> = {
  draft: 'gray',
  scheduled: 'sky',
  running: 'pine',
  paused: 'gold',
  finished: 'pine',
  cancelled: 'gray',
};

export const MESSAGE_COLORS: Record<MessageState, string> = {
  planned: 'gray',
  retry: 'gold',
  sending: 'sky',
  sent: 'pine',
  failed: 'red',
  unknown: 'gold',
  skipped: 'gray',
  cancelled: 'gray',
};

/** A reason code such as "no_consent" as plain words; the API's codes are English words already. */
export const reasonWords = (reason: string): string => reason.replaceAll(/[_-]/g, ' ');
