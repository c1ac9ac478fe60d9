import { CONTACT_FIELDS, CUSTOM_PREFIX, opsOfKind, TRAIT_FIELDS } from '../contract.fields.ts';
import type { ContactField, TraitField } from '../contract.fields.ts';
import { attributeKind } from '../contract.attribute.ts';
import type { AttributeLeaf } from '../contract.attribute.ts';
import type { CatalogueField, Language } from '../leaf.ts';
import { compared, dated, list, quote, stretch } from '../phrases.ts';

const LABELS: Readonly<Record<ContactField | TraitField, Record<Language, string>>> = {
  name: { en: 'Name', ru: 'Имя целиком' },
  givenName: { en: 'Given name', ru: 'Имя' },
  familyName: { en: 'Family name', ru: 'Фамилия' },
  email: { en: 'Email', ru: 'Эл. почта' },
  phone: { en: 'Phone', ru: 'Телефон' },
  country: { en: 'Country', ru: 'Страна' },
  city: { en: 'City', ru: 'Город' },
  locale: { en: 'Language', ru: 'Язык' },
  timeZone: { en: 'Time zone', ru: 'Часовой пояс' },
  kind: { en: 'Kind', ru: 'Вид' },
  roles: { en: 'Roles', ru: 'Роли' },
  tags: { en: 'Tags', ru: 'Метки' },
  status: { en: 'Status', ru: 'Статус' },
  ownerId: { en: 'Owner', ru: 'Ответственный' },
  source: { en: 'Source', ru: 'Источник' },
  externalId: { en: 'Outside id', ru: 'Внешний код' },
  birthday: { en: 'Birthday', ru: 'День рождения' },
  birthYear: { en: 'Year of birth', ru: 'Год рождения' },
  birthMonth: { en: 'Month of birth', ru: 'Месяц рождения' },
  birthDay: { en: 'Day of birth', ru: 'Число рождения' },
  createdAt: { en: 'Created', ru: 'Дата создания' },
  updatedAt: { en: 'Changed', ru: 'Дата изменения' },
  'traits.favouriteCategory': { en: 'Favourite category', ru: 'Любимая категория' },
  'traits.usualHour': { en: 'Usual hour of visits', ru: 'Обычный час визитов' },
  'traits.usualWeekday': {
    en: 'Usual weekday of visits (1 is Monday)',
    ru: 'Обычный день недели визитов (1 — понедельник)',
  },
  'traits.usualChannel': { en: 'Usual channel', ru: 'Обычный канал' },
  'traits.device': { en: 'Device', ru: 'Устройство' },
  'traits.averageOrderValue': { en: 'Average order value', ru: 'Средняя сумма заказа' },
  'traits.expectedNextOrder': { en: 'Next order expected', ru: 'Ожидаемый следующий заказ' },
  'traits.firstTouchAt': { en: 'First touch', ru: 'Первое касание' },
  'traits.firstTouchChannel': { en: 'Channel of the first touch', ru: 'Канал первого касания' },
  'traits.firstTouchSource': { en: 'Source of the first touch', ru: 'Источник первого касания' },
  'traits.firstTouchMedium': { en: 'Medium of the first touch', ru: 'Тип трафика первого касания' },
  'traits.firstTouchCampaign': { en: 'Campaign of the first touch', ru: 'Кампания первого касания' },
  'traits.lastTouchAt': { en: 'Last touch', ru: 'Последнее касание' },
  'traits.lastTouchChannel': { en: 'Channel of the last touch', ru: 'Канал последнего касания' },
  'traits.lastTouchSource': { en: 'Source of the last touch', ru: 'Источник последнего касания' },
  'traits.lastTouchMedium': { en: 'Medium of the last touch', ru: 'Тип трафика последнего касания' },
  'traits.lastTouchCampaign': { en: 'Campaign of the last touch', ru: 'Кампания последнего касания' },
};

export function attributeFields(): CatalogueField[] {
  return Object.entries({ ...CONTACT_FIELDS, ...TRAIT_FIELDS }).map(([field, kind]) => ({
    leaf: 'attribute',
    field,
    kind,
    ops: opsOfKind(kind),
    label: LABELS[field as keyof typeof LABELS],
  }));
}

/** Lists are told in the singular, and moments as dates, so that one set of verbs suits all fields. */
const SUBJECTS: Readonly<Record<string, Record<Language, string>>> = {
  tags: { en: 'the list of tags', ru: 'список меток' },
  roles: { en: 'the list of roles', ru: 'список ролей' },
  createdAt: { en: 'the date of creation', ru: 'дата создания' },
  updatedAt: { en: 'the date of the last change', ru: 'дата изменения' },
};

function labelOf(field: string, language: Language): string {
  const subject = SUBJECTS[field];
  if (subject !== undefined) return subject[language];
  if (field.startsWith(CUSTOM_PREFIX)) return quote(field.slice(CUSTOM_PREFIX.length), language);
  const label = LABELS[field as keyof typeof LABELS][language];
  return label.charAt(0).toLocaleLowerCase(language) + label.slice(1);
}

const PHRASES = {
  en: {
    in: 'is one of',
    notIn: 'is none of',
    contains: 'contains',
    startsWith: 'starts with',
    endsWith: 'ends with',
    matches: 'matches the pattern',
    exists: 'is known',
    lacks: 'is not known',
  },
  ru: {
    in: '— одно из',
    notIn: '— ни одно из',
    contains: 'содержит',
    startsWith: 'начинается с',
    endsWith: 'кончается на',
    matches: 'подходит под шаблон',
    exists: '— указано',
    lacks: '— не указано',
  },
} as const;

/** "country is not “United Kingdom”". */
export function attributeWords(leaf: AttributeLeaf, language: Language): string {
  return `${labelOf(leaf.field, language)} ${predicate(leaf, language)}`;
}

function predicate(leaf: AttributeLeaf, language: Language): string {
  switch (leaf.op) {
    case 'exists':
    case 'lacks':
      return PHRASES[language][leaf.op];
    case 'in':
    case 'notIn':
      return `${PHRASES[language][leaf.op]} ${list(leaf.value, language)}`;
    case 'contains':
    case 'startsWith':
    case 'endsWith':
    case 'matches':
      return `${PHRASES[language][leaf.op]} ${quote(leaf.value, language)}`;
    case 'within': {
      const when = stretch(leaf.direction, leaf.amount, leaf.unit, language);
      const zone = leaf.unit === 'calendarDays' ? ` (${leaf.zone})` : '';
      return language === 'ru' ? `приходится на ${when}${zone}` : `is in ${when}${zone}`;
    }
    case 'anniversary': {
      const when = stretch('next', leaf.days, 'days', language);
      const zone = leaf.zone === undefined ? '' : ` (${leaf.zone})`;
      return language === 'ru'
        ? `отмечается в ${when}, считая сегодня${zone}`
        : `comes round in ${when}, today included${zone}`;
    }
    case 'between':
      return attributeKind(leaf) === 'date'
        ? dated(leaf, language)
        : compared(leaf, language, (value) => quote(value, language));
    case 'is':
    case 'isNot':
      if (typeof leaf.value === 'boolean') {
        return compared({ op: leaf.op, value: 0 }, language, () => quote(leaf.value, language));
      }
      return compared({ op: leaf.op, value: leaf.value }, language, (value) => quote(value, language));
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
    default:
      return attributeKind(leaf) === 'date'
        ? dated(leaf, language)
        : compared(leaf, language, (value) => quote(value, language));
  }
}
