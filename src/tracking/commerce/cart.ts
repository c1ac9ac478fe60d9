import type { CartEvent } from './names.ts';
import { codeOf, currencyOf, numberOf, productOf, productsOf, quantityOf } from './product.ts';
import type { Bag, ToldProduct } from './product.ts';

/**
 * Carts of one visitor at one source, folded from what was done in the order of time. Events of the same instant count by
 * what they do, then in the order of their message ids, so that the result never depends on the order in which they came. Pure.
 */
export type CartStep = {
  /** Message id, else the fact's id. */
  key: string;
  at: Date;
  name: CartEvent;
  properties: Bag;
};

export type CartLine = {
  product: string;
  quantity: number;
  name: string | null;
  price: string | null;
  imageUrl: string | null;
  url: string | null;
};

export type Cart = {
  /** Key of the step that opened it. */
  openKey: string;
  openedAt: Date;
  /** The last thing that was done with it. */
  lastAt: Date;
  state: 'open' | 'ordered';
  /** The shop's own number of the cart. */
  number: string | null;
  orderNumber: string | null;
  orderedAt: Date | null;
  checkoutAt: Date | null;
  /** The furthest step of the checkout. */
  checkoutStep: number | null;
  coupons: string[];
  currency: string | null;
  lines: CartLine[];
};

/** A longer cart is a mistake or an attack; what goes beyond is left out. */
const MAX_LINES = 200;
const MAX_COUPONS = 20;
const MAX_STEP = 100;

/** Of one instant: what fills a cart comes before what needs one, and the order that ends it last. */
function rankOf(name: CartEvent): number {
  if (name === 'Order Completed') return 3;
  if (name === 'Product Removed') return 2;
  return name === 'Product Added' || name === 'Wishlist Product Added to Cart' ? 0 : 1;
}

function inOrder(a: CartStep, b: CartStep): number {
  const gap = a.at.getTime() - b.at.getTime() || rankOf(a.name) - rankOf(b.name);
  return gap === 0 ? (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) : gap;
}

/** All carts these steps make, in the order of time. The steps may stand in any order. */
export function foldCarts(steps: readonly CartStep[]): Cart[] {
  const state: State = { carts: [], open: null, orders: new Set() };
  for (const step of steps.toSorted(inOrder)) APPLY[step.name](state, step);
  return state.carts;
}

type State = { carts: Cart[]; open: Cart | null; orders: Set<string> };
type Apply = (state: State, step: CartStep) => void;

const APPLY: Readonly<Record<CartEvent, Apply>> = {
  'Product Added': add,
  'Wishlist Product Added to Cart': add,
  'Product Removed': remove,
  'Cart Viewed': (state, step) => void replace(state, step),
  'Checkout Started': checkout,
  'Checkout Step Viewed': checkout,
  'Checkout Step Completed': checkout,
  'Payment Info Entered': checkout,
  'Coupon Entered': (state, step) => void touch(state, step),
  'Coupon Applied': applyCoupon,
  'Coupon Denied': removeCoupon,
  'Coupon Removed': removeCoupon,
  'Order Completed': order,
};

function add(state: State, step: CartStep): void {
  const product = productOf(step.properties);
  if (product === null) return;
  const cart = touch(state, step) ?? open(state, step);
  const line = cart.lines.find((one) => one.product === product.code);
  if (line !== undefined) Object.assign(line, lineOf(product, line), { quantity: sum(line, product) });
  else if (cart.lines.length < MAX_LINES) cart.lines.push(lineOf(product, null));
}

const sum = (line: CartLine, product: ToldProduct): number =>
  Math.round((line.quantity + product.quantity) * 1_000) / 1_000;

function remove(state: State, step: CartStep): void {
  const product = productOf(step.properties);
  const cart = touch(state, step);
  if (cart === null || product === null) return;
  const line = cart.lines.find((one) => one.product === product.code);
  if (line === undefined) return;
  // Without a number of units the product is taken out altogether.
  const taken = quantityOf(step.properties['quantity']) ?? line.quantity;
  line.quantity = Math.round((line.quantity - taken) * 1_000) / 1_000;
  if (line.quantity <= 0) cart.lines = cart.lines.filter((one) => one !== line);
}

/** A list of products is what the cart holds now, whatever was seen of it before. */
function replace(state: State, step: CartStep): Cart | null {
  const products = productsOf(step.properties, MAX_LINES);
  const present = touch(state, step);
  if (products === null || (products.length === 0 && present === null)) return present;
  const cart = present ?? open(state, step);
  const lines = new Map<string, CartLine>();
  for (const product of products) {
    const twice = lines.get(product.code);
    if (twice === undefined) lines.set(product.code, lineOf(product, null));
    else twice.quantity = sum(twice, product);
  }
  cart.lines = [...lines.values()];
  return cart;
}

function checkout(state: State, step: CartStep): void {
  // An empty list says nothing here: shops send the steps of a checkout without their products.
  const listed = (productsOf(step.properties, 1) ?? []).length > 0;
  const cart = listed ? replace(state, step) : touch(state, step);
  if (cart === null) return;
  cart.checkoutAt ??= step.at;
  const reached = numberOf(step.properties['step']);
  if (reached !== null && reached >= 0 && reached <= MAX_STEP)
    cart.checkoutStep = Math.max(cart.checkoutStep ?? 0, Math.trunc(reached));
}

function applyCoupon(state: State, step: CartStep): void {
  const cart = touch(state, step);
  const coupon = couponOf(step.properties);
  if (cart === null || coupon === null || cart.coupons.includes(coupon)) return;
  if (cart.coupons.length < MAX_COUPONS) cart.coupons.push(coupon);
}

function removeCoupon(state: State, step: CartStep): void {
  const cart = touch(state, step);
  const coupon = couponOf(step.properties);
  if (cart !== null) cart.coupons = cart.coupons.filter((one) => one !== coupon);
}

const couponOf = (properties: Bag): string | null =>
  codeOf(properties['coupon_id']) ?? codeOf(properties['coupon_name']) ?? codeOf(properties['coupon']);

/** The same order told again closes no second cart. */
function order(state: State, step: CartStep): void {
  const number = codeOf(step.properties['order_id']);
  if (number !== null && state.orders.has(number)) return;
  if (number !== null) state.orders.add(number);
  const cart = touch(state, step);
  if (cart === null) return;
  Object.assign(cart, { state: 'ordered', orderNumber: number, orderedAt: step.at } satisfies Partial<Cart>);
  state.open = null;
}

/** The open cart, with what every step tells of it. */
function touch(state: State, { at, properties }: CartStep): Cart | null {
  const cart = state.open;
  if (cart === null) return null;
  cart.lastAt = at;
  cart.number = codeOf(properties['cart_id']) ?? cart.number;
  cart.currency = currencyOf(properties['currency']) ?? cart.currency;
  return cart;
}

function open(state: State, step: CartStep): Cart {
  const cart: Cart = {
    openKey: step.key,
    openedAt: step.at,
    lastAt: step.at,
    state: 'open',
    number: null,
    orderNumber: null,
    orderedAt: null,
    checkoutAt: null,
    checkoutStep: null,
    coupons: [],
    currency: null,
    lines: [],
  };
  state.open = cart;
  state.carts.push(cart);
  touch(state, step);
  return cart;
}

/** What is told now counts, what is not stays as it was. */
function lineOf(told: ToldProduct, before: CartLine | null): CartLine {
  return {
    product: told.code,
    quantity: told.quantity,
    name: told.name ?? before?.name ?? null,
    price: told.price ?? before?.price ?? null,
    imageUrl: told.imageUrl ?? before?.imageUrl ?? null,
    url: told.url ?? before?.url ?? null,
  };
}
