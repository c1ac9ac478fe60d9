import type { ScoreRuleInput } from './contract.ts';

/** Rules of a new installation; the owner changes them on the scoring page. */

const engagement = (
  name: string,
  fact: 'event' | 'response' | 'order',
  factName: string,
  points: number,
  more: Partial<Extract<ScoreRuleInput, { kind: 'engagement' }>> = {},
): ScoreRuleInput => ({
  kind: 'engagement',
  name,
  fact,
  factName,
  points,
  enabled: true,
  halfLifeDays: 14,
  cap: null,
  once: 'fact',
  trust: 'public',
  ...more,
});

const fit = (
  name: string,
  points: number,
  condition: { type: string } & Record<string, unknown>,
): ScoreRuleInput => ({
  kind: 'fit',
  name,
  points,
  enabled: true,
  condition,
});

export const DEFAULT_RULES: readonly ScoreRuleInput[] = [
  engagement('Opened a message', 'response', 'opened', 5, { once: 'message', cap: 15 }),
  engagement('Clicked in a message', 'response', 'clicked', 25, { once: 'message', cap: 50 }),
  engagement('Unsubscribed', 'response', 'unsubscribed', -50, { halfLifeDays: null, once: 'message' }),
  engagement('Complained of spam', 'response', 'complained', -100, { halfLifeDays: null, once: 'message' }),
  engagement('Viewed a page', 'event', 'Page Viewed', 2, { halfLifeDays: 7, cap: 20 }),
  engagement('Viewed a product', 'event', 'Product Viewed', 8, { halfLifeDays: 7, cap: 32 }),
  engagement('Put a product into the cart', 'event', 'Product Added', 20, { halfLifeDays: 7, cap: 40 }),
  engagement('Began the checkout', 'event', 'Checkout Started', 25, { halfLifeDays: 7, cap: 25 }),
  engagement('Placed an order', 'order', '', 15, { halfLifeDays: 30, cap: 30, trust: 'server' }),
  fit('Has bought at least once', 10, { type: 'purchase', measure: 'orders', op: 'gte', value: 1 }),
  fit('Has bought three times or more', 15, { type: 'purchase', measure: 'orders', op: 'gte', value: 3 }),
  fit('Can be written to', 5, { type: 'attribute', field: 'email', op: 'exists' }),
];
