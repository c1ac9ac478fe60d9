import type { FieldIssue } from '../../core/errors.ts';
import { scheduleProblems } from '../offers/definition.ts';
import type { AccrualDefinition } from './contract.ts';
import { milliOf } from './factor.ts';

/** What no field of a rule can say alone. Pure; paths are of the definition. */
export function problemsOf(definition: AccrualDefinition, now: Date): FieldIssue[] {
  return [...timeProblems(definition, now), ...shapeProblems(definition), ...capProblems(definition)];
}

/** Whether it earns by orders: by amounts, units, or each order. */
export const ofOrders = ({ earns }: AccrualDefinition): boolean =>
  ['amount', 'unit', 'order'].includes(earns.type);

const issue = (path: string, code: string, message: string): FieldIssue => ({ path, code, message });

function timeProblems({ conditions, multipliers }: AccrualDefinition, now: Date): FieldIssue[] {
  const under = (path: string, found: readonly FieldIssue[]): FieldIssue[] =>
    found.map((one) => ({ ...one, path: one.path.replace(/^conditions/, path) }));
  return [
    ...scheduleProblems(conditions.schedule, now),
    ...multipliers.flatMap(({ schedule }, i) => under(`multipliers.${i}`, scheduleProblems(schedule, now))),
  ];
}

function shapeProblems(definition: AccrualDefinition): FieldIssue[] {
  const { earns, conditions, multipliers, scope, pending } = definition;
  const found: FieldIssue[] = [];
  if (!ofOrders(definition)) {
    const only = 'Only rules of orders ask for this.';
    if (conditions.minAmountMinor !== undefined)
      found.push(issue('conditions.minAmountMinor', 'not_possible', only));
    if (conditions.channels.length > 0) found.push(issue('conditions.channels', 'not_possible', only));
    if (conditions.firstOrder) found.push(issue('conditions.firstOrder', 'not_possible', only));
    if (scope.products.length + scope.categories.length + scope.tags.length > 0)
      found.push(issue('scope', 'not_possible', only));
  }
  const { minUnitPriceMinor: least, maxUnitPriceMinor: most } = scope;
  if (least !== undefined && most !== undefined && least > most)
    found.push(issue('scope.maxUnitPriceMinor', 'not_possible', 'It is below the least price.'));
  for (const [i, { factor }] of multipliers.entries())
    if (milliOf(factor) === 0n)
      found.push(issue(`multipliers.${i}.factor`, 'not_possible', 'A factor is above zero.'));
  if (pending?.kind === 'event' && earns.type === 'birthday')
    found.push(issue('pending', 'not_possible', 'Nothing would ever release these points.'));
  return found;
}

function capProblems({ caps }: AccrualDefinition): FieldIssue[] {
  return caps.periods.flatMap(({ points, times, per }, i) => [
    ...(points === undefined && times === undefined
      ? [issue(`caps.periods.${i}`, 'empty_cap', 'It needs points or times.')]
      : []),
    ...(caps.periods.findIndex((one) => one.per === per) < i
      ? [issue(`caps.periods.${i}.per`, 'period_twice', 'This period stands above already.')]
      : []),
  ]);
}
