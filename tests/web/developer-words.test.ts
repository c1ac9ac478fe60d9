import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { WARNING_CODES } from '../../src/tracking/contract.ts';
import { CONSENT_MISSING, CONSENT_REFUSED } from '../../src/tracking/consent.ts';
import { PROBLEMS } from '../../src/tracking/measure.ts';
import { normalise } from '../../src/tracking/normalise.ts';
import en from '../../web/src/i18n/en/developer.ts';
import ru from '../../web/src/i18n/ru/developer.ts';
import { bucketsOf } from '../../web/src/pages/developer/health.ts';
import { knownKey, partsOf } from '../../web/src/pages/developer/reasons.ts';

/** Texts by which the sources of the server refuse something, with what they put in as an example. */
function reasonsIn(path: string, calls: RegExp): string[] {
  const text = readFileSync(new URL(`../../src/${path}`, import.meta.url), 'utf8');
  return [...text.matchAll(calls)].map(([, , said = '']) =>
    said
      .replaceAll(/\$\{\w+\.toISOString\(\)\}/g, '2026-01-01T00:00:00.000Z')
      .replaceAll(/\$\{[^}]*[cC]urrency\}/g, 'EUR')
      .replaceAll(/\$\{field\}/g, 'field')
      .replaceAll(/\$\{[^}]*\}/g, '7'),
  );
}

const type = normalise({ type: 'x' }, new Date(0));
const REASONS = [
  ...reasonsIn('tracking/normalise.ts', /(?:Refusal|missing)\(\s*(['`])([^'`]+)\1/g).filter(
    (reason) => !reason.startsWith('type: '),
  ),
  ...(type.ok ? [] : [type.reason]),
  ...Object.values(PROBLEMS),
  CONSENT_MISSING,
  CONSENT_REFUSED,
  ...reasonsIn('tracking/poison.ts', /storable\((`)(could[^`]+)\1/g),
  ...reasonsIn('tracking/actions.letters.ts', /reason: (['`])([a-z][^'`]+)\1/g),
  ...reasonsIn('tracking/commerce/follow.ts', /refuse\((['`])([^'`]+)\1/g),
  ...reasonsIn('tracking/commerce/actions.orders.ts', /const [A-Z_]+ = (')([a-z][^']+)\1/g),
  ...reasonsIn('tracking/commerce/order.ts', /(?:error: |\/, )(')([^']+)\1/g),
  ...reasonsIn('orders/draft.ts', /invalid\(\s*'\w+',\s*(['`])([^'`]+)\1/g),
  ...reasonsIn(
    'orders/actions.place.ts',
    /(?:invalid\(\s*'\w+',|conflict\('\w+',|detail =)\s*(['`])([^'`]+)\1/g,
  ),
  ...reasonsIn('orders/actions.follow.ts', /(?:invalid\('\w+',|detail =)\s*(['`])([^'`]+)\1/g),
  'products.0.price: Invalid input: expected number, received undefined',
  'products: Too small: expected array to have >=1 items',
  'coupon: Too big: expected string to have <=64 characters',
  'order not taken: currency: three letters, such as EUR',
].filter((reason) => !/At most/.test(reason) && !reason.startsWith('order not taken: 7'));

describe('why events are set aside', () => {
  test('is told of in many ways, which the sources name', () => {
    expect(REASONS.length).toBeGreaterThan(40);
  });

  test.each([...new Set(REASONS)])('%s: has words in English and Russian', (reason) => {
    const key = knownKey(partsOf(reason).said, (one) => Object.hasOwn(en.reasons, one));
    expect(key).toBeDefined();
    expect(ru.reasons[key as keyof typeof ru.reasons]).toMatch(/[а-я]/i);
  });

  test('every warning has words', () => {
    expect(Object.keys(en.warnings).toSorted()).toEqual([...WARNING_CODES].toSorted());
    for (const code of WARNING_CODES) expect(ru.warnings[code]).toMatch(/[а-я]/);
  });

  test('a sentence nobody knows is shown as it is', () => {
    expect(knownKey('the moon is full', (key) => Object.hasOwn(en.reasons, key))).toBeUndefined();
  });
});

test.each([
  [1, 60],
  [24, 48],
  [168, 56],
])('bars of %i hours begin on the clock and hold what came now', (hours, size) => {
  const now = Date.parse('2026-03-01T10:07:31Z');
  const minute = { minute: '2026-03-01T10:07:00Z', accepted: 3, duplicate: 0, rejected: 1 };
  const buckets = bucketsOf([minute], hours, size, now);
  const width = (hours * 3_600_000) / size;
  expect(buckets).toHaveLength(size);
  expect(buckets.filter(({ from }) => from % width !== 0)).toEqual([]);
  expect(buckets.at(-1)).toMatchObject({ accepted: 3, rejected: 1 });
});
