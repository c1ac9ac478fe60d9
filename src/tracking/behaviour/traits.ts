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

/** Fewer visits than this show no habit. */
export const MIN_VISITS = 3;
/** Fewer views than this, where nothing was bought, show no favourite. */
export const MIN_VIEWS = 3;
/** Fewer days with an order than this have no rhythm: two gaps are the least that can agree. */
export const MIN_ORDER_DAYS = 3;
