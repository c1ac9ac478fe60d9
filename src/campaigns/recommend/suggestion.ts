import { priceMinorOf } from '../frame.ts';
import { webOnly } from '../links.ts';
import type { Suggestion } from './contract.ts';
import type { Suggested } from './store.ts';

/** A row as everybody else reads it: what comes from the catalogue may lead to the web alone. Pure. */
export function suggestionOf(row: Suggested, baseCurrency: string): Suggestion {
  const { contactId: _contactId, price, currency, url, imageUrl, ...rest } = row;
  const own = currency ?? baseCurrency;
  return {
    ...rest,
    currency: own,
    priceMinor: priceMinorOf(price, own),
    url: webOnly(url),
    imageUrl: webOnly(imageUrl),
  };
}
