/** Values that are offered where the product knows them by name. */

/** The default channel group, as the card and the reports name it. */
export const CHANNELS = [
  'Direct',
  'Organic Search',
  'Organic Social',
  'Organic Shopping',
  'Organic Video',
  'Paid Search',
  'Paid Social',
  'Paid Shopping',
  'Paid Video',
  'Paid Other',
  'Display',
  'Cross-network',
  'Referral',
  'Email',
  'SMS',
  'Mobile Push Notifications',
  'AI Assistant',
  'Affiliates',
  'Audio',
  'Unassigned',
] as const;

export const DEVICES = ['desktop', 'mobile', 'tablet', 'tv'] as const;

/** Names that shops send most; any other can be typed. */
export const EVENTS = [
  'Products Searched',
  'Product List Viewed',
  'Product Viewed',
  'Product Added',
  'Product Removed',
  'Product Added to Wishlist',
  'Cart Viewed',
  'Checkout Started',
  'Payment Info Entered',
  'Coupon Entered',
  'Coupon Applied',
  'Order Completed',
  'Order Refunded',
  'Order Cancelled',
  'Product Reviewed',
  'Product Shared',
] as const;
