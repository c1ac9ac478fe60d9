import type { PropertyTest } from '../../segments/contract.ts';

/** Whether what an event says fulfils all tests, as the segments' leaf about events means them. */
export function fulfils(properties: unknown, tests: readonly PropertyTest[]): boolean {
  return tests.every((test) => holds(valueOf(properties, test.property), test));
}

function valueOf(properties: unknown, name: string): unknown {
  if (typeof properties !== 'object' || properties === null) return undefined;
  return Object.hasOwn(properties, name) ? (properties as Record<string, unknown>)[name] : undefined;
}

const isScalar = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

function holds(value: unknown, test: PropertyTest): boolean {
  switch (test.op) {
    case 'exists':
      return !isEmpty(value);
    case 'lacks':
      return isEmpty(value);
    case 'in':
      return isScalar(value) && test.value.includes(String(value));
    case 'notIn':
      return isScalar(value) && !test.value.includes(String(value));
    case 'contains':
      return isScalar(value) && String(value).toLowerCase().includes(test.value.toLowerCase());
    case 'is':
      return isAlike(value, test.value) && String(value) === String(test.value);
    case 'isNot':
      return isAlike(value, test.value) && String(value) !== String(test.value);
    case 'gt':
      return typeof value === 'number' && value > test.value;
    case 'gte':
      return typeof value === 'number' && value >= test.value;
    case 'lt':
      return typeof value === 'number' && value < test.value;
    case 'lte':
    default:
      return typeof value === 'number' && value <= test.value;
  }
}

/** A text is compared with any value as it stands, numbers and truth values only with their like. */
function isAlike(value: unknown, with_: string | number | boolean): boolean {
  return typeof with_ === 'string' ? isScalar(value) : typeof value === typeof with_;
}
