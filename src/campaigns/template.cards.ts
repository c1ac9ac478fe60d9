import Handlebars from 'handlebars';
import { formatMoney } from '../core/money.ts';
import { counted, wordsIn } from './template.words.ts';

/**
 * What block helpers put in: as HTML that every mail program shows (tables, styles on the element) and as plain text. Every value is
 * escaped here. Classes (`ok-…`) are for a template's own dark colours. Pure.
 */

export type Place = { locale: string; markup: boolean; date: (at: unknown) => string };

export type ProductCard = {
  name: string;
  priceMinor: number | null;
  currency: string;
  imageUrl: string | null;
  link: string;
};

const safe = (text: string): string => Handlebars.escapeExpression(text);
const priceOf = ({ priceMinor, currency }: ProductCard, locale: string): string =>
  priceMinor === null ? '' : formatMoney(BigInt(Math.trunc(priceMinor)), currency, locale);

const TABLE = 'role="presentation" cellpadding="0" cellspacing="0" border="0" width="100%"';

/** Two pictures a row where every product has one, else a list. */
export function productCards(items: readonly ProductCard[], { locale, markup }: Place): string {
  if (!markup)
    return items
      .map((item) => {
        const price = priceOf(item, locale);
        return `* ${item.name}${price === '' ? '' : ` — ${price}`}\n  ${item.link}`;
      })
      .join('\n');
  if (items.length === 0) return '';
  return items.every(({ imageUrl }) => imageUrl !== null) && items.length > 1
    ? grid(items, locale)
    : list(items, locale);
}

function grid(items: readonly ProductCard[], locale: string): string {
  const lines: string[] = [];
  for (let i = 0; i < items.length; i += 2) {
    const [left, right] = [items[i], items[i + 1]];
    if (left === undefined) break;
    lines.push(
      `<tr>${cell(left, locale, '0 8px 20px 0')}${right === undefined ? '<td width="50%"></td>' : cell(right, locale, '0 0 20px 8px')}</tr>`,
    );
  }
  return `<table ${TABLE} class="ok-products" style="width:100%;table-layout:fixed">${lines.join('')}</table>`;
}

function cell(item: ProductCard, locale: string, padding: string): string {
  const picture = `<a href="${safe(item.link)}" style="text-decoration:none"><img src="${safe(item.imageUrl ?? '')}" alt="${safe(item.name)}" width="252" style="display:block;width:100%;height:auto;border:0;border-radius:10px"></a>`;
  return `<td width="50%" valign="top" style="padding:${padding};vertical-align:top">${picture}${wording(item, locale, '10px')}</td>`;
}

function list(items: readonly ProductCard[], locale: string): string {
  const pictured = items.some(({ imageUrl }) => imageUrl !== null);
  const lines = items.map((item, i) => {
    const line = i === 0 ? '' : 'border-top:1px solid #e5e7eb;';
    const picture = !pictured
      ? ''
      : `<td class="ok-line" width="104" valign="middle" style="${line}padding:12px 16px 12px 0">${
          item.imageUrl === null
            ? ''
            : `<a href="${safe(item.link)}"><img src="${safe(item.imageUrl)}" alt="${safe(item.name)}" width="88" style="display:block;width:88px;height:auto;border:0;border-radius:8px"></a>`
        }</td>`;
    return `<tr>${picture}<td class="ok-line" valign="middle" style="${line}padding:12px 0">${wording(item, locale, '0')}</td></tr>`;
  });
  return `<table ${TABLE} class="ok-products" style="width:100%">${lines.join('')}</table>`;
}

function wording(item: ProductCard, locale: string, top: string): string {
  const price = priceOf(item, locale);
  return `<a class="ok-name" href="${safe(item.link)}" style="display:block;padding-top:${top};color:#1f2328;font-weight:600;line-height:1.35;text-decoration:none">${safe(item.name)}</a>${
    price === ''
      ? ''
      : `<span class="ok-soft" style="display:block;padding-top:2px;color:#59636e;line-height:1.4">${safe(price)}</span>`
  }`;
}

export type CouponCard = { code: string; value: string; minOrder: string | null; validUntil: unknown };

export function couponCard(coupon: CouponCard, { locale, markup, date }: Place): string {
  const words = wordsIn(locale);
  const until = coupon.validUntil === null || coupon.validUntil === undefined ? '' : date(coupon.validUntil);
  const notes = [
    ...(until === '' ? [] : [words.validUntil.replace('%d', () => until)]),
    ...(coupon.minOrder === null ? [] : [words.fromOrder.replace('%m', () => coupon.minOrder ?? '')]),
  ];
  if (!markup) return [`${coupon.value}: ${coupon.code}`, ...notes].join('\n');
  const note = (text: string): string =>
    `<span class="ok-soft" style="display:block;color:#59636e;font-size:14px;line-height:1.5">${safe(text)}</span>`;
  return `<table ${TABLE} style="width:100%"><tr><td class="ok-coupon" align="center" bgcolor="#f0fdfa" style="background-color:#f0fdfa;border:2px dashed #0f766e;border-radius:12px;padding:22px 16px;text-align:center"><span class="ok-ink" style="display:block;color:#1f2328;font-size:32px;font-weight:800;line-height:1.2">−${safe(coupon.value)}</span>${note(words.yourCode)}<span class="ok-code" style="display:block;padding:10px 0 8px;color:#0f766e;font-family:ui-monospace,'SF Mono',Menlo,Consolas,monospace;font-size:23px;font-weight:700;letter-spacing:2px;line-height:1.2">${safe(coupon.code)}</span>${notes.map(note).join('')}</td></tr></table>`;
}

export type TierStanding = {
  name: string | null;
  next: string | null;
  /** spend: minor units of the currency | points | orders */
  measure: string;
  currency: string;
  missing: number;
  /** Of the way from this tier to the next, 0 to 100. */
  share: number;
};

/** "300 points to Gold" and how far it is. */
export function tierProgress(standing: TierStanding, { locale, markup }: Place): string {
  const told = progressWords(standing, locale);
  const share = standing.next === null ? 100 : Math.max(0, Math.min(100, Math.round(standing.share)));
  if (!markup) {
    const full = Math.round(share / 10);
    return `${told}\n[${'#'.repeat(full)}${'-'.repeat(10 - full)}] ${share}%`;
  }
  const part = (width: number, colour: string, name: string): string =>
    width === 0
      ? ''
      : `<td class="${name}" width="${width}%" height="10" bgcolor="${colour}" style="width:${width}%;height:10px;line-height:10px;font-size:0;background-color:${colour}">&nbsp;</td>`;
  return `<span class="ok-ink" style="display:block;padding-bottom:8px;color:#1f2328;font-weight:600">${safe(told)}</span><table ${TABLE} style="width:100%;border-radius:5px;overflow:hidden"><tr>${part(share, '#0f766e', 'ok-bar')}${part(100 - share, '#dfe4ea', 'ok-rest')}</tr></table>`;
}

function progressWords({ name, next, measure, currency, missing }: TierStanding, locale: string): string {
  const words = wordsIn(locale);
  if (next === null) return words.topTier.replace('%t', () => name ?? '');
  const amount =
    measure === 'spend'
      ? formatMoney(BigInt(Math.trunc(missing)), currency, locale)
      : counted(locale, missing, measure === 'orders' ? words.orders : words.points);
  return words.toTier.replace('%a', () => amount).replace('%t', () => next);
}
