import { useTranslation } from 'react-i18next';
import type contacts from '../i18n/en/contacts.ts';

type Known = keyof typeof contacts.channels;

/** A channel of the default group in the reader's language; any other as it is. */
export function useChannelWord(): (channel: string) => string {
  const { t, i18n } = useTranslation('contacts');
  return (channel) =>
    /^[\w -]+$/.test(channel) && i18n.exists(`channels.${channel}`, { ns: 'contacts' })
      ? t(`channels.${channel as Known}`)
      : channel;
}
