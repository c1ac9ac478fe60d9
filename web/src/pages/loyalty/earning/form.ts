import type { UseFormReturnType } from '@mantine/form';
import { useForm } from '@mantine/form';
import { newKey } from '../../../api/client.ts';
import type { AccrualDefinition, RuleView } from '../../../api/earning.ts';
import { fieldErrors } from '../../../api/problem.ts';
import { toLocalInput } from '../../../lib/localTime.ts';
import type { Blank } from '../amounts.ts';
import { unitsOf } from '../amounts.ts';
import { testFields } from './tests.ts';
import type { TestFields } from './tests.ts';

/** An earning rule as fields, named as the API names them so that its errors find them; money is in units of the currency. */

export const KINDS = [
  'amount',
  'unit',
  'order',
  'event',
  'enrolment',
  'birthday',
  'anniversary',
] as const satisfies readonly AccrualDefinition['earns']['type'][];
export type Kind = (typeof KINDS)[number];
export const ORDER_KINDS: readonly string[] = ['amount', 'unit', 'order'];

export type ScopeFields = {
  products: string[];
  categories: string[];
  excludedProducts: string[];
  excludedCategories: string[];
};
export type WhoFields = { tiers: string[]; segments: string[]; personCategories: string[] };
export type WeekFields = { key: string; days: string[]; from: string; to: string };
export type ScheduleFields = { from: string; until: string; weekly: WeekFields[] };
export type MultiplierFields = WhoFields & {
  key: string;
  factor: Blank;
  scope: ScopeFields;
  schedule: ScheduleFields;
  /** As it is saved: what no field shows stays. */
  was?: AccrualDefinition['multipliers'][number];
};
export type PeriodFields = {
  key: string;
  per: 'day' | 'week' | 'month' | 'year' | 'ever';
  points: Blank;
  times: Blank;
};
export type RuleFields = {
  name: string;
  note: string;
  earns: {
    type: Kind;
    points: Blank;
    perMinor: Blank;
    steps: 'whole' | 'share';
    event: string;
    where: TestFields[];
    onceBy: string;
    trust: 'server' | 'verified' | 'public';
  };
  scope: ScopeFields;
  conditions: WhoFields & {
    notSegments: string[];
    channels: string[];
    minAmountMinor: Blank;
    firstOrder: boolean;
    schedule: ScheduleFields;
  };
  tierFactor: boolean;
  multipliers: MultiplierFields[];
  multiply: 'best' | 'product';
  caps: { perOrder: Blank; periods: PeriodFields[]; balance: Blank };
  combine: 'sum' | 'best';
  priority: Blank;
  rounding: AccrualDefinition['rounding'];
  earnOnPointsPart: 'program' | 'yes' | 'no';
  excludePromo: boolean;
  pending: {
    kind: 'program' | 'days' | 'until' | 'event';
    days: Blank;
    date: string;
    event: string;
    maxDays: Blank;
  };
  historical: boolean;
};
export type RuleForm = UseFormReturnType<RuleFields>;

const noScope = (): ScopeFields => ({
  products: [],
  categories: [],
  excludedProducts: [],
  excludedCategories: [],
});
const noWho = (): WhoFields => ({ tiers: [], segments: [], personCategories: [] });
const noSchedule = (): ScheduleFields => ({ from: '', until: '', weekly: [] });
export const freshWeek = (): WeekFields => ({ key: newKey(), days: [], from: '00:00', to: '24:00' });
export const freshMultiplier = (): MultiplierFields => ({
  ...noWho(),
  key: newKey(),
  factor: 2,
  scope: noScope(),
  schedule: noSchedule(),
});
export const freshPeriod = (): PeriodFields => ({ key: newKey(), per: 'month', points: '', times: '' });

const fresh = (kind: Kind): RuleFields => ({
  name: '',
  note: '',
  earns: {
    type: kind,
    points: kind === 'amount' || kind === 'unit' ? 1 : 100,
    perMinor: 10,
    steps: 'share',
    event: '',
    where: [],
    onceBy: '',
    trust: 'server',
  },
  scope: noScope(),
  conditions: {
    ...noWho(),
    notSegments: [],
    channels: [],
    minAmountMinor: '',
    firstOrder: false,
    schedule: noSchedule(),
  },
  tierFactor: false,
  multipliers: [],
  multiply: 'best',
  caps: { perOrder: '', periods: [], balance: '' },
  combine: 'sum',
  priority: 0,
  rounding: 'down',
  earnOnPointsPart: 'program',
  excludePromo: false,
  pending: { kind: 'program', days: 14, date: '', event: '', maxDays: '' },
  historical: false,
});

export function useRuleForm(rule: RuleView | null, kind: Kind, currency: string): RuleForm {
  return useForm<RuleFields>({
    initialValues:
      rule === null ? fresh(kind) : fieldsOf(rule.definition, rule.definition.currency ?? currency),
  });
}

const blank = (value: number | null | undefined): Blank => value ?? '';
const scheduleFields = (of: AccrualDefinition['conditions']['schedule']): ScheduleFields => ({
  from: of?.from ? toLocalInput(new Date(of.from)) : '',
  until: of?.until ? toLocalInput(new Date(of.until)) : '',
  weekly: (of?.weekly ?? []).map(({ days, from, to }) => ({
    key: newKey(),
    days: days.map(String),
    from,
    to,
  })),
});

function fieldsOf(definition: AccrualDefinition, currency: string): RuleFields {
  const { earns, conditions, caps, pending, earnOnPointsPart } = definition;
  const base = fresh(earns.type);
  return {
    ...base,
    ...definition,
    earns: {
      ...base.earns,
      ...earns,
      perMinor: earns.type === 'amount' ? unitsOf(earns.perMinor, currency) : '',
      where: earns.type === 'event' ? testFields(earns.where) : [],
      onceBy: earns.type === 'event' ? (earns.onceBy ?? '') : '',
    },
    conditions: {
      ...conditions,
      minAmountMinor:
        conditions.minAmountMinor === undefined ? '' : unitsOf(conditions.minAmountMinor, currency),
      schedule: scheduleFields(conditions.schedule),
    },
    multipliers: definition.multipliers.map((was) => ({
      ...was,
      was,
      key: newKey(),
      factor: Number(was.factor),
      schedule: scheduleFields(was.schedule),
    })),
    caps: {
      perOrder: blank(caps.perOrder),
      balance: blank(caps.balance),
      periods: caps.periods.map(({ per, points, times }) => ({
        key: newKey(),
        per,
        points: blank(points),
        times: blank(times),
      })),
    },
    earnOnPointsPart: earnOnPointsPart === undefined ? 'program' : earnOnPointsPart ? 'yes' : 'no',
    pending:
      pending === undefined
        ? base.pending
        : { ...base.pending, ...pending, maxDays: pending.kind === 'event' ? blank(pending.maxDays) : '' },
  };
}

/** Puts the API's errors at the fields; true when every one has found its place. */
export function showErrors(form: RuleForm, error: unknown): boolean {
  const found = Object.fromEntries(
    Object.entries(fieldErrors(error)).map(([at, text]) => [at.replace(/^definition\./, ''), text]),
  );
  form.setErrors(found);
  const paths = Object.keys(found);
  return paths.length > 0 && paths.every((at) => (at.split('.')[0] ?? '') in form.values);
}
