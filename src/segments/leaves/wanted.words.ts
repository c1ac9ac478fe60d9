import { SIGNS } from '../contract.wanted.ts';
import type { Sign, WantedLeaf } from '../contract.wanted.ts';
import type { CatalogueField, Language } from '../leaf.ts';
import { inWindow, list, times } from '../phrases.ts';

export const wantedFields = (): CatalogueField[] => [
  {
    leaf: 'wanted',
    field: 'product',
    kind: 'product',
    ops: SIGNS,
    label: { en: 'Interested in a product, not bought since', ru: 'Интерес к товару, с тех пор не куплен' },
  },
  {
    leaf: 'wanted',
    field: 'category',
    kind: 'category',
    ops: SIGNS,
    label: {
      en: 'Interested in a category, nothing of it bought since',
      ru: 'Интерес к категории, с тех пор из неё ничего не куплено',
    },
  },
];

type Texts = Readonly<Record<WantedLeaf['of'], Readonly<Record<Sign, string>>>>;

const DONE: Readonly<Record<Language, Texts>> = {
  en: {
    product: { viewed: 'looked at', carted: 'put into the cart', either: 'looked at or put into the cart' },
    category: {
      viewed: 'looked at',
      carted: 'put into the cart products of',
      either: 'looked at or put into the cart products of',
    },
  },
  ru: {
    product: {
      viewed: 'просмотр',
      carted: 'добавление в корзину',
      either: 'просмотр или добавление в корзину',
    },
    category: {
      viewed: 'просмотр',
      carted: 'добавление в корзину товаров',
      either: 'просмотр или добавление в корзину товаров',
    },
  },
};

/** "looked at one and the same product at least 2 times in the last 7 days, not bought since": no "and", which would join it with its neighbours. */
export function wantedWords(leaf: WantedLeaf, language: Language): string {
  const { of, sign = 'either', named, window } = leaf;
  const done = DONE[language][of][sign];
  const often = `${times(leaf.times ?? 1, language)}${inWindow(window, language)}`;
  if (language === 'ru') {
    const product = of === 'product';
    const which =
      named === undefined
        ? product
          ? 'одного и того же товара'
          : 'одной и той же категории (с вложенными)'
        : `${product ? 'одного товара' : 'одной категории (с вложенными)'} из ${list(named, language)}`;
    const since = product ? 'с тех пор он не куплен' : 'с тех пор из неё ничего не куплено';
    return `${done} ${which} ${often}, ${since}`;
  }
  const which = of === 'product' ? 'product' : 'category (with all below it)';
  const one = named === undefined ? `one and the same ${which}` : `one ${which} of ${list(named, language)}`;
  const since = of === 'product' ? 'not bought since' : 'nothing of it bought since';
  return `${done} ${one} ${often}, ${since}`;
}
