import type { Language } from '../leaf.ts';
import type { Cell } from './contract.ts';

/**
 * The 11 cells on the map of recency (rows, 5 = bought lately) by the mean of frequency and money (columns, 1 to 5, halves up).
 * Every field belongs to exactly one cell.
 */
const MAP: Readonly<Record<number, readonly Cell[]>> = {
  5: ['new', 'potential_loyalist', 'loyal', 'champions', 'champions'],
  4: ['promising', 'potential_loyalist', 'loyal', 'champions', 'champions'],
  3: ['about_to_sleep', 'about_to_sleep', 'need_attention', 'loyal', 'loyal'],
  2: ['hibernating', 'hibernating', 'at_risk', 'at_risk', 'at_risk'],
  1: ['lost', 'lost', 'at_risk', 'cant_lose', 'cant_lose'],
};

export const SCORES = [5, 4, 3, 2, 1] as const;

/** Mean of two scores, halves up. */
export const frequencyMoney = (frequency: number, money: number): number =>
  Math.floor((frequency + money + 1) / 2);

/** The cell of a field of the map. Throws for what is no score. */
export function cellAt(recency: number, fm: number): Cell {
  const cell = MAP[recency]?.[fm - 1];
  if (cell === undefined) throw new RangeError(`no cell for recency ${recency}, frequency and money ${fm}`);
  return cell;
}

/** The map row by row as the database reads it: place (recency − 1) × 5 + fm, counted from 1. */
export const MAP_IN_ORDER: readonly Cell[] = [1, 2, 3, 4, 5].flatMap((recency) => [...(MAP[recency] ?? [])]);

type Words = Record<Language, string>;

export const CELL_LABELS: Readonly<Record<Cell, Words>> = {
  champions: { en: 'Champions', ru: 'Чемпионы' },
  loyal: { en: 'Loyal', ru: 'Лояльные' },
  potential_loyalist: { en: 'Potentially loyal', ru: 'Могут стать лояльными' },
  new: { en: 'New', ru: 'Новые' },
  promising: { en: 'Promising', ru: 'Многообещающие' },
  need_attention: { en: 'Need attention', ru: 'Требуют внимания' },
  about_to_sleep: { en: 'About to fall asleep', ru: 'Засыпают' },
  at_risk: { en: 'At risk', ru: 'В зоне риска' },
  cant_lose: { en: 'Cannot lose them', ru: 'Нельзя потерять' },
  hibernating: { en: 'Asleep', ru: 'Спят' },
  lost: { en: 'Lost', ru: 'Потеряны' },
};

export const CELL_ADVICE: Readonly<Record<Cell, Words>> = {
  champions: {
    en: 'Bought lately, often and for much: thank them, show new things first, ask for a review.',
    ru: 'Покупали недавно, часто и на много: благодарите, первыми показывайте новинки, просите отзыв.',
  },
  loyal: {
    en: 'Come back again and again: offer the loyalty programme and dearer goods.',
    ru: 'Возвращаются снова и снова: предложите программу лояльности и товары подороже.',
  },
  potential_loyalist: {
    en: 'Bought lately and more than a little: recommend what goes with it.',
    ru: 'Покупали недавно и не по мелочи: посоветуйте то, что подходит к покупке.',
  },
  new: {
    en: 'Bought lately, little so far: welcome them and help with the first steps.',
    ru: 'Купили недавно и пока немного: поприветствуйте и помогите освоиться.',
  },
  promising: {
    en: 'Bought not long ago, little: remind them of yourself with something useful.',
    ru: 'Купили не так давно и немного: напомните о себе чем-то полезным.',
  },
  need_attention: {
    en: 'Middling in everything: an offer for a limited time by what they bought.',
    ru: 'Середина во всём: предложение на ограниченное время по прошлым покупкам.',
  },
  about_to_sleep: {
    en: 'Buy little and less and less: show what is popular, give a reason to return.',
    ru: 'Покупают мало и всё реже: покажите популярное, дайте повод вернуться.',
  },
  at_risk: {
    en: 'Used to buy, but not for a long time: write personally, offer to return.',
    ru: 'Раньше покупали, но давно нет: напишите лично, предложите вернуться.',
  },
  cant_lose: {
    en: 'Bought most and stopped: call them, find out what happened.',
    ru: 'Покупали больше всех и перестали: позвоните, узнайте, что случилось.',
  },
  hibernating: {
    en: 'Bought little and long ago: rare letters, goods of their interest.',
    ru: 'Покупали мало и давно: редкие письма, товары по их интересам.',
  },
  lost: {
    en: 'Bought least and longest ago: one try, then leave them in peace.',
    ru: 'Покупали меньше всех и давнее всех: одна попытка, потом не тревожьте.',
  },
};

export const cellName = (cell: Cell, language: Language): string => CELL_LABELS[cell][language];
