import type { AccrualDefinition, RuleDraft } from '../../../api/earning.ts';
import { fromLocalInput } from '../../../lib/localTime.ts';
import type { Blank } from '../amounts.ts';
import { minorOf, orNull } from '../amounts.ts';
import { ORDER_KINDS } from './form.ts';
import type { RuleFields, ScheduleFields, ScopeFields } from './form.ts';
import { testsOf } from './tests.ts';

/** The fields of an earning rule as the API takes them. */

const some = (value: Blank): number | undefined => orNull(value) ?? undefined;

/** What is sent. What no field shows (a calendar rule, tags) stays as it was `before`. */
export function definitionOf(
  fields: RuleFields,
  currency: string,
  zone: string,
  before?: AccrualDefinition,
): RuleDraft {
  const { conditions, caps, multipliers } = fields;
  const orders = ORDER_KINDS.includes(fields.earns.type);
  const scope = (own: ScopeFields, was: AccrualDefinition['scope'] | undefined) => ({ ...was, ...own });
  return {
    name: fields.name,
    note: fields.note,
    earns: earnsOf(fields, currency),
    ...(before?.currency === undefined ? {} : { currency: before.currency }),
    scope: orders ? scope(fields.scope, before?.scope) : {},
    conditions: {
      tiers: conditions.tiers,
      segments: conditions.segments,
      notSegments: conditions.notSegments,
      personCategories: conditions.personCategories,
      ...(orders
        ? {
            channels: conditions.channels,
            firstOrder: conditions.firstOrder,
            minAmountMinor:
              conditions.minAmountMinor === '' ? undefined : minorOf(conditions.minAmountMinor, currency),
          }
        : {}),
      schedule: scheduleOf(conditions.schedule, zone, before?.conditions.schedule),
    },
    tierFactor: fields.tierFactor,
    multipliers: multipliers.map(
      ({ factor, schedule, scope: own, was, tiers, segments, personCategories }) => ({
        tiers,
        segments,
        personCategories,
        factor: String(orNull(factor) ?? 1),
        scope: orders ? scope(own, was?.scope) : {},
        schedule: scheduleOf(schedule, zone, was?.schedule),
      }),
    ),
    multiply: fields.multiply,
    caps: {
      perOrder: some(caps.perOrder),
      balance: some(caps.balance),
      periods: caps.periods.map(({ per, points, times }) => ({
        per,
        points: some(points),
        times: some(times),
      })),
    },
    combine: fields.combine,
    priority: orNull(fields.priority) ?? 0,
    rounding: fields.rounding,
    earnOnPointsPart: fields.earnOnPointsPart === 'program' ? undefined : fields.earnOnPointsPart === 'yes',
    excludePromo: fields.excludePromo,
    pending: pendingOf(fields.pending),
    historical: fields.historical,
  };
}

function earnsOf({ earns }: RuleFields, currency: string): RuleDraft['earns'] {
  const points = Number(earns.points);
  const { type, steps, event, where, onceBy, trust } = earns;
  if (type === 'amount') return { type, points, steps, perMinor: minorOf(Number(earns.perMinor), currency) };
  if (type !== 'event') return { type, points };
  return {
    type,
    points,
    event,
    where: testsOf(where),
    trust,
    ...(onceBy.trim() === '' ? {} : { onceBy }),
  };
}

function scheduleOf(
  { from, until, weekly }: ScheduleFields,
  zone: string,
  before: AccrualDefinition['conditions']['schedule'],
) {
  if (from === '' && until === '' && weekly.length === 0 && before?.recurring === undefined) return undefined;
  return {
    timeZone: before?.timeZone ?? zone,
    ...(before?.recurring === undefined ? {} : { recurring: before.recurring }),
    from: from === '' ? null : fromLocalInput(from),
    until: until === '' ? null : fromLocalInput(until),
    weekly: weekly.map(({ key: _key, days, ...hours }) => ({
      ...hours,
      days: days.map(Number).toSorted((a, b) => a - b),
    })),
  };
}

function pendingOf({ kind, days, date, event, maxDays }: RuleFields['pending']): RuleDraft['pending'] {
  if (kind === 'program') return undefined;
  if (kind === 'days') return { kind, days: orNull(days) ?? 0 };
  return kind === 'until' ? { kind, date } : { kind, event, maxDays: orNull(maxDays) };
}
