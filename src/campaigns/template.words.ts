/** Words that helpers put in by themselves, in every language the editor offers; others read English. Pure. */

type Words = {
  /** Forms of "point" and "order" as Intl.PluralRules tells them apart: one, other | one, few, many. */
  points: readonly string[];
  orders: readonly string[];
  /** %a: an amount with its unit, %t: a tier. */
  toTier: string;
  topTier: string;
  yourCode: string;
  /** %d: a date; %m: money. */
  validUntil: string;
  fromOrder: string;
};

const EN: Words = {
  points: ['point', 'points'],
  orders: ['order', 'orders'],
  toTier: '%a to %t',
  topTier: '%t: the highest tier',
  yourCode: 'Your personal code',
  validUntil: 'Valid until %d',
  fromOrder: 'For orders from %m',
};

const WORDS: Readonly<Record<string, Words>> = {
  en: EN,
  ru: {
    points: ['балл', 'балла', 'баллов'],
    orders: ['заказ', 'заказа', 'заказов'],
    toTier: '%a до уровня «%t»',
    topTier: '«%t»: высший уровень',
    yourCode: 'Ваш личный код',
    validUntil: 'Действует до %d',
    fromOrder: 'При заказе от %m',
  },
  uk: {
    points: ['бал', 'бали', 'балів'],
    orders: ['замовлення', 'замовлення', 'замовлень'],
    toTier: '%a до рівня «%t»',
    topTier: '«%t»: найвищий рівень',
    yourCode: 'Ваш особистий код',
    validUntil: 'Діє до %d',
    fromOrder: 'Для замовлень від %m',
  },
  pl: {
    points: ['punkt', 'punkty', 'punktów'],
    orders: ['zamówienie', 'zamówienia', 'zamówień'],
    toTier: '%a do poziomu %t',
    topTier: '%t: najwyższy poziom',
    yourCode: 'Twój osobisty kod',
    validUntil: 'Ważny do %d',
    fromOrder: 'Przy zamówieniu od %m',
  },
  de: {
    points: ['Punkt', 'Punkte'],
    orders: ['Bestellung', 'Bestellungen'],
    toTier: '%a bis %t',
    topTier: '%t: die höchste Stufe',
    yourCode: 'Ihr persönlicher Code',
    validUntil: 'Gültig bis %d',
    fromOrder: 'Für Bestellungen ab %m',
  },
  fr: {
    points: ['point', 'points'],
    orders: ['commande', 'commandes'],
    toTier: '%a avant %t',
    topTier: '%t : le niveau le plus élevé',
    yourCode: 'Votre code personnel',
    validUntil: 'Valable jusqu’au %d',
    fromOrder: 'Dès %m d’achat',
  },
  es: {
    points: ['punto', 'puntos'],
    orders: ['pedido', 'pedidos'],
    toTier: '%a para %t',
    topTier: '%t: el nivel más alto',
    yourCode: 'Su código personal',
    validUntil: 'Válido hasta el %d',
    fromOrder: 'En pedidos desde %m',
  },
  pt: {
    points: ['ponto', 'pontos'],
    orders: ['pedido', 'pedidos'],
    toTier: '%a para %t',
    topTier: '%t: o nível mais alto',
    yourCode: 'O seu código pessoal',
    validUntil: 'Válido até %d',
    fromOrder: 'Em pedidos a partir de %m',
  },
  it: {
    points: ['punto', 'punti'],
    orders: ['ordine', 'ordini'],
    toTier: '%a a %t',
    topTier: '%t: il livello più alto',
    yourCode: 'Il tuo codice personale',
    validUntil: 'Valido fino al %d',
    fromOrder: 'Per ordini da %m',
  },
};

export const wordsIn = (locale: string): Words => WORDS[locale.split(/[-_]/)[0] ?? ''] ?? EN;

const rules = new Map<string, Intl.PluralRules>();
function rulesOf(locale: string): Intl.PluralRules {
  const known = rules.get(locale);
  if (known !== undefined) return known;
  const made = new Intl.PluralRules(locale);
  rules.set(locale, made);
  return made;
}

/**
 * How many forms a language tells apart: 2 (one, other), or 3 (one, few, many). "many" of millions in French and its like counts
 * as other, and what is "other" in Slavic languages are fractions.
 */
export const formsOf = (locale: string): 2 | 3 =>
  rulesOf(locale).resolvedOptions().pluralCategories.includes('few') ? 3 : 2;

/** The form that goes with the number: "1 балл", "2 балла", "5 баллов", "1,5 балла". */
export function formFor<T>(locale: string, count: number, forms: readonly T[]): T | undefined {
  const rule = rulesOf(locale).select(count);
  if (rule === 'one') return forms[0];
  if (forms.length > 2 && (rule === 'few' || rule === 'other')) return forms[1];
  return forms.at(-1);
}

const numbers = new Map<string, Intl.NumberFormat>();
function numberIn(locale: string, value: number): string {
  const known = numbers.get(locale) ?? new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  numbers.set(locale, known);
  return known.format(value);
}

/** "1,250 points". */
export const counted = (locale: string, value: number, forms: readonly string[]): string =>
  `${numberIn(locale, value)} ${formFor(locale, value, forms) ?? ''}`;
