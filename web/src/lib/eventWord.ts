import { useTranslation } from 'react-i18next';
import type contacts from '../i18n/en/contacts.ts';

type EventName = keyof typeof contacts.timeline.event;

/** A standard event in words; a name of the shop's own stays what it is. */
export function useEventWord(): (name: string) => string {
  const { t, i18n } = useTranslation('contacts');
  return (name) =>
    /^[\w -]+$/.test(name) && i18n.exists(`timeline.event.${name}`, { ns: 'contacts' })
      ? t(`timeline.event.${name as EventName}`)
      : name;
}
