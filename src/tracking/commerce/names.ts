/** Names of the Segment e-commerce specification (version 2), by what they do here. */

/** What a cart is folded from. Also the condition of an index: a new name here is a new migration. */
export const CART_EVENTS = [
  'Product Added',
  'Product Removed',
  'Wishlist Product Added to Cart',
  'Cart Viewed',
  'Checkout Started',
  'Checkout Step Viewed',
  'Checkout Step Completed',
  'Payment Info Entered',
  'Coupon Entered',
  'Coupon Applied',
  'Coupon Denied',
  'Coupon Removed',
  'Order Completed',
] as const;
export type CartEvent = (typeof CART_EVENTS)[number];

/** What is said of an order after it was placed. Also the condition of an index. */
export const FOLLOW_EVENTS = ['Order Updated', 'Order Refunded', 'Order Cancelled'] as const;
export type FollowEvent = (typeof FOLLOW_EVENTS)[number];

const carts: ReadonlySet<string> = new Set(CART_EVENTS);
const follows: ReadonlySet<string> = new Set(FOLLOW_EVENTS);

export const isCartEvent = (name: string): name is CartEvent => carts.has(name);
export const isFollowEvent = (name: string): name is FollowEvent => follows.has(name);
