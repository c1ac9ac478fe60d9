import { currencyDigits } from '../../../../lib/format.ts';
import { fromLocalInput } from '../../../../lib/localTime.ts';
import type { PromotionInput } from './api.ts';
import type {
  Blank,
  CapForm,
  EffectForm,
  PromotionForm,
  RecurringForm,
  ScopeForm,
  StepForm,
} from './form.ts';

/** The fields as the API takes them: of each choice only those of its kind. */

type Effect = PromotionInput['effect'];
type Schedule = NonNullable<NonNullable<PromotionInput['conditions']>['schedule']>;

const MINUTES_PER_HOUR = 60;

export function writeDefinition(form: PromotionForm, currency: string): PromotionInput {
  const of = (value: Blank): number | undefined => minorOf(value, currency);
  const { effect, percentBase, floor, limits, programId } = form;
  const periods = limits.periods
    .map((one) => ({ every: one.every, ...writeCaps(one, effect.type, currency) }))
    .filter((one) => Object.keys(one).length > 1);
  return {
    name: form.name.trim(),
    note: form.note.trim(),
    stage: form.stage,
    effect: writeEffect(effect, currency, of),
    scope: writeScope(form.scope, of),
    conditions: writeConditions(form, of),
    priority: form.priority === '' ? 0 : form.priority,
    tags: form.tags,
    excludes: form.excludes,
    needsCode: form.needsCode,
    floor: {
      ...(floor.percentOfList === '' ? {} : { percentOfList: floor.percentOfList }),
      ...(floor.overCostPercent === '' ? {} : { overCostPercent: floor.overCostPercent }),
    },
    limits: {
      ...writeCaps(limits, effect.type, currency),
      periods,
      ...(limits.timeZone === null ? {} : { timeZone: limits.timeZone }),
    },
    ...(programId === null ? {} : { programId }),
    ...(form.currency === null ? {} : { currency: form.currency }),
    ...(percentBase === 'stage' ? {} : { percentBase }),
  };
}

const minorOf = (value: Blank, currency: string): number | undefined =>
  value === '' ? undefined : Math.round(value * 10 ** currencyDigits(currency));
/** A field that is there, or none. */
export const set = <K extends string, V>(key: K, value: V | undefined | ''): Partial<Record<K, V>> =>
  value === undefined || value === '' ? {} : ({ [key]: value } as Record<K, V>);

function writeCaps(caps: CapForm, type: EffectForm['type'], currency: string) {
  const inPoints = type === 'bonus_points';
  return {
    ...set('uses', caps.uses),
    ...set('perContact', caps.perContact),
    // Of the two budgets only the one its type can spend.
    ...(inPoints || type === 'gift' ? {} : set('budgetMinor', minorOf(caps.budgetMinor, currency))),
    ...(inPoints ? set('points', caps.points) : {}),
  };
}

function writeScope(scope: ScopeForm, of: (value: Blank) => number | undefined) {
  const { minUnitPriceMinor, maxUnitPriceMinor, ...rest } = scope;
  return {
    ...rest,
    ...set('minUnitPriceMinor', of(minUnitPriceMinor)),
    ...set('maxUnitPriceMinor', of(maxUnitPriceMinor)),
  };
}

function writeConditions(
  { conditions }: PromotionForm,
  of: (value: Blank) => number | undefined,
): NonNullable<PromotionInput['conditions']> {
  const { minAmount, minQuantity, maxAmountMinor, orders, minOrders, schedule, ...lists } = conditions;
  const least = of(minAmount.amountMinor);
  const times = writeSchedule(schedule);
  return {
    ...lists,
    firstOrder: orders === 'first',
    ...(orders === 'atLeast' ? set('minOrders', minOrders) : {}),
    ...(least === undefined || least === 0 ? {} : { minAmount: { ...minAmount, amountMinor: least } }),
    ...set('maxAmountMinor', of(maxAmountMinor)),
    ...(minQuantity.quantity === ''
      ? {}
      : { minQuantity: { ...minQuantity, quantity: minQuantity.quantity } }),
    ...(times === undefined ? {} : { schedule: times }),
  };
}

function writeSchedule(schedule: PromotionForm['conditions']['schedule']): Schedule | undefined {
  const from = fromLocalInput(schedule.from);
  const until = fromLocalInput(schedule.until);
  const recurring = writeRecurring(schedule.recurring);
  if (from === '' && until === '' && schedule.weekly.length === 0 && recurring === undefined)
    return undefined;
  return {
    ...set('from', from),
    ...set('until', until),
    weekly: schedule.weekly.map(({ days, from: start, to }) => ({
      days: days.map(Number).toSorted((a, b) => a - b),
      from: start === '' ? '00:00' : start,
      to: to === '' || to === '00:00' ? '24:00' : to,
    })),
    timeZone: schedule.timeZone,
    ...set('recurring', recurring),
  };
}

function writeRecurring(form: RecurringForm): Schedule['recurring'] {
  if (form.kind === 'none') return undefined;
  const rule = {
    monthDay: `FREQ=MONTHLY;BYMONTHDAY=${form.day === '' ? 1 : form.day}`,
    weekday: `FREQ=MONTHLY;BYDAY=${form.nth}${form.weekday}`,
    yearly: 'FREQ=YEARLY',
    custom: form.rule.trim(),
  }[form.kind];
  return {
    rule,
    start: `${form.date}T${form.time === '' ? '00:00' : form.time}:00`,
    durationMinutes: Math.round((form.hours === '' ? 24 : form.hours) * MINUTES_PER_HOUR),
  };
}

function writeEffect(effect: EffectForm, currency: string, of: (value: Blank) => number | undefined): Effect {
  const { type } = effect;
  const maxTimes = set('maxTimes', effect.maxTimes);
  switch (type) {
    case 'percent':
      return {
        type,
        percent: String(effect.percent),
        ...set('maxDiscountMinor', of(effect.maxDiscountMinor)),
      };
    case 'fixed_amount':
      return { type, amountMinor: of(effect.amountMinor) ?? 0, per: effect.per };
    case 'fixed_price':
      return { type, unitPrice: String(effect.unitPrice) };
    case 'buy_x_get_y':
      return {
        type,
        ...maxTimes,
        buy: Number(effect.buy),
        get: Number(effect.get),
        percent: String(effect.percent),
        sameProduct: effect.given === 'same',
        ...(effect.given === 'other' ? { getScope: writeScope(effect.getScope, of) } : {}),
      };
    case 'cheapest_free':
      return {
        type,
        ...maxTimes,
        groupOf: Number(effect.groupOf),
        free: Number(effect.free),
        percent: String(effect.percent),
        grouping: effect.grouping,
      };
    case 'bundle':
      return { type, ...maxTimes, ...writeBundle(effect, of) };
    case 'volume_ladder':
      return {
        type,
        count: effect.count,
        applies: effect.applies,
        steps: effect.steps.map((one) => ({ fromQuantity: String(one.from), ...writeGain(one, currency) })),
      };
    case 'spend_ladder':
      return {
        type,
        steps: effect.steps.map((one) => ({ fromMinor: of(one.from) ?? 0, ...writeGain(one, currency) })),
      };
    case 'gift':
      return {
        type,
        products: effect.products,
        quantity: Number(effect.quantity),
        ...writeRepeats(effect, of),
      };
    case 'bonus_points':
      return { type, points: Number(effect.points), ...writeRepeats(effect, of) };
    case 'free_shipping':
      break;
  }
  return { type, ...set('maxMinor', of(effect.maxMinor)) };
}

function writeBundle({ items, setGain, setValue }: EffectForm, of: (value: Blank) => number | undefined) {
  return {
    items: items.map(({ scope, quantity }) => ({ scope: writeScope(scope, of), quantity: Number(quantity) })),
    ...(setGain === 'percent' ? { percent: String(setValue) } : { [setGain]: of(setValue) ?? 0 }),
  };
}

function writeGain({ gain, value }: StepForm, currency: string) {
  if (gain === 'percent') return { percent: String(value) };
  return gain === 'unitPrice' ? { unitPrice: String(value) } : { amountMinor: minorOf(value, currency) ?? 0 };
}

function writeRepeats(
  { every, everyMinor, everyQuantity, maxTimes }: EffectForm,
  of: (value: Blank) => number | undefined,
) {
  if (every === 'once') return {};
  return {
    ...set('maxTimes', maxTimes),
    ...(every === 'amount'
      ? set('everyMinor', of(everyMinor))
      : { everyQuantity: everyQuantity === '' ? '1' : String(everyQuantity) }),
  };
}
