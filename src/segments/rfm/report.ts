import { decimalToScaled, divideHalfUp, minorDigits, minorToWire } from '../../core/money.ts';
import { CELL_ADVICE, CELL_LABELS, cellAt, frequencyMoney, SCORES } from './cells.ts';
import { CELLS } from './contract.ts';
import type { RfmReport } from './contract.ts';
import type { ScoreField } from './store.ts';

/** The report out of sums for each triple of scores: adding up, no facts. */

/** Digits of exact amounts. */
const SCALE = 6;
const scaled = (amount: string): bigint => decimalToScaled(amount, SCALE);

type Body = Omit<RfmReport, 'asOf' | 'kept' | 'settings' | 'currency'>;
type Sum = { contacts: number; orders: number; days: number; revenue: bigint };

export function reportOf(fields: readonly ScoreField[], currency: string): Body {
  const minor = (amount: bigint): number =>
    minorToWire(divideHalfUp(amount, 10n ** BigInt(SCALE - minorDigits(currency))));
  const counted = ({ contacts, revenue }: Sum) => ({ contacts, revenue: minor(revenue) });
  const all = sumOf(fields);
  const among = (test: (field: ScoreField) => boolean): Sum => sumOf(fields.filter(test));
  const fm = (field: ScoreField): number => frequencyMoney(field.frequency, field.money);
  return {
    ...counted(all),
    boundaries: {
      recency: ranges(fields, 'recency', ({ minDays, maxDays }) => [minDays, maxDays]),
      frequency: ranges(fields, 'frequency', ({ minOrders, maxOrders }) => [minOrders, maxOrders]),
      money: ranges(fields, 'money', ({ minRevenue, maxRevenue }) => [
        minor(scaled(minRevenue)),
        minor(scaled(maxRevenue)),
      ]),
    },
    grid: places((recency, frequency) => ({
      recency,
      frequency,
      ...counted(among((field) => field.recency === recency && field.frequency === frequency)),
    })),
    map: places((recency, frequencyAndMoney) => ({
      recency,
      frequencyMoney: frequencyAndMoney,
      cell: cellAt(recency, frequencyAndMoney),
      ...counted(among((field) => field.recency === recency && fm(field) === frequencyAndMoney)),
    })),
    cells: CELLS.map((cell) => {
      const own = among((field) => cellAt(field.recency, fm(field)) === cell);
      const mean = (sum: number): number | null => (own.contacts === 0 ? null : round(sum / own.contacts));
      return {
        cell,
        label: CELL_LABELS[cell],
        advice: CELL_ADVICE[cell],
        ...counted(own),
        share: all.contacts === 0 ? 0 : own.contacts / all.contacts,
        revenueShare: all.revenue === 0n ? 0 : Number(own.revenue) / Number(all.revenue),
        averageDays: mean(own.days),
        averageOrders: mean(own.orders),
        averageRevenue: own.contacts === 0 ? null : minor(divideHalfUp(own.revenue, BigInt(own.contacts))),
      };
    }),
  };
}

/** All 25 places, the best row first. */
function places<T>(make: (row: number, column: number) => T): T[] {
  return SCORES.flatMap((row) => SCORES.toReversed().map((column) => make(row, column)));
}

function sumOf(fields: readonly ScoreField[]): Sum {
  const sum: Sum = { contacts: 0, orders: 0, days: 0, revenue: 0n };
  for (const { contacts, orders, days, revenue } of fields) {
    sum.contacts += contacts;
    sum.orders += orders;
    sum.days += days;
    sum.revenue += scaled(revenue);
  }
  return sum;
}

function ranges(
  fields: readonly ScoreField[],
  measure: 'recency' | 'frequency' | 'money',
  bounds: (field: ScoreField) => [number, number],
): { score: number; from: number; to: number }[] {
  return SCORES.flatMap((score) => {
    const own = fields.filter((field) => field[measure] === score).map(bounds);
    if (own.length === 0) return [];
    return [
      { score, from: Math.min(...own.map(([from]) => from)), to: Math.max(...own.map(([, to]) => to)) },
    ];
  });
}

const round = (value: number): number => Math.round(value * 100) / 100;
