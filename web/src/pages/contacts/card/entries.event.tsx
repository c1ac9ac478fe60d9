import { useTranslation } from 'react-i18next';
import type contacts from '../../../i18n/en/contacts.ts';
import type { Data, Words } from './entries.tsx';
import { Mark } from './Mark.tsx';
import { isRecord, isShown, text } from './values.ts';

/** What says nothing beside the name of a thing: numbers of our own and of the shop's pages. */
const SILENT = ['form_id', 'message_id', 'cart_id', 'checkout_id', 'image_url', 'affiliation'];
/** An order is told of by them; `follows` only by the shop's own server. */
const ORDERS: Record<string, { follows: boolean }> = {
  'Order Completed': { follows: false },
  'Order Updated': { follows: true },
  'Order Refunded': { follows: true },
  'Order Cancelled': { follows: true },
};

type EventName = keyof typeof contacts.timeline.event;
type PropertyName = keyof typeof contacts.timeline.property;

/** Something done on the site, in words: what, about what, and whether it counts where it tells of an order. */
export function useEventWords(): (data: Data) => Words {
  const { t, i18n } = useTranslation('contacts');
  const has = (path: string): boolean => i18n.exists(path, { ns: 'contacts' });
  const eventWord = (name: string): string =>
    /^[\w -]+$/.test(name) && has(`timeline.event.${name}`) ? t(`timeline.event.${name as EventName}`) : name;
  const propertyWord = (key: string): string =>
    /^\w+$/.test(key) && has(`timeline.property.${key}`)
      ? t(`timeline.property.${key as PropertyName}`)
      : key;

  const about = (type: string | undefined, properties: Data): string => {
    if (type === 'page' || type === 'screen') {
      const where = [text(properties['title']) ?? text(properties['name']), text(properties['path'])];
      return where.filter((part) => part !== undefined).join(' · ');
    }
    const named = text(properties['name']) !== undefined;
    return Object.entries(properties)
      .filter(([key, value]) => isShown(value) && !SILENT.includes(key))
      .filter(([key]) => !(named && ['product_id', 'sku', 'url'].includes(key)))
      .map(([key, value]) => `${propertyWord(key)}: ${String(value)}`)
      .join(' · ');
  };

  return (data) => {
    const name = text(data['name']) ?? text(data['type']) ?? '';
    const order = ORDERS[name];
    const refused = text(data['refused']);
    const doubted = order !== undefined && data['trust'] === 'public';
    return {
      title: (
        <>
          {eventWord(name)}
          {refused !== undefined && (
            <Mark word={t('timeline.refused')} why={t('timeline.refusedText')} exactly={refused} />
          )}
          {refused === undefined && doubted && (
            <Mark
              word={t(order.follows ? 'timeline.unproven' : 'timeline.claimed')}
              why={t(order.follows ? 'timeline.unprovenText' : 'timeline.claimedText')}
            />
          )}
        </>
      ),
      body: isRecord(data['properties']) ? about(text(data['type']), data['properties']) : undefined,
    };
  };
}
