import { markup } from '../../core/html.ts';
import type { Html } from '../../core/html.ts';
import type { RedemptionView } from '../rewards/contract.ts';
import type { Asked, invitation } from './actions.act.ts';
import { layout } from './page.layout.ts';
import { codeShown, nameOf, pictureOf } from './page.parts.ts';
import { TEXTS } from './texts.ts';
import type { Language } from './texts.ts';
import { points } from './words.ts';

/** Before points are spent, after it, and what a friend is told. */

export type At = { base: string; language: Language; publicUrl: string };

const otherOf = (language: Language): Language => (language === 'en' ? 'ru' : 'en');

/** Asks. */
export function confirmPage({ program, one, spendable, key }: Asked, at: At): string {
  const { base, language } = at;
  const texts = TEXTS[language];
  const { id, definition } = one.reward;
  const name = nameOf(definition.name, language);
  const about = nameOf(definition.description, language);
  const back = `${base}?lang=${language}`;
  const path = `${base}/rewards/${id}`;
  const ask =
    one.miss === null
      ? markup`<form method="post" action="${path}?lang=${language}">
<input type="hidden" name="key" value="${key}"><input type="hidden" name="points" value="${definition.points}">
<button class="button full" type="submit">${texts.confirmYes(points(definition.points, language))}</button></form>
<p class="mid"><a class="button plain full" href="${back}">${texts.confirmNo}</a></p>
<p class="soft mid gap">${texts.confirmHint}</p>`
      : markup`<p>${one.miss === 'points' ? texts.missing(points(one.missing, language)) : texts.miss[one.miss]}</p>
<p><a class="button plain" href="${back}">${texts.back}</a></p>`;
  return layout(
    { language, program: program.name, other: `${path}?lang=${otherOf(language)}` },
    name,
    markup`<section><div class="reward">${pictureOf(definition, at.publicUrl)}<div><h1>${name}</h1>
${about !== '' && markup`<p>${about}</p>`}<p class="soft">${texts.gives[definition.gives.kind]}</p></div></div>
<dl class="sum">${[
      line(texts.confirmCost, points(definition.points, language)),
      line(texts.confirmHave, points(spendable, language)),
      one.miss === null && line(texts.confirmLeft, points(spendable - definition.points, language)),
    ].filter((row) => row !== false)}</dl>${ask}</section>`,
    { small: true },
  );
}

const line = (what: string, value: string): Html => markup`<div><dt>${what}</dt><dd>${value}</dd></div>`;

export function takenPage(program: string, redemption: RedemptionView, { base, language }: At): string {
  const texts = TEXTS[language];
  const { id, kind, state, code } = redemption;
  const said =
    state === 'cancelled'
      ? texts.doneCancelled
      : kind === 'coupon'
        ? texts.doneCoupon
        : state === 'given'
          ? texts.doneGiven
          : kind === 'gift'
            ? texts.doneGift
            : texts.doneCustom;
  return layout(
    { language, program, other: `${base}/redemptions/${id}?lang=${otherOf(language)}` },
    texts.doneTitle,
    markup`<section><h1>${nameOf(redemption.name, language)}</h1>
<p>${state !== 'cancelled' && markup`<strong>${texts.doneTitle}.</strong> `}${said}</p>
${state !== 'cancelled' && code !== null && codeShown(code, language)}
<p class="mid"><a class="button full" href="${base}?lang=${language}">${texts.back}</a></p></section>`,
    { small: true },
  );
}

export function friendPage(
  { program, terms, code }: Awaited<ReturnType<typeof invitation>>,
  language: Language,
): string {
  const texts = TEXTS[language];
  const title = texts.invitedTitle(program.name);
  return layout(
    { language, program: program.name, other: `/w/friend/${code}?lang=${otherOf(language)}` },
    title,
    markup`<section><h1>${title}</h1>
${
  terms.friendPoints > 0 &&
  markup`<p><strong>${texts.invitedGift(points(terms.friendPoints, language))}</strong></p>`
}
<p class="gap">${texts.invitedText}</p>${codeShown(code, language)}</section>`,
    { small: true },
  );
}
