import { markup } from '../../core/html.ts';
import type { Html } from '../../core/html.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import type { WalletPage } from './actions.page.ts';
import { earnSentence } from './earn.ts';
import { layout } from './page.layout.ts';
import { cardPart, couponsPart, rewardsPart, waitingPart } from './page.parts.ts';
import { TEXTS } from './texts.ts';
import type { Language, Texts } from './texts.ts';
import { day, lastDay, money, movementWord, number, percent, points, pointsWord, signed } from './words.ts';

/** The member's page. */

/** What every part of the page needs. `base`: the page's own path. */
export type Part = { page: WalletPage; base: string; language: Language; texts: Texts; publicUrl: string };

/** Ends shown: what comes later shows when it comes near. */
const ENDS = 4;
/** From so many days on an end is worth a warning. */
const SOON_DAYS = 60;

export function pageOf(
  page: WalletPage,
  at: { base: string; language: Language; publicUrl: string },
): string {
  const texts = TEXTS[at.language];
  const part: Part = { ...at, page, texts };
  const body = markup`
${hero(part)}
<div class="cols">
<div>${[cardPart(part), waitingPart(part), tierPart(part), couponsPart(part), rewardsPart(part)]}</div>
<div>${[challengesPart(part), earnPart(part), friendsPart(part), movementsPart(part)]}</div>
</div>`;
  const other = at.language === 'en' ? 'ru' : 'en';
  return layout(
    { language: at.language, program: page.program.name, other: `${at.base}?lang=${other}` },
    `${texts.balance} · ${page.program.name}`,
    body,
    { note: texts.yours },
  );
}

function hero({ page, texts, language }: Part): Html {
  const { wallet, program, givenName } = page;
  const spendable = wallet?.spendable ?? 0;
  const hints = [...pendingHints(page, language), ...expiringHints(page, language)];
  return markup`<section class="hero">
<div>
${givenName === null || givenName === '' ? markup`<h1>${texts.balance}</h1>` : markup`<h1>${texts.hello(givenName)}</h1><p class="soft">${texts.balance}</p>`}
<p class="${bigClass(number(spendable, language))}">${number(spendable, language)} <small>${pointsWord(spendable, language)}</small></p>
${spendable > 0 && markup`<p class="worth">${texts.worth(money(wallet?.worthMinor ?? 0, program.currency, language))}</p>`}
${wallet !== undefined && wallet.spendableNow < spendable && markup`<p class="soft gap">${texts.capped(points(wallet.spendableNow, language))}</p>`}
${wallet === undefined && markup`<p class="soft">${texts.noPoints}</p>`}
${wallet?.state === 'frozen' && markup`<p class="soft gap">${texts.frozen}</p>`}
${wallet !== undefined && wallet.debt > 0 && markup`<p class="soft gap">${texts.debt(points(wallet.debt, language))}</p>`}
</div>
${hints.length > 0 && markup`<div class="hints">${hints}</div>`}
</section>`;
}

function pendingHints({ wallet, program, now }: WalletPage, language: Language): Html[] {
  const texts = TEXTS[language];
  const lots = (wallet?.lots ?? []).filter(
    ({ pending, activatesAt }) => pending > 0 && (activatesAt === null || new Date(activatesAt) > now),
  );
  const byDay = Map.groupBy(lots, ({ activatesAt, waitsFor }) =>
    activatesAt === null || waitsFor !== null ? '' : day(activatesAt, program.zone, language),
  );
  if (byDay.size === 0) return [];
  const lines = [...byDay].slice(0, ENDS).map(([date, own]) => {
    const sum = points(
      own.reduce((total, { pending }) => total + pending, 0),
      language,
    );
    return markup`<li>${date === '' ? texts.pendingEvent(sum) : texts.pendingAt(sum, date)}</li>`;
  });
  return [markup`<div class="hint"><strong>${texts.pending}</strong><ul>${lines}</ul></div>`];
}

function expiringHints({ wallet, program, now }: WalletPage, language: Language): Html[] {
  const texts = TEXTS[language];
  const ends = (wallet?.expiring ?? []).toSorted((a, b) => a.at.localeCompare(b.at)).slice(0, ENDS);
  if (ends.length === 0) return [];
  const lines = ends.map(
    (one) =>
      markup`<li>${texts.expiringAt(points(one.points, language), lastDay(one.at, program.zone, language))}</li>`,
  );
  const soon = new Date(ends[0]?.at ?? now) < addMs(now, SOON_DAYS * DAY_MS);
  return [
    markup`<div class="${soon ? 'hint warm' : 'hint'}"><strong>${soon ? texts.expiring : texts.lasting}</strong><ul>${lines}</ul></div>`,
  ];
}

function tierPart({ page: { tier, accumulated }, texts, language }: Part): Html {
  if (tier === undefined && accumulated.length === 0) return markup``;
  const own = accumulated.filter((one) => one.percent !== null || one.words !== null);
  const reach = tier?.reach ?? null;
  const benefits = tier?.tier?.benefits;
  const chips = [
    benefits !== undefined &&
      benefits.discountPercent !== null &&
      texts.discount(percent(benefits.discountPercent, language)),
    benefits !== undefined &&
      Number(benefits.multiplier) !== 1 &&
      texts.factor(number(Number(benefits.multiplier), language)),
    benefits?.freeShipping === true && texts.freeShipping,
  ].filter((chip) => chip !== false);
  return markup`<section aria-labelledby="tier"><h2 id="tier">${texts.tier}</h2>
${tier !== undefined && markup`<p class="tier">${tier.tier?.name ?? texts.noTier}</p>`}
${chips.length > 0 && markup`<ul class="chips">${chips.map((chip) => markup`<li>${chip}</li>`)}</ul>`}
${
  tier !== undefined &&
  reach !== null &&
  markup`<progress max="${tier.basis + reach.missing}" value="${tier.basis}" aria-label="${texts.tierProgress(reach.name)}"></progress>`
}
${tier?.words.map((words) => markup`<p class="gap">${words[language]}</p>`)}
${tier !== undefined && tier.tier !== null && reach === null && markup`<p class="soft gap">${texts.topTier}</p>`}
${own.map(
  (one) =>
    markup`<div class="gap">${
      one.percent !== null && markup`<p><strong>${texts.saved(percent(one.percent, language))}</strong></p>`
    }${one.words !== null && markup`<p class="soft">${one.words[language]}</p>`}</div>`,
)}
</section>`;
}

function challengesPart({ page: { challenges, program }, texts, language }: Part): Html {
  if (challenges.length === 0) return markup``;
  const rows = challenges.map(({ challenge, done, rewarded, points: given }) => {
    const shown = Math.min(done, challenge.target);
    const line = texts.challengeLine(number(shown, language), number(challenge.target, language));
    return markup`<li><div class="pair"><h3>${challenge.name}</h3><span class="num">${line}</span></div>
<progress max="${challenge.target}" value="${shown}" aria-label="${challenge.name}: ${line}"></progress>
<p class="soft">${
      rewarded
        ? markup`<strong>${texts.challengeDone}</strong> ${signed(given, language)}`
        : texts.challengePrize(
            points(challenge.points, language),
            lastDay(challenge.until, program.zone, language),
          )
    }</p></li>`;
  });
  return markup`<section aria-labelledby="challenges"><h2 id="challenges">${texts.challenges}</h2><ul class="rows">${rows}</ul></section>`;
}

function earnPart({ page: { ways, goods, program }, texts, language }: Part): Html {
  if (ways.length === 0) return markup``;
  const rows = ways.map(
    ({ definition }) =>
      markup`<li>${earnSentence(definition, definition.currency ?? program.currency, language, goods)}</li>`,
  );
  return markup`<section aria-labelledby="earn"><h2 id="earn">${texts.earn}</h2><ul class="rows">${rows}</ul></section>`;
}

function friendsPart({ page: { referral, program }, base, texts, language, publicUrl }: Part): Html {
  if (referral === null) return markup``;
  const { terms, code, rewarded } = referral;
  const friend = points(terms.friendPoints, language);
  const own = points(terms.referrerPoints, language);
  const gift =
    terms.friendPoints === 0
      ? texts.friendsOwn(own)
      : terms.referrerPoints === 0
        ? texts.friendsFriend(friend)
        : texts.friendsText(friend, own);
  const least = terms.minOrderMinor === 0 ? null : money(terms.minOrderMinor, program.currency, language);
  return markup`<section aria-labelledby="friends"><h2 id="friends">${texts.friends}</h2>
<p>${gift} ${texts.friendsWhen(least, terms.returnDays)}</p>
${
  code === null
    ? markup`<form method="post" action="${base}/referral-code?lang=${language}"><button class="button" type="submit">${texts.friendsMake}</button></form>`
    : markup`<p class="soft gap">${texts.friendsCode}</p><p><span class="code">${code}</span></p>
<p class="soft gap">${texts.friendsLink}</p><p><span class="code wide">${publicUrl}/w/friend/${code}</span></p>`
}
${rewarded > 0 && markup`<p class="soft gap">${texts.friendsRewarded(number(rewarded, language))}</p>`}
</section>`;
}

function movementsPart({ page: { movements, program }, texts, language }: Part): Html {
  const rows = movements.map(
    (entry) =>
      markup`<li class="pair"><span>${movementWord(entry, language)}<br><span class="soft">${day(entry.occurredAt, program.zone, language)}${
        entry.points === 0 && entry.told > 0 && ` · ${texts.onItsWay}`
      }</span></span><span class="${entry.told > 0 ? 'num plus' : 'num'}">${signed(entry.told, language)}</span></li>`,
  );
  return markup`<section aria-labelledby="movements"><h2 id="movements">${texts.movements}</h2>${
    rows.length === 0
      ? markup`<p class="soft">${texts.noMovements}</p>`
      : markup`<ul class="rows">${rows}</ul>`
  }</section>`;
}

/** From so many characters on a balance at its largest would not fit on a phone. */
const LONG = 8;
const LONGEST = 14;

const bigClass = (figure: string): string =>
  figure.length >= LONGEST ? 'big longest' : figure.length >= LONG ? 'big long' : 'big';
