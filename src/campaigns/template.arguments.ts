import type { Variable } from './template.variables.ts';
import { formsOf } from './template.words.ts';

/** What a helper takes, place by place. */
export type Argument =
  | 'any'
  | 'number'
  | 'date'
  /** Three capital letters, or a variable that holds them. */
  | 'currency'
  /** A form of a word. */
  | 'text'
  /** One of the words a date can be written by. */
  | 'style'
  /** A number written out: how many at most. */
  | 'count'
  /** A list of products. */
  | 'products'
  /** The coupon as a whole. */
  | 'coupon'
  /** Where a member stands: loyalty.standing. */
  | 'standing';

const DATE_STYLES: readonly string[] = ['long', 'short', 'day', 'time'];
const MOST = 12;

/** What stands at an argument's place: something written out, or a variable. */
export type Given = { literal: unknown } | { variable: Variable; name: string };

/** What is wrong with it, in words; undefined when it fits. Pure. */
export function argumentProblem(wanted: Argument, given: Given): string | undefined {
  switch (wanted) {
    case 'any':
      return undefined;
    case 'style':
      return 'literal' in given && DATE_STYLES.includes(String(given.literal))
        ? undefined
        : `the way to write a date is one of ${DATE_STYLES.map((one) => `"${one}"`).join(', ')}`;
    case 'count':
      return 'literal' in given && Number.isInteger(given.literal) && inRange(Number(given.literal))
        ? undefined
        : `how many is a number from 1 to ${MOST}`;
    case 'products':
      return 'variable' in given && isProducts(given.variable)
        ? undefined
        : 'a list of products is expected, such as recommended';
    case 'coupon':
    case 'standing': {
      const name = wanted === 'coupon' ? 'coupon' : 'loyalty.standing';
      return 'variable' in given && given.name === name ? undefined : `${name} is expected here`;
    }
    case 'number':
    case 'currency':
    case 'text':
    case 'date':
    default:
      return fits(wanted, given) ? undefined : `a ${wanted} is expected here`;
  }
}

const inRange = (value: number): boolean => value >= 1 && value <= MOST;

function isProducts(variable: Variable): boolean {
  if (variable.kind !== 'list') return false;
  const { name, link, priceMinor, currency, imageUrl } = variable.item;
  return (
    name?.kind === 'value' &&
    link?.kind === 'link' &&
    [priceMinor, currency, imageUrl].every((field) => field?.kind === 'value')
  );
}

function fits(wanted: 'number' | 'text' | 'currency' | 'date', given: Given): boolean {
  if ('literal' in given) {
    const { literal } = given;
    if (wanted === 'number') return typeof literal === 'number';
    return typeof literal === 'string' && (wanted !== 'currency' || /^[A-Z]{3}$/.test(literal));
  }
  const { variable } = given;
  if (variable.kind !== 'value') return false;
  // Dates among a template's own variables come as texts.
  if (wanted === 'date') return variable.of === 'date' || variable.of === 'text';
  return variable.of === (wanted === 'number' ? 'number' : 'text');
}

/** What is wrong with so many forms of a word in this language; undefined when it has as many. */
export function formsProblem(locale: string, given: number): string | undefined {
  const needed = formsOf(locale);
  if (given === needed) return undefined;
  return needed === 3
    ? 'this language has three forms, such as "заказ" "заказа" "заказов"'
    : 'this language has two forms, such as "order" "orders"';
}
