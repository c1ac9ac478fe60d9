import { EVENT_AGES, EVENT_MEASURES, EVENT_MOMENTS } from '../contract.event.ts';
import type { EventLeaf, EventMeasure, PropertyTest } from '../contract.event.ts';
import { OPS } from '../contract.values.ts';
import type { CatalogueField, Language } from '../leaf.ts';
import { compared, comparedDuration, dated, duration, inWindow, list, quote } from '../phrases.ts';

const LABELS: Readonly<Record<EventMeasure, Record<Language, string>>> = {
  count: { en: 'Number of events', ru: 'Число событий' },
  sum: { en: 'Sum of a property', ru: 'Сумма по свойству' },
  avg: { en: 'Average of a property', ru: 'Среднее по свойству' },
  min: { en: 'Least value of a property', ru: 'Наименьшее значение свойства' },
  max: { en: 'Greatest value of a property', ru: 'Наибольшее значение свойства' },
  distinct: { en: 'Different values of a property', ru: 'Разных значений свойства' },
  firstAt: { en: 'First event', ru: 'Первое событие' },
  lastAt: { en: 'Last event', ru: 'Последнее событие' },
  daysSinceFirst: { en: 'Time since the first event', ru: 'Прошло с первого события' },
  daysSinceLast: { en: 'Time since the last event', ru: 'Прошло с последнего события' },
};

/** The count stands first: it is what a leaf without a measure asks. */
export const eventFields = (): CatalogueField[] =>
  EVENT_MEASURES.map((measure) => ({
    leaf: 'event',
    field: measure,
    kind: EVENT_MOMENTS.includes(measure) ? 'date' : 'number',
    ops: EVENT_MOMENTS.includes(measure)
      ? [...OPS.order, 'between']
      : [...OPS.equality, ...OPS.order, 'between'],
    label: LABELS[measure],
  }));

const SUBJECTS: Readonly<Record<EventMeasure, Record<Language, (name: string, property: string) => string>>> =
  {
    count: { en: (name) => `the number of events ${name}`, ru: (name) => `число событий ${name}` },
    sum: {
      en: (name, of) => `the sum of ${of} over events ${name}`,
      ru: (name, of) => `сумма ${of} по событиям ${name}`,
    },
    avg: {
      en: (name, of) => `the average of ${of} over events ${name}`,
      ru: (name, of) => `среднее ${of} по событиям ${name}`,
    },
    min: {
      en: (name, of) => `the least ${of} of events ${name}`,
      ru: (name, of) => `наименьшее ${of} в событиях ${name}`,
    },
    max: {
      en: (name, of) => `the greatest ${of} of events ${name}`,
      ru: (name, of) => `наибольшее ${of} в событиях ${name}`,
    },
    distinct: {
      en: (name, of) => `the number of different ${of} of events ${name}`,
      ru: (name, of) => `число разных ${of} в событиях ${name}`,
    },
    firstAt: { en: (name) => `the first event ${name}`, ru: (name) => `первое событие ${name}` },
    lastAt: { en: (name) => `the last event ${name}`, ru: (name) => `последнее событие ${name}` },
    daysSinceFirst: {
      en: (name) => `time since the first event ${name}`,
      ru: (name) => `прошло с первого события ${name}`,
    },
    daysSinceLast: {
      en: (name) => `time since the last event ${name}`,
      ru: (name) => `прошло с последнего события ${name}`,
    },
  };

/** "the number of events “Product Viewed” in the last 7 days is at least 3 (category is “tea”)". */
export function eventWords(leaf: EventLeaf, language: Language): string {
  const measure = leaf.measure ?? 'count';
  const subject = SUBJECTS[measure][language](
    quote(leaf.name, language),
    quote(leaf.property ?? '', language),
  );
  const test = EVENT_MOMENTS.includes(measure)
    ? dated(leaf, language)
    : compared(leaf, language, (value) => amount(leaf, Number(value), language));
  const notes = (leaf.where ?? []).map((one) => `${one.property} ${told(one, language)}`);
  const said = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
  return `${subject}${inWindow(leaf.window, language)} ${test}${said}`;
}

function amount(leaf: EventLeaf, value: number, language: Language): string {
  if (!EVENT_AGES.includes(leaf.measure ?? 'count')) return quote(value, language);
  const unit = leaf.zone === undefined ? 'days' : 'calendarDays';
  const equal = leaf.op === 'is' || leaf.op === 'isNot';
  return equal ? duration(value, unit, language) : comparedDuration(value, unit, language);
}

const PHRASES = {
  en: {
    in: 'is one of',
    notIn: 'is none of',
    contains: 'contains',
    exists: 'is known',
    lacks: 'is not known',
  },
  ru: {
    in: '— одно из',
    notIn: '— ни одно из',
    contains: 'содержит',
    exists: '— указано',
    lacks: '— не указано',
  },
} as const;

function told(test: PropertyTest, language: Language): string {
  switch (test.op) {
    case 'exists':
    case 'lacks':
      return PHRASES[language][test.op];
    case 'in':
    case 'notIn':
      return `${PHRASES[language][test.op]} ${list(test.value, language)}`;
    case 'contains':
      return `${PHRASES[language].contains} ${quote(test.value, language)}`;
    case 'is':
    case 'isNot':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
    default: {
      const { value } = test;
      return compared({ op: test.op, value: 0 }, language, () => quote(value, language));
    }
  }
}
