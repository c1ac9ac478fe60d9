import { BEHAVIOUR_MEASURES, SEEN_AGES, SEEN_AT } from '../contract.behaviour.ts';
import type { BehaviourLeaf, BehaviourMeasure } from '../contract.behaviour.ts';
import { OPS } from '../contract.values.ts';
import type { CatalogueField, Language } from '../leaf.ts';
import { compared, comparedDuration, dated, duration, inWindow, list, quote } from '../phrases.ts';

const LABELS: Readonly<Record<BehaviourMeasure, Record<Language, string>>> = {
  visits: { en: 'Visits', ru: 'Число визитов' },
  pages: { en: 'Pages seen', ru: 'Число просмотренных страниц' },
  depth: { en: 'Pages per visit', ru: 'Страниц за визит' },
  time: { en: 'Time on the site, in seconds', ru: 'Время на сайте в секундах' },
  productViews: { en: 'Product views', ru: 'Просмотры товаров' },
  categoryViews: { en: 'Category views', ru: 'Просмотры категорий' },
  priceViews: { en: 'Price page views', ru: 'Просмотры страниц с ценами' },
  daysSinceFirstSeen: { en: 'Time since first seen', ru: 'Прошло с первого визита' },
  daysSinceLastSeen: { en: 'Time since last seen', ru: 'Прошло с последнего визита' },
  firstSeenAt: { en: 'First seen', ru: 'Первый визит' },
  lastSeenAt: { en: 'Last seen', ru: 'Последний визит' },
};

export function behaviourFields(): CatalogueField[] {
  return BEHAVIOUR_MEASURES.map((measure) => ({
    leaf: 'behaviour',
    field: measure,
    kind: SEEN_AT.includes(measure) ? 'date' : 'number',
    ops: SEEN_AT.includes(measure) ? [...OPS.order, 'between'] : [...OPS.equality, ...OPS.order, 'between'],
    label: LABELS[measure],
  }));
}

/** "the change of price page views in the last 7 days against the 7 days before is at least 2 (channels “Email”)". */
export function behaviourWords(leaf: BehaviourLeaf, language: Language): string {
  const ru = language === 'ru';
  const label = LABELS[leaf.measure][language];
  const small = label.charAt(0).toLocaleLowerCase(language) + label.slice(1);
  const window =
    leaf.days === undefined ? '' : inWindow({ type: 'last', unit: 'days', amount: leaf.days }, language);
  const subject =
    leaf.trend === undefined
      ? small + window
      : ru
        ? `изменение (${small})${window} против такого же срока до него`
        : `the change of ${small}${window} against as long before`;
  const test = SEEN_AT.includes(leaf.measure)
    ? dated(leaf, language)
    : compared(leaf, language, (value) => amount(leaf, Number(value), language));
  const notes = notesOf(leaf, language);
  return `${subject} ${test}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`;
}

function amount(leaf: BehaviourLeaf, value: number, language: Language): string {
  if (!SEEN_AGES.includes(leaf.measure)) return quote(value, language);
  const unit = leaf.zone === undefined ? 'days' : 'calendarDays';
  const equal = leaf.op === 'is' || leaf.op === 'isNot';
  return equal ? duration(value, unit, language) : comparedDuration(value, unit, language);
}

function notesOf(leaf: BehaviourLeaf, language: Language): string[] {
  const ru = language === 'ru';
  const { channels, sources, mediums, campaigns, devices, converted } = leaf.where ?? {};
  const note = (label: string, values: readonly string[] | undefined): string[] =>
    values === undefined ? [] : [`${label} ${list(values, language)}`];
  return [
    ...note(ru ? 'каналы' : 'channels', channels),
    ...note(ru ? 'источники' : 'sources', sources),
    ...note(ru ? 'типы трафика' : 'mediums', mediums),
    ...note(ru ? 'кампании' : 'campaigns', campaigns),
    ...note(ru ? 'устройства' : 'devices', devices),
    ...(converted === undefined
      ? []
      : [ru ? (converted ? 'с заказом' : 'без заказа') : converted ? 'with an order' : 'without an order']),
  ];
}
