/** Random events and random harm, the same for the same seed. */

export type Random = {
  int(below: number): number;
  event(messageId: string): Record<string, unknown>;
  /** Replaces, adds or removes so many values anywhere inside. */
  mutate(target: Record<string, unknown>, times: number): void;
  /** A context a batch says for all its events: most are small, some are none at all, too large or too deep. */
  sharedContext(): unknown;
  /** Puts a value nested thousands of levels deep where the text asks for one. */
  deepen(text: string): string;
  /** Flips, cuts, repeats or inserts bytes. */
  damage(body: Uint8Array): Uint8Array;
};

const DEEP = '@deep@';
const WIDE = '@wide@';
/** More members than a call takes arguments. */
const WIDE_MEMBERS = 200_000;
const HUGE = '@huge@';
/** More than a letter keeps: cut there through a character, when an odd number of others comes before. */
const HUGE_CHARS = 70_000;
/** One in so many of those asked for is really put there: it costs as much as hundreds of others. */
const LARGE_EVERY = 40;
const STRANGE: readonly unknown[] = [
  null,
  true,
  -0,
  1e308,
  -1e308,
  1e-320,
  2 ** 53 + 2,
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'x\udfffy',
  '\uffff',
  '🌍'.repeat(100),
  'x'.repeat(201),
  'x'.repeat(10_240),
  'x'.repeat(40_000),
  '__proto__',
  'constructor',
  'null',
  'undefined',
  '1970-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '2026-02-30T25:61:61Z',
  '+275760-09-13T00:00:00Z',
  '0000-00-00',
  0,
  1_772_000_000_000,
  8.64e15 + 1,
  "'; drop table event; --",
  '{"a":1}',
  '\\u0000',
  [],
  {},
  [[[[]]]],
  [null, undefined, 1],
  { __proto__: null, toString: 1 },
  DEEP,
  WIDE,
  HUGE,
  `x${HUGE}`,
  'track',
  'Order Completed',
  'Order Refunded',
  'Product Added',
  'alias',
  'group',
];
const KEYS = [
  'type',
  'event',
  'messageId',
  'anonymousId',
  'userId',
  'previousId',
  'groupId',
  'timestamp',
  'originalTimestamp',
  'sentAt',
  'properties',
  'traits',
  'context',
  'name',
  '__proto__',
  'constructor',
  'a\0b',
  'order_id',
  'products',
  'price',
  'userAgent',
  'campaign',
  'page',
  '',
];
const TYPES = ['track', 'page', 'screen', 'identify', 'group', 'alias'];
const NAMES = [
  'Product Viewed',
  'Product Added',
  'Cart Viewed',
  'Order Completed',
  'Order Refunded',
  'Signed Up',
];

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number): number => Math.floor(next() * below);
  const pick = <T>(items: readonly T[]): T => items[int(items.length)] as T;
  return {
    int,
    event: (messageId) => ({
      type: pick(TYPES),
      event: pick(NAMES),
      messageId,
      anonymousId: `fuzz-${int(500)}`,
      userId: int(3) === 0 ? `user-${int(50)}` : undefined,
      previousId: 'before',
      groupId: 'acme',
      timestamp: '2026-03-01T09:59:00Z',
      properties: {
        order_id: `o-${int(1_000)}`,
        currency: 'GBP',
        product_id: `p-${int(50)}`,
        price: int(100),
        quantity: 1,
        products: [{ product_id: `p-${int(50)}`, price: 5, quantity: 2 }],
      },
      traits: { email: 'a@example.com', plan: 'gold' },
      context: {
        userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0.0.0',
        page: { url: 'https://shop.example/?utm_source=a', referrer: 'https://search.example/' },
        campaign: { source: 'a', name: 'b' },
      },
    }),
    mutate: (target, times) => {
      for (let i = 0; i < times; i += 1) mutateOnce(target, int, pick);
    },
    sharedContext: () =>
      pick<unknown>([
        { locale: 'en' },
        {},
        null,
        'text',
        [],
        DEEP,
        { note: 'x'.repeat(9_000) },
        { a: DEEP },
        WIDE,
      ]),
    deepen: (text) =>
      text
        .replaceAll(`"${DEEP}"`, () => nested(1_000 + int(11_000)))
        .replaceAll(`"${WIDE}"`, () => (int(LARGE_EVERY) === 0 ? wide() : '[1]'))
        .replaceAll(HUGE, () => (int(LARGE_EVERY) === 0 ? '🌍'.repeat(HUGE_CHARS) : 'small')),
    damage: (body) => damaged(body, int),
  };
}

function mutateOnce(
  target: Record<string, unknown>,
  int: (below: number) => number,
  pick: <T>(items: readonly T[]) => T,
): void {
  let at: Record<string, unknown> = target;
  for (let depth = 0; depth < 3; depth += 1) {
    const inner = Object.values(at).filter((value) => typeof value === 'object' && value !== null);
    if (inner.length === 0 || int(2) === 0) break;
    at = pick(inner) as Record<string, unknown>;
  }
  // The batch itself is the envelope's affair.
  const key = int(3) === 0 ? pick(KEYS) : (pick(Object.keys(at)) ?? pick(KEYS));
  if (int(6) === 0) Reflect.deleteProperty(at, key);
  else
    Object.defineProperty(at, key, {
      value: structuredClone(pick(STRANGE)),
      enumerable: true,
      configurable: true,
      writable: true,
    });
}

function nested(depth: number): string {
  return `${'{"a":['.repeat(depth / 2)}1${']}'.repeat(depth / 2)}`;
}

/** Deep at its end, so that it is written piece by piece. */
function wide(): string {
  return `[${'1,'.repeat(WIDE_MEMBERS)}${nested(200)}]`;
}

function damaged(body: Uint8Array, int: (below: number) => number): Uint8Array {
  const copy = Buffer.from(body);
  const at = int(copy.length);
  switch (int(4)) {
    case 0:
      copy[at] = int(256);
      return copy;
    case 1:
      return copy.subarray(0, at);
    case 2:
      return Buffer.concat([copy.subarray(0, at), Buffer.from([0xff, 0xfe, 0, int(256)]), copy.subarray(at)]);
    default:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(int(copy.length))]);
  }
}
