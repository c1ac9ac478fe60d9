import type { ReferralTerms } from '../accrual/contract.referral.ts';
import type { AccrualDefinition, RuleState } from '../accrual/contract.ts';
import type { ProgramSettings } from '../programs/contract.ts';
import type { GiveBack, ProgramCheck } from './contract.ts';

/** What should be known of a program before it is launched. Pure. */

export type Facts = {
  settings: ProgramSettings;
  currency: string;
  baseCurrency: string;
  rules: readonly { state: RuleState; definition: AccrualDefinition }[];
  /** Challenges in force. */
  challenges: readonly { name: string; event: string | null }[];
  referral: ReferralTerms | null;
  tiers: number;
  giveBack: GiveBack;
  /** Days within which nine of ten returns come; `basis` usual: too few to tell. */
  returns: { days: number; basis: 'orders' | 'usual' };
  /** Contacts, and those whose birthday is known; null when no rule asks. */
  birthdays: { contacts: number; known: number } | null;
  /** Whether rules changed after the latest backtest; null: there is none. */
  backtestIsOld: boolean | null;
  now: Date;
};

type Params = ProgramCheck['params'];
type Level = ProgramCheck['level'];

const item = (
  level: Level,
  at: ProgramCheck['at'],
  code: string,
  detail: string,
  params: Params = {},
): ProgramCheck => ({ code, level, at, detail, params });

/** Names of what loyalty itself tells of: points for it would make more of it. */
const OWN_EVENTS = /^(points|tier|coupon|member|referral|challenge|receipt|reward|loyalty)[._]/i;
const MUCH_PERCENT = 10;
/** Below this share a birthday gift reaches few. */
const FEW_BIRTHDAYS = 5;

const ORDER: readonly Level[] = ['block', 'warn', 'info'];

export function checksOf(facts: Facts): ProgramCheck[] {
  const found = [
    ...basics(facts),
    ...value(facts),
    ...earning(facts),
    ...events(facts),
    ...members(facts),
    ...review(facts),
  ];
  return found.toSorted((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level));
}

function basics({ settings, currency, baseCurrency, returns }: Facts): ProgramCheck[] {
  const { pending, expiry } = settings;
  const found: ProgramCheck[] = [];
  if (expiry.kind === 'never')
    found.push(item('warn', 'basics', 'no_expiry', 'Points never end: what is owed only grows.'));
  if (pending.kind === 'days' && pending.days < returns.days)
    found.push(
      item(
        'warn',
        'basics',
        'pending_shorter_than_returns',
        `Points can be spent after ${pending.days} days, goods come back within ${returns.days}.`,
        { days: pending.days, returnDays: returns.days, basis: returns.basis },
      ),
    );
  if (currency !== baseCurrency)
    found.push(
      item(
        'info',
        'basics',
        'other_currency',
        `Orders in ${baseCurrency} earn by rules of ${baseCurrency} alone.`,
        {
          currency,
          baseCurrency,
        },
      ),
    );
  return found;
}

function value({ settings, giveBack }: Facts): ProgramCheck[] {
  const found: ProgramCheck[] = [];
  const percent = Number(giveBack.percent);
  const margin = giveBack.marginPercent === null ? null : Number(giveBack.marginPercent);
  const figures = { percent: giveBack.percent, margin: giveBack.marginPercent ?? '' };
  if (margin !== null && percent > 0 && percent >= margin)
    found.push(
      item(
        'block',
        'value',
        'gives_more_than_margin',
        `A usual order gives back ${percent} %, its margin is ${margin} %.`,
        figures,
      ),
    );
  else if (percent > MUCH_PERCENT || (margin !== null && percent > margin / 2))
    found.push(
      item('warn', 'value', 'gives_much', `A usual order gives back ${percent} % of its amount.`, figures),
    );
  const { percentOfOrder, amountMinor } = settings.spendCap;
  if (percentOfOrder === null && amountMinor === null)
    found.push(item('warn', 'value', 'no_spend_cap', 'Points may pay a whole order.'));
  if (settings.maxPointsPerOrder === null)
    found.push(item('warn', 'value', 'orders_without_limit', 'One order may earn any number of points.'));
  if (settings.earnOnPointsPart)
    found.push(item('warn', 'value', 'points_earn_points', 'What points pay earns points again.'));
  return found;
}

function earning({ rules, challenges, referral, returns, giveBack, now }: Facts): ProgramCheck[] {
  const found: ProgramCheck[] = [];
  const live = rules.filter(({ state }) => state === 'live').map(({ definition }) => definition);
  const drafts = rules.filter(({ state }) => state === 'draft').map(({ definition }) => definition.name);
  if (live.length + challenges.length === 0)
    found.push(
      item('block', 'earning', 'no_earning_rule', 'No rule is in service: nobody would earn anything.', {
        drafts: drafts.length,
      }),
    );
  else if (giveBack.points === 0)
    found.push(
      item('warn', 'earning', 'usual_order_earns_nothing', 'A usual order earns no points.', {
        orderMinor: giveBack.orderMinor,
      }),
    );
  if (drafts.length > 0)
    found.push(
      item('warn', 'earning', 'rules_are_drafts', 'Rules that are drafts earn nothing.', { names: drafts }),
    );
  const over = live.filter(
    ({ conditions: { schedule } }) => schedule?.until && Date.parse(schedule.until) <= now.getTime(),
  );
  if (over.length > 0)
    found.push(
      item('warn', 'earning', 'rule_is_over', 'The time of these rules has passed.', {
        names: over.map(({ name }) => name),
      }),
    );
  if (referral?.active === true && referral.returnDays < returns.days)
    found.push(
      item(
        'warn',
        'earning',
        'referral_before_returns',
        `Recommendations are rewarded after ${referral.returnDays} days, goods come back within ${returns.days}.`,
        { days: referral.returnDays, returnDays: returns.days, basis: returns.basis },
      ),
    );
  return found;
}

function events({ rules, challenges, birthdays }: Facts): ProgramCheck[] {
  const found: ProgramCheck[] = [];
  const live = rules.filter(({ state }) => state === 'live').map(({ definition }) => definition);
  const ofEvents = live.flatMap(({ name, earns, caps }) =>
    earns.type === 'event' ? [{ name, earns, caps }] : [],
  );
  const told = (level: Level, code: string, detail: string, names: readonly string[]): void => {
    if (names.length > 0) found.push(item(level, 'earning', code, detail, { names: [...names] }));
  };
  told('block', 'rule_feeds_itself', 'Points for what points do would never end.', [
    ...ofEvents.filter(({ earns }) => OWN_EVENTS.test(earns.event)).map(({ name }) => name),
    ...challenges.filter(({ event }) => event !== null && OWN_EVENTS.test(event)).map(({ name }) => name),
  ]);
  told(
    'warn',
    'event_said_by_browsers',
    'Whoever has a browser can say that this happened.',
    ofEvents.filter(({ earns }) => earns.trust === 'public').map(({ name }) => name),
  );
  told(
    'warn',
    'event_without_limit',
    'It earns as often as it happens.',
    ofEvents
      .filter(({ earns, caps }) => earns.onceBy === undefined && caps.periods.length === 0)
      .map(({ name }) => name),
  );
  const gift = live.some(({ earns }) => earns.type === 'birthday');
  if (gift && birthdays !== null && birthdays.known * FEW_BIRTHDAYS < birthdays.contacts)
    found.push(
      item('warn', 'earning', 'birthday_without_dates', 'Few contacts have told their birthday.', birthdays),
    );
  return found;
}

function members({ settings, tiers }: Facts): ProgramCheck[] {
  const found: ProgramCheck[] = [];
  if (settings.termsText.trim() === '')
    found.push(item('block', 'members', 'no_terms_text', 'Members accept terms that stand nowhere.'));
  if (settings.adjustmentLimit === null)
    found.push(
      item('warn', 'members', 'adjustments_without_limit', 'One person may give any number of points.'),
    );
  if (tiers === 0) found.push(item('info', 'tiers', 'no_tier', 'There are no tiers.'));
  return found;
}

function review({ backtestIsOld }: Facts): ProgramCheck[] {
  if (backtestIsOld === null)
    return [item('info', 'review', 'not_backtested', 'The rules were not tried on past orders.')];
  return backtestIsOld
    ? [item('info', 'review', 'backtest_is_old', 'Rules have changed since they were tried.')]
    : [];
}
