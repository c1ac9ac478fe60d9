import { formatMoney } from '../../core/money.ts';
import { dayOf } from '../programs/calendar.ts';
import type { LadderRules, Tier } from './contract.tiers.ts';
import { fallsAt, figureAt } from './figure.ts';
import type { Step } from './figure.ts';
import { daysOn } from './tier.ts';
import type { TierState } from './tier.ts';

/** "Earn N more by DATE to reach / keep TIER", from what is known at `now`. */

export type Reach = { tier: Tier; missing: bigint; by: Date | null };
export type Keep = { tier: Tier; missing: bigint; from: Date | null; by: Date };
export type Progress = { reach: Reach | null; keep: Keep | null };

type Known = { rules: LadderRules; state: TierState; steps: readonly Step[]; now: Date; zone: string };

/**
 * `reach`: earning `missing` before `by` (null: ever) makes the next tier. `keep`: the tier's figure is lost or will be; it stays when
 * `missing` is earned before `by` (and not before `from`, where a calendar year begins anew meanwhile). Null: nothing ends it.
 */
export function progressOf(known: Known): Progress {
  return { reach: reachOf(known), keep: keepOf(known) };
}

function reachOf({ rules, state, steps, now }: Known): Reach | null {
  const tier = rules.tiers[rules.tiers.findIndex(({ id }) => id === state.tierId) + 1];
  if (tier === undefined) return null;
  const missing = BigInt(tier.threshold) - figureAt(steps, now);
  if (missing <= 0n) return null;
  return { tier, missing, by: fallsAt(steps, now) };
}

function keepOf(known: Known): Keep | null {
  const { rules, state, steps, now } = known;
  const held = rules.tiers.findIndex(({ id }) => id === state.earnedId);
  const tier = rules.tiers[held];
  // A tier that is granted on top ends by its own term, whatever is earned.
  if (tier === undefined || tier.id !== state.tierId) return null;
  if (rules.downgrade === 'never' || tier.neverDowngrade) return null;
  if (state.graceUntil !== null) return lostBy(known, tier, null, state.graceUntil);
  for (let at = fallsAt(steps, now); at !== null; at = fallsAt(steps, at))
    if (figureAt(steps, at) < BigInt(tier.threshold)) {
      const anew = rules.window.kind === 'calendarYear' ? at : null;
      return lostBy(known, tier, anew, daysOn(at, rules.graceDays, known.zone));
    }
  return null;
}

/** A calendar year without grace ends at `from` and `by` at once: nothing earned keeps the tier. */
function lostBy({ steps }: Known, tier: Tier, from: Date | null, by: Date): Keep {
  const missing = BigInt(tier.threshold) - figureAt(steps, by);
  return { tier, missing: missing > 0n ? missing : 1n, from, by };
}

export type Words = { en: string; ru: string };
type Unit = { measure: LadderRules['measure']; currency: string; zone: string };

/** One sentence each, in both languages. A day told is the last good one. */
export function progressWords(progress: Progress, unit: Unit): Words[] {
  const { reach, keep } = progress;
  const told: Words[] = [];
  if (reach !== null) {
    const by = reach.by === null ? null : lastDay(reach.by, unit.zone);
    told.push({
      en: `${verb('en', unit)} ${amount(reach.missing, unit, 'en')}${by === null ? '' : ` by ${date(by, 'en')}`} to reach ${reach.tier.name}.`,
      ru: `${verb('ru', unit)} ещё ${amount(reach.missing, unit, 'ru')}${by === null ? '' : ` до ${date(by, 'ru')} включительно`}, чтобы получить уровень «${reach.tier.name}».`,
    });
  }
  if (keep !== null) told.push(keepWords(keep, unit));
  return told;
}

function keepWords({ tier, missing, from, by }: Keep, unit: Unit): Words {
  const day = lastDay(by, unit.zone);
  if (from !== null && from >= by)
    return {
      en: `${tier.name} lasts until ${date(day, 'en')}.`,
      ru: `Уровень «${tier.name}» действует до ${date(day, 'ru')} включительно.`,
    };
  const start = from === null ? null : dayOf(from, unit.zone);
  return {
    en: `${verb('en', unit)} ${amount(missing, unit, 'en')}${start === null ? '' : ` from ${date(start, 'en')}`} by ${date(day, 'en')} to keep ${tier.name}.`,
    ru: `${verb('ru', unit)} ещё ${amount(missing, unit, 'ru')}${start === null ? '' : ` с ${date(start, 'ru')}`} до ${date(day, 'ru')} включительно, чтобы сохранить уровень «${tier.name}».`,
  };
}

export const lastDay = (end: Date, zone: string): string => dayOf(new Date(end.getTime() - 1), zone);

const VERBS = {
  spend: { en: 'Spend', ru: 'Потратьте' },
  points: { en: 'Earn', ru: 'Накопите' },
  orders: { en: 'Place', ru: 'Сделайте' },
} as const;
const verb = (language: 'en' | 'ru', { measure }: Unit): string => VERBS[measure][language];

function amount(value: bigint, { measure, currency }: Unit, language: 'en' | 'ru'): string {
  const locale = language === 'en' ? 'en-GB' : 'ru-RU';
  if (measure === 'spend')
    return language === 'en'
      ? `${formatMoney(value, currency, locale)} more`
      : formatMoney(value, currency, locale);
  const number = new Intl.NumberFormat(locale).format(value);
  if (language === 'ru') return `${number} ${russian(value, measure)}`;
  const one = measure === 'points' ? 'point' : 'order';
  return `${number} more ${value === 1n ? one : `${one}s`}`;
}

const FORMS = { points: ['балл', 'балла', 'баллов'], orders: ['заказ', 'заказа', 'заказов'] } as const;
function russian(value: bigint, measure: 'points' | 'orders'): string {
  const rule = new Intl.PluralRules('ru').select(Number(value));
  const [one, few, many] = FORMS[measure];
  return rule === 'one' ? one : rule === 'few' ? few : many;
}

export function date(day: string, language: 'en' | 'ru'): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'ru-RU', {
    dateStyle: 'long',
    timeZone: 'UTC',
  }).format(new Date(`${day}T00:00:00Z`));
}
