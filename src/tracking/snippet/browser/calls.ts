import { consent, put, reset } from './gate.ts';
import { read, write } from './memory.ts';
import { messageOf, pageOf } from './message.ts';
import { debug } from './page.ts';
import type { Message } from './deliver.ts';

/** What a page may say. Names and shapes are Segment's. */
type Bag = Record<string, unknown>;

/** Whoever wants to know what was said: triggers of on-site messages. */
export const hooks: Array<(message: Message) => void> = [];

const tell = (type: string, rest: Partial<Message>): void => {
  const message = messageOf(type, rest);
  put(message);
  for (const hook of hooks) hook(message);
};

export const track = (event: string, properties: Bag = {}): void => tell('track', { event, properties });

export const page = (name?: string, properties: Bag = {}): void =>
  tell('page', { name, properties: { ...pageOf(), ...properties } });

/**
 * `userHash` (hex HMAC-SHA256 of the id by the source's secret, made by the site's server) proves the id. Another user than
 * before is another visitor, whether or not somebody called `reset`.
 */
export const identify = (
  userId?: string | number | Bag | null,
  traits: Bag = {},
  { userHash }: { userHash?: string } = {},
): void => {
  if (typeof userId === 'object' && userId) return identify(null, userId);
  if (userId) {
    const known = read('u');
    if (known && known !== `${userId}`) reset();
    write('u', `${userId}`);
  }
  tell('identify', { traits, context: userHash ? { userHash } : {} });
};

const group = (groupId: string, traits: Bag = {}): void => {
  write('g', groupId);
  tell('group', { groupId, traits });
};

/** Segment's e-commerce names are the method's own name in words, but for these. */
const NAMES: Record<string, string> = {
  addToCart: 'Product Added',
  removeFromCart: 'Product Removed',
  addToWishlist: 'Product Added to Wishlist',
};
const COMMERCE =
  'productsSearched productListViewed productClicked productViewed addToCart removeFromCart addToWishlist cartViewed ' +
  'checkoutStarted checkoutStepViewed checkoutStepCompleted paymentInfoEntered orderUpdated orderCompleted orderRefunded ' +
  'orderCancelled couponEntered couponApplied couponRemoved';

export type Call = (...args: never[]) => unknown;
export const calls: Record<string, Call> = { track, page, identify, group, reset, consent, debug };

for (const name of COMMERCE.split(' ')) {
  const event = NAMES[name] ?? name.replace(/^./, (c) => c.toUpperCase()).replace(/\B[A-Z]/g, ' $&');
  calls[name] = (properties?: Bag) => track(event, properties);
}
