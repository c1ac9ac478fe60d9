import { formatMoney } from '../../core/money.ts';
import { MEASURES, MOMENT_MEASURES, MONEY_MEASURES } from '../contract.purchase.ts';
import { OPS } from '../contract.values.ts';
import type { Comparison, Measure, PurchaseLeaf } from '../contract.purchase.ts';
import type { CatalogueField, Language, Names } from '../leaf.ts';
import { compared, comparedDuration, dated, duration, inWindow, list, quote } from '../phrases.ts';

const LABELS: Readonly<Record<Measure, Record<Language, string>>> = {
  orders: { en: 'Number of orders', ru: 'Число заказов' },
  units: { en: 'Units bought', ru: 'Куплено единиц' },
  revenue: { en: 'Revenue', ru: 'Сумма покупок' },
  margin: { en: 'Margin', ru: 'Маржа' },
  averageOrderValue: { en: 'Average order', ru: 'Средний чек' },
  distinctProducts: { en: 'Different products', ru: 'Разных товаров' },
  daysSinceFirst: { en: 'Time since the first purchase', ru: 'Прошло с первой покупки' },
  daysSinceLast: { en: 'Time since the last purchase', ru: 'Прошло с последней покупки' },
  firstAt: { en: 'First purchase', ru: 'Первая покупка' },
  lastAt: { en: 'Last purchase', ru: 'Последняя покупка' },
};

/** What is compared, where the label alone does not read on. */
const SUBJECTS: Readonly<Partial<Record<Measure, Record<Language, string>>>> = {
  orders: { en: 'the number of orders', ru: 'число заказов' },
  units: { en: 'the number of units bought', ru: 'число купленных единиц' },
  distinctProducts: { en: 'the number of different products', ru: 'число разных товаров' },
};

export function purchaseFields(): CatalogueField[] {
  return MEASURES.map((measure) => ({
    leaf: 'purchase',
    field: measure,
    kind: MONEY_MEASURES.includes(measure) ? 'money' : MOMENT_MEASURES.includes(measure) ? 'date' : 'number',
    ops: MOMENT_MEASURES.includes(measure)
      ? [...OPS.order, 'between']
      : [...OPS.equality, ...OPS.order, 'between'],
    label: LABELS[measure],
  }));
}

/** "revenue in the last 90 days is at least £1,000.00 (products “85123A”; returns left out)". */
export function purchaseWords(leaf: PurchaseLeaf, language: Language, names: Names): string {
  const label = LABELS[leaf.measure][language];
  const what =
    SUBJECTS[leaf.measure]?.[language] ?? label.charAt(0).toLocaleLowerCase(language) + label.slice(1);
  const subject = what + inWindow(leaf.window, language);
  const test = MOMENT_MEASURES.includes(leaf.measure)
    ? dated(leaf, language)
    : compared(leaf, language, (value) => amount(leaf, Number(value), language, names));
  const notes = notesOf(leaf, language, names);
  return `${subject} ${test}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`;
}

function amount(leaf: PurchaseLeaf, value: number, language: Language, names: Names): string {
  if (MONEY_MEASURES.includes(leaf.measure)) {
    return formatMoney(
      BigInt(value),
      leaf.currency ?? names.baseCurrency,
      language === 'ru' ? 'ru-RU' : 'en-GB',
    );
  }
  if (leaf.measure === 'daysSinceFirst' || leaf.measure === 'daysSinceLast') {
    const unit = leaf.zone === undefined ? 'days' : 'calendarDays';
    const equal = leaf.op === 'is' || leaf.op === 'isNot';
    return equal ? duration(value, unit, language) : comparedDuration(value, unit, language);
  }
  return quote(value, language);
}

const note = (label: string, text: string | undefined): string[] =>
  text === undefined ? [] : [`${label} ${text}`];

function notesOf(leaf: PurchaseLeaf, language: Language, names: Names): string[] {
  const ru = language === 'ru';
  const { products, categories, channels, coupons, couponUsed, quantity, price } = leaf.where ?? {};
  const named = (values: readonly string[] | undefined): string | undefined =>
    values === undefined ? undefined : list(values, language);
  const numbers = (comparison: Comparison | undefined, value: (of: number) => string): string | undefined =>
    comparison === undefined ? undefined : compared(comparison, language, (of) => value(Number(of)));
  const currency = leaf.currency ?? names.baseCurrency;
  return [
    ...note(ru ? 'товары' : 'products', named(products)),
    ...note(ru ? 'категории с вложенными' : 'categories with all below', named(categories)),
    ...note(ru ? 'каналы' : 'channels', named(channels)),
    ...note(ru ? 'купоны' : 'coupons', named(coupons)),
    ...(couponUsed === undefined
      ? []
      : [ru ? (couponUsed ? 'с купоном' : 'без купона') : couponUsed ? 'with a coupon' : 'without a coupon']),
    ...note(
      ru ? 'количество в строке' : 'quantity of the line',
      numbers(quantity, (value) => quote(value, language)),
    ),
    ...note(
      ru ? 'цена' : 'unit price',
      numbers(price, (value) => formatMoney(BigInt(Math.round(value)), currency, ru ? 'ru-RU' : 'en-GB')),
    ),
    ...(leaf.currency === undefined ? [] : [ru ? `только ${leaf.currency}` : `${leaf.currency} only`]),
    ...(leaf.returns === 'exclude' ? [ru ? 'без учёта возвратов' : 'returns left out'] : []),
  ];
}
