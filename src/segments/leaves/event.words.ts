import type { EventLeaf, PropertyTest } from '../contract.behaviour.ts';
import { OPS } from '../contract.values.ts';
import type { CatalogueField, Language } from '../leaf.ts';
import { compared, inWindow, list, quote } from '../phrases.ts';

export const eventFields = (): CatalogueField[] => [
  {
    leaf: 'event',
    field: 'count',
    kind: 'number',
    ops: [...OPS.equality, ...OPS.order, 'between'],
    label: { en: 'Number of events', ru: 'Число событий' },
  },
];

/** "the number of events “Product Viewed” in the last 7 days is at least 3 (category is “tea”)". */
export function eventWords(leaf: EventLeaf, language: Language): string {
  const name = quote(leaf.name, language);
  const subject = language === 'ru' ? `число событий ${name}` : `the number of events ${name}`;
  const test = compared(leaf, language, (value) => quote(value, language));
  const notes = (leaf.where ?? []).map((one) => `${one.property} ${told(one, language)}`);
  const said = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
  return `${subject}${inWindow(leaf.window, language)} ${test}${said}`;
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
