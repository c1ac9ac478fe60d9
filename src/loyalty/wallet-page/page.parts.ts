import { markup } from '../../core/html.ts';
import type { Html } from '../../core/html.ts';
import type { RewardDefinition, RewardMiss } from '../rewards/contract.ts';
import type { ShownCoupon } from './actions.page.ts';
import type { Part } from './page.wallet.ts';
import { qr } from './qr.ts';
import { TEXTS } from './texts.ts';
import type { Language } from './texts.ts';
import { couponTerms, lastDay, number, points } from './words.ts';

/** Card, coupons, rewards: what is shown at the till, and what can be had. */

/** 2912 3456 7890 1234: as cards print it. */
const grouped = (card: string): string => card.replaceAll(/(.{4})(?=.)/g, '$1\u00a0');

export function cardPart({ page: { card }, texts }: Part): Html {
  return markup`<section aria-labelledby="card"><h2 id="card">${texts.card}</h2>
<p class="cardno">${grouped(card.cardNumber)}</p>
<details><summary class="button plain full">${texts.cardHint}</summary>${qr(card.qr, texts.cardQr)}</details></section>`;
}

export function couponsPart({ page: { coupons, program }, language, texts }: Part): Html {
  if (coupons.length === 0) return markup``;
  const rows = coupons.map((one) => markup`<li>${couponBody(one, program.zone, language)}</li>`);
  return markup`<section aria-labelledby="coupons"><h2 id="coupons">${texts.coupons}</h2><ul class="rows">${rows}</ul></section>`;
}

function couponBody(coupon: ShownCoupon, zone: string, language: Language): Html {
  const texts = TEXTS[language];
  return markup`<h3>${couponTerms(coupon, zone, language)}</h3>
<p><span class="code" aria-label="${texts.code}: ${coupon.code}">${coupon.code}</span></p>
<details><summary>${texts.showQr}</summary>${qr(coupon.code, texts.couponQr(coupon.code), 'Q')}</details>`;
}

/** A coupon by itself, its QR open: right after it was redeemed. */
export const codeShown = (code: string, language: Language): Html =>
  markup`<p class="mid"><span class="code" aria-label="${TEXTS[language].code}: ${code}">${code}</span></p>${qr(code, TEXTS[language].couponQr(code), 'Q')}`;

export const nameOf = (words: { en: string; ru: string }, language: Language): string =>
  words[language] === '' ? words.en : words[language];

export function rewardsPart({ page: { rewards, program }, base, language, texts, publicUrl }: Part): Html {
  if (rewards.length === 0) return markup``;
  const sorted = rewards.toSorted(
    (a, b) => rankOf(a.miss) - rankOf(b.miss) || a.reward.definition.points - b.reward.definition.points,
  );
  const shown = sorted.filter(({ miss }) => miss !== 'tier' && miss !== 'segment' && miss !== 'not_started');
  const rows = shown.map(({ reward: { id, definition, taken }, miss, missing }) => {
    const name = nameOf(definition.name, language);
    const about = nameOf(definition.description, language);
    const left = definition.stock === null ? null : definition.stock - taken;
    const notes = [
      left !== null && left > 0 && left <= FEW && texts.left(number(left, language)),
      definition.until !== null && texts.until(lastDay(definition.until, program.zone, language)),
    ].filter((note) => note !== false);
    return markup`<li class="reward">${pictureOf(definition, publicUrl)}<div>
<div class="pair"><h3>${name}</h3><span class="price">${points(definition.points, language)}</span></div>
${about !== '' && markup`<p class="soft">${about}</p>`}
${notes.length > 0 && markup`<p class="soft">${notes.join(' · ')}</p>`}
${
  miss === null
    ? markup`<a class="button" href="${base}/rewards/${id}?lang=${language}" aria-label="${texts.redeemOf(name)}">${texts.redeem}</a>`
    : markup`<p class="soft gap">${miss === 'points' ? texts.missing(points(missing, language)) : texts.miss[miss]}</p>`
}
</div></li>`;
  });
  return rows.length === 0
    ? markup``
    : markup`<section aria-labelledby="rewards"><h2 id="rewards">${texts.rewards}</h2><ul class="rows">${rows}</ul></section>`;
}

/** What can be had comes first, then what a few more points would bring, then what nothing brings. */
const rankOf = (miss: RewardMiss | null): number => (miss === null ? 0 : miss === 'points' ? 1 : 2);

/** From so few on it is worth saying how many there are. */
const FEW = 20;

/** Pictures of our own host alone: any other would learn who opens this page, and when. */
export function pictureOf({ pictureUrl }: RewardDefinition, publicUrl: string): Html {
  const own = pictureUrl !== null && new URL(pictureUrl).origin === new URL(publicUrl).origin;
  return own ? markup`<img src="${pictureUrl}" alt="" width="72" height="72" loading="lazy">` : markup``;
}

export function waitingPart({ page: { waiting }, base, language, texts }: Part): Html {
  if (waiting.length === 0) return markup``;
  const rows = waiting.map(
    ({ id, name }) =>
      markup`<li><a href="${base}/redemptions/${id}?lang=${language}">${nameOf(name, language)}</a></li>`,
  );
  return markup`<section aria-labelledby="waiting"><h2 id="waiting">${texts.waiting}</h2><ul class="rows">${rows}</ul>
<p class="soft gap">${texts.waitingHint}</p></section>`;
}
