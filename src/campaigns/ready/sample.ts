import type { TemplateVariantInput } from '../contract.template.ts';
import type { ReadyLocale } from './contract.ts';

/** The invented person and goods a ready-made template is shown with. */

type Sample = TemplateVariantInput['sample'];

/** A drawing in place of a photograph: a thing on a coloured ground. */
function picture(ground: string, ink: string, shape: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 220"><rect width="300" height="220" fill="${ground}"/><g fill="none" stroke="${ink}" stroke-width="9" stroke-linecap="round" stroke-linejoin="round">${shape}</g></svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}

const PICTURES = [
  picture(
    '#dcefe9',
    '#0f766e',
    '<path d="M95 100h110c6 46-18 72-55 72s-61-26-55-72z"/><path d="M205 115c34-6 36 34-6 36M95 118c-24-2-30-14-40-30M120 100c4-30 56-30 60 0M150 76v-8"/>',
  ),
  picture(
    '#f6e7d8',
    '#b45309',
    '<path d="M90 92h96v34a48 48 0 0 1-96 0zM186 100c32-4 32 40-4 38M76 186h128"/><path d="M120 70c-6-10 6-14 0-24M150 70c-6-10 6-14 0-24"/>',
  ),
  picture(
    '#e7e5f6',
    '#5b51b8',
    '<rect x="105" y="70" width="90" height="112" rx="10"/><path d="M105 100h90M120 70v-18h60v18M132 140h36"/>',
  ),
  picture(
    '#f8e1e4',
    '#be3455',
    '<path d="M84 150c40-70 90-84 132-92-6 44-26 92-96 104-16 2-28-2-36-12zM84 150l70-50M70 182l26-34"/>',
  ),
];

const NAMES: Readonly<Record<ReadyLocale, readonly string[]>> = {
  en: ['Glass Teapot', 'Porcelain Cup', 'Mountain Oolong', 'Garden Mint'],
  ru: ['Стеклянный чайник', 'Фарфоровая чашка', 'Горный улун', 'Садовая мята'],
};
const PRICES = [3_200, 1_890, 1_480, 650];

export function messageSample(locale: ReadyLocale): Sample {
  const ru = locale === 'ru';
  const currency = ru ? 'RUB' : 'GBP';
  const products = NAMES[locale].map((name, i) => ({
    name,
    priceMinor: (PRICES[i] ?? 0) * (ru ? 100 : 1),
    currency,
    imageUrl: PICTURES[i] ?? null,
  }));
  return {
    contact: {
      name: ru ? 'Анна Соколова' : 'Alice Brook',
      givenName: ru ? 'Анна' : 'Alice',
      email: ru ? 'anna@example.com' : 'alice@example.com',
      ordersCount: 3,
      lastProduct: { name: NAMES[locale][0] ?? '' },
    },
    recommended: products,
    wanted: products.slice(2),
    loyalty: {
      balance: 1_250,
      standing: {
        name: ru ? 'Серебряный' : 'Silver',
        next: ru ? 'Золотой' : 'Gold',
        measure: 'points',
        missing: 300,
        share: 70,
        currency,
      },
    },
    points: { expiring: 120, until: '2026-12-24T20:59:59Z' },
    tier: { name: ru ? 'Серебряный' : 'Silver', previous: null, until: '2026-12-31T20:59:59Z' },
    order: { number: '10425', totalMinor: 4_990, currency },
    event: {
      name: 'Order Updated',
      properties: { order_id: '10425', status: ru ? 'Передан в доставку' : 'On its way' },
    },
  };
}
