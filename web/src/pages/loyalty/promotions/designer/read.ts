import { currencyDigits } from '../../../../lib/format.ts';
import { toLocalInput } from '../../../../lib/localTime.ts';
import type { PromotionDefinition } from './api.ts';
import type {
  Blank,
  CapForm,
  EffectForm,
  PromotionForm,
  RecurringForm,
  ScopeForm,
  StepForm,
} from './form.ts';
import { emptyScope, freshEffect, NTHS, TYPES, WEEKDAYS } from './form.ts';

/** A promotion as the API has it, as fields. */

type Effect = PromotionDefinition['effect'];
type Scope = PromotionDefinition['scope'];
type Recurring = NonNullable<PromotionDefinition['conditions']['schedule']>['recurring'];

/** What "as often as one likes" is in the API. */
const NO_MAX_TIMES = 1_000_000;
const MINUTES_PER_HOUR = 60;

const blank = (value: number | string | null | undefined): Blank =>
  value === undefined || value === null ? '' : Number(value);
const units = (minor: number | undefined, currency: string): Blank =>
  minor === undefined ? '' : minor / 10 ** currencyDigits(currency);
const local = (iso: string | null | undefined): string => (iso ? toLocalInput(new Date(iso)) : '');

export function readForm(
  definition: PromotionDefinition,
  { currency, timeZone }: { currency: string; timeZone: string },
): PromotionForm {
  const { conditions, limits } = definition;
  const { minAmount, minQuantity, schedule, firstOrder, minOrders } = conditions;
  const money = (minor: number | undefined) => units(minor, currency);
  return {
    name: definition.name,
    note: definition.note,
    programId: definition.programId ?? null,
    stage: definition.stage,
    effect: readEffect(definition.effect, currency),
    scope: readScope(definition.scope, currency),
    conditions: {
      minAmount: {
        amountMinor: money(minAmount?.amountMinor),
        of: minAmount?.of ?? 'order',
        exclusive: minAmount?.exclusive ?? false,
      },
      maxAmountMinor: money(conditions.maxAmountMinor),
      minQuantity: { quantity: blank(minQuantity?.quantity), of: minQuantity?.of ?? 'scope' },
      segments: conditions.segments,
      notSegments: conditions.notSegments,
      tiers: conditions.tiers,
      personCategories: conditions.personCategories,
      channels: conditions.channels,
      membersOnly: conditions.membersOnly,
      orders: firstOrder ? 'first' : minOrders === undefined ? 'any' : 'atLeast',
      minOrders: blank(minOrders),
      schedule: {
        from: local(schedule?.from),
        until: local(schedule?.until),
        weekly: (schedule?.weekly ?? []).map(({ days, from, to }) => ({ days: days.map(String), from, to })),
        timeZone: schedule?.timeZone ?? timeZone,
        recurring: readRecurring(schedule?.recurring),
      },
    },
    limits: {
      ...readCaps(limits, currency),
      timeZone: limits.timeZone ?? null,
      periods: limits.periods.map((one) => ({ ...readCaps(one, currency), every: one.every })),
    },
    priority: definition.priority,
    tags: definition.tags,
    excludes: definition.excludes,
    currency: definition.currency ?? null,
    needsCode: definition.needsCode,
    code: null,
    percentBase: definition.percentBase ?? 'stage',
    floor: {
      percentOfList: blank(definition.floor.percentOfList),
      overCostPercent: blank(definition.floor.overCostPercent),
    },
  };
}

function readCaps(caps: Omit<PromotionDefinition['limits'], 'periods'>, currency: string): CapForm {
  return {
    uses: blank(caps.uses),
    perContact: blank(caps.perContact),
    budgetMinor: units(caps.budgetMinor, currency),
    points: blank(caps.points),
  };
}

function readScope(scope: Scope, currency: string): ScopeForm {
  return {
    ...scope,
    minUnitPriceMinor: units(scope.minUnitPriceMinor, currency),
    maxUnitPriceMinor: units(scope.maxUnitPriceMinor, currency),
  };
}

/** The fields of its own type; those of the others as if new. */
function readEffect(effect: Effect, currency: string): EffectForm {
  const type = TYPES.find((one) => one === effect.type) ?? 'percent';
  const fresh = freshEffect(type);
  const money = (minor: number | undefined) => units(minor, currency);
  switch (effect.type) {
    case 'percent':
      return { ...fresh, percent: blank(effect.percent), maxDiscountMinor: money(effect.maxDiscountMinor) };
    case 'fixed_amount':
      return { ...fresh, amountMinor: money(effect.amountMinor), per: effect.per };
    case 'fixed_price':
      return { ...fresh, unitPrice: blank(effect.unitPrice) };
    case 'buy_x_get_y':
      return {
        ...fresh,
        buy: effect.buy,
        get: effect.get,
        percent: blank(effect.percent),
        given: effect.sameProduct ? 'same' : effect.getScope === undefined ? 'cheapest' : 'other',
        getScope: effect.getScope === undefined ? emptyScope() : readScope(effect.getScope, currency),
        maxTimes: times(effect.maxTimes),
      };
    case 'cheapest_free':
      return {
        ...fresh,
        groupOf: effect.groupOf,
        free: effect.free,
        percent: blank(effect.percent),
        grouping: effect.grouping,
        maxTimes: times(effect.maxTimes),
      };
    case 'bundle':
      return { ...fresh, ...readBundle(effect, currency) };
    case 'volume_ladder':
      return {
        ...fresh,
        count: effect.count,
        applies: effect.applies,
        steps: effect.steps.map((one) => ({ from: blank(one.fromQuantity), ...readGain(one, currency) })),
      };
    case 'spend_ladder':
      return {
        ...fresh,
        steps: effect.steps.map((one) => ({ from: money(one.fromMinor), ...readGain(one, currency) })),
      };
    case 'gift':
      return {
        ...fresh,
        products: effect.products,
        quantity: effect.quantity,
        ...readRepeats(effect, currency),
      };
    case 'bonus_points':
      return { ...fresh, points: effect.points, ...readRepeats(effect, currency) };
    case 'free_shipping':
      return { ...fresh, maxMinor: money(effect.maxMinor) };
    case 'accumulative':
      break;
  }
  return fresh;
}

const times = (value: number): Blank => (value === NO_MAX_TIMES ? '' : value);

function readBundle(effect: Extract<Effect, { type: 'bundle' }>, currency: string): Partial<EffectForm> {
  const { items, priceMinor, amountMinor, percent, maxTimes } = effect;
  const gain =
    priceMinor !== undefined
      ? { setGain: 'priceMinor' as const, setValue: units(priceMinor, currency) }
      : amountMinor !== undefined
        ? { setGain: 'amountMinor' as const, setValue: units(amountMinor, currency) }
        : { setGain: 'percent' as const, setValue: blank(percent) };
  return {
    ...gain,
    maxTimes: times(maxTimes),
    items: items.map(({ scope, quantity }) => ({ scope: readScope(scope, currency), quantity })),
  };
}

function readGain(
  step: { percent?: string | undefined; amountMinor?: number | undefined; unitPrice?: string | undefined },
  currency: string,
): Pick<StepForm, 'gain' | 'value'> {
  if (step.percent !== undefined) return { gain: 'percent', value: blank(step.percent) };
  if (step.amountMinor !== undefined)
    return { gain: 'amountMinor', value: units(step.amountMinor, currency) };
  return { gain: 'unitPrice', value: blank(step.unitPrice) };
}

function readRepeats(
  effect: Extract<Effect, { type: 'gift' | 'bonus_points' }>,
  currency: string,
): Partial<EffectForm> {
  const { everyMinor, everyQuantity, maxTimes } = effect;
  return {
    every: everyMinor !== undefined ? 'amount' : everyQuantity === undefined ? 'once' : 'quantity',
    everyMinor: units(everyMinor, currency),
    everyQuantity: blank(everyQuantity),
    maxTimes: times(maxTimes),
  };
}

/** Plain choices where the rule is one of them; anything else as it is written. */
function readRecurring(recurring: Recurring): RecurringForm {
  const fresh: RecurringForm = {
    kind: 'none',
    day: 1,
    nth: '1',
    weekday: 'FR',
    rule: '',
    date: toLocalInput(new Date()).slice(0, 10),
    time: '00:00',
    hours: 24,
  };
  if (recurring === undefined) return fresh;
  const { rule, start, durationMinutes } = recurring;
  const common = {
    ...fresh,
    rule,
    date: start.slice(0, 10),
    time: start.slice(11, 16),
    hours: durationMinutes / MINUTES_PER_HOUR,
  };
  const day = /^FREQ=MONTHLY;BYMONTHDAY=(\d{1,2})$/.exec(rule)?.[1];
  if (day !== undefined) return { ...common, kind: 'monthDay', day: Number(day) };
  const [, which, weekdayText] = /^FREQ=MONTHLY;BYDAY=(-?\d)([A-Z]{2})$/.exec(rule) ?? [];
  const nth = NTHS.find((one) => one === which);
  const weekday = WEEKDAYS.find((one) => one === weekdayText);
  if (nth !== undefined && weekday !== undefined) return { ...common, kind: 'weekday', nth, weekday };
  return { ...common, kind: rule === 'FREQ=YEARLY' ? 'yearly' : 'custom' };
}
