import { useTranslation } from 'react-i18next';
import type { CampaignView, MessageState } from '../../api/campaigns.ts';
import type campaigns from '../../i18n/en/campaigns.ts';

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

type Reason = keyof typeof campaigns.reasons;

/** Why a message was not sent, failed, or was told to be a machine's; a code we have no words for is spelt out. */
export function useReasonWords(): (reason: string) => string {
  const { t, i18n } = useTranslation('campaigns');
  return (reason) =>
    i18n.exists(`reasons.${reason}`, { ns: 'campaigns' })
      ? t(`reasons.${reason as Reason}`)
      : reason.replaceAll(/[_-]/g, ' ');
}
