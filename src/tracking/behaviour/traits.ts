/** What is told of a contact by their facts: names, kinds and what each is computed from. Pure. */

type TraitKind = 'text' | 'number' | 'date' | 'money';

/** `from` says what the facts are that a trait counts. */
export const TRAITS = {
  favouriteCategory: { kind: 'text', from: 'orders or views' },
  usualHour: { kind: 'number', from: 'visits' },
  usualWeekday: { kind: 'number', from: 'visits' },
  usualChannel: { kind: 'text', from: 'visits' },
  device: { kind: 'text', from: 'visits' },
  averageOrderValue: { kind: 'money', from: 'orders' },
  expectedNextOrder: { kind: 'date', from: 'orders' },
  firstTouchAt: { kind: 'date', from: 'visits' },
  firstTouchChannel: { kind: 'text', from: 'visits' },
  firstTouchSource: { kind: 'text', from: 'visits' },
  firstTouchMedium: { kind: 'text', from: 'visits' },
  firstTouchCampaign: { kind: 'text', from: 'visits' },
  lastTouchAt: { kind: 'date', from: 'visits' },
  lastTouchChannel: { kind: 'text', from: 'visits' },
  lastTouchSource: { kind: 'text', from: 'visits' },
  lastTouchMedium: { kind: 'text', from: 'visits' },
  lastTouchCampaign: { kind: 'text', from: 'visits' },
} as const satisfies Record<string, { kind: TraitKind; from: string }>;

/**
 * Traits that follow from the same facts are computed together, each part for whose facts changed alone: a bit each, so that
 * wishes add up while they wait. All of them follow from the facts alone, but for the favourite category, which time changes too.
 */
export const PARTS = { visits: 1, orders: 2, category: 4 } as const;
export type Part = keyof typeof PARTS;
export const ALL_PARTS = PARTS.visits | PARTS.orders | PARTS.category;
/** The contact's time zone says at which hour a visit was, and of which day an order is. */
export const ZONE_PARTS = PARTS.visits | PARTS.orders;
/** What was bought in which category goes before what was looked at. */
export const ORDER_PARTS = PARTS.orders | PARTS.category;

const PART_OF: Readonly<Record<(typeof TRAITS)[keyof typeof TRAITS]['from'], Part>> = {
  visits: 'visits',
  orders: 'orders',
  'orders or views': 'category',
};

export function keysOf(part: Part): string[] {
  return Object.entries(TRAITS).flatMap(([key, { from }]) => (PART_OF[from] === part ? [key] : []));
}

/** What is a view of something in a category. */
export const VIEWS: readonly string[] = ['Product Viewed', 'Product List Viewed', 'Category Viewed'];

/** Fewer visits than this show no habit. */
export const MIN_VISITS = 3;
/** Fewer views than this, where nothing was bought, show no favourite. */
export const MIN_VIEWS = 3;
/** Fewer days with an order than this have no rhythm: two gaps are the least that can agree. */
export const MIN_ORDER_DAYS = 3;
