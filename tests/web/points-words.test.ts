import { expect, test } from 'vitest';
import en from '../../web/src/i18n/en/wallet.ts';
import ru from '../../web/src/i18n/ru/wallet.ts';
import { aboutWords, reasonWords } from '../../web/src/pages/loyalty/member/about.ts';

test.each([
  ['en', en, 'order 2026-1', 'for a recommendation', 'Cut: the program’s limit of one order'],
  ['ru', ru, 'заказ 2026-1', 'за рекомендацию', 'Не всё: предел программы за один заказ'],
] as const)(
  'a movement of points is told in plain words, never by ids of ours: %s',
  (_language, words, order, friend, cut) => {
    const known = words as unknown as Record<string, Record<string, string>>;
    const t = ((key: string, given: { number?: string } = {}) => {
      const [area = '', word = ''] = key.split('.');
      return known[area]?.[word]?.replace('{{number}}', given.number ?? '');
    }) as unknown as Parameters<typeof aboutWords>[0];
    const id = '0190c0de-0000-7000-8000-000000000001';
    const of = (ref: string | null, orderNumber: string | null = null) => aboutWords(t, { ref, orderNumber });
    expect(of(`order:${id}`, '2026-1')).toBe(order);
    expect(of(id, '2026-1')).toBe(order);
    expect(of(`referral:${id}`)).toBe(friend);
    expect([of(`order:${id}`), of(id), of(null)]).toEqual([undefined, undefined, undefined]);
    expect(reasonWords(t, 'order_limit')).toBe(cut);
    expect(reasonWords(t, 'sorry')).toBe('sorry');
  },
);
