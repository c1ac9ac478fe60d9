import { describe, expect, test } from 'vitest';
import {
  CELL_ADVICE,
  CELL_LABELS,
  cellAt,
  frequencyMoney,
  MAP_IN_ORDER,
} from '../../src/segments/rfm/cells.ts';
import { CELLS, rfmMethod } from '../../src/segments/rfm/contract.ts';
import { isDue } from '../../src/segments/rfm/due.ts';

const SCORES = [1, 2, 3, 4, 5];

describe('the map of 11 cells', () => {
  test('every place belongs to exactly one cell, and no cell is without a place', () => {
    const found = SCORES.flatMap((recency) => SCORES.map((fm) => cellAt(recency, fm)));
    expect(found).toHaveLength(25);
    expect(found).toEqual(MAP_IN_ORDER);
    expect(new Set(found)).toEqual(new Set(CELLS));
    for (const cell of CELLS) expect(CELL_LABELS[cell].ru && CELL_ADVICE[cell].ru).not.toBe('');
  });

  test('every triple of scores leads to a place of the map', () => {
    for (const recency of SCORES)
      for (const frequency of SCORES)
        for (const money of SCORES)
          expect(CELLS).toContain(cellAt(recency, frequencyMoney(frequency, money)));
    expect([frequencyMoney(1, 1), frequencyMoney(1, 2), frequencyMoney(4, 5), frequencyMoney(5, 5)]).toEqual([
      1, 2, 5, 5,
    ]);
    expect([cellAt(5, 5), cellAt(1, 1)]).toEqual(['champions', 'lost']);
  });
});

test('bounds of scores must grow', () => {
  const good = { method: 'thresholds', recencyDays: [1, 2, 3, 4], orders: [1, 2, 3, 4], money: [1, 2, 3, 4] };
  expect(rfmMethod.safeParse(good).success).toBe(true);
  expect(rfmMethod.safeParse({ ...good, money: [1, 2, 2, 4] }).success).toBe(false);
  expect(rfmMethod.safeParse({ ...good, orders: [1, 2, 3] }).success).toBe(false);
});

test('scores are due once a night of the zone, after new settings, and while nobody has any', () => {
  const state = (computedAt: string, updatedAt = '2026-01-01T00:00:00Z', contacts = 3) => ({
    computedAt: new Date(computedAt),
    updatedAt: new Date(updatedAt),
    contacts,
  });
  const due = (one: ReturnType<typeof state> | undefined, now: string) =>
    isDue(one, new Date(now), 'Europe/Moscow');
  expect(due(undefined, '2026-03-01T10:00:00Z')).toBe(true);
  // 02:00 in Moscow is 23:00 UTC of the day before.
  expect(due(state('2026-02-28T22:59:00Z'), '2026-02-28T22:59:59Z')).toBe(false);
  expect(due(state('2026-02-28T22:59:00Z'), '2026-02-28T23:00:00Z')).toBe(true);
  expect(due(state('2026-02-28T23:00:00Z'), '2026-03-01T22:00:00Z')).toBe(false);
  expect(due(state('2026-03-01T09:00:00Z', '2026-03-01T09:30:00Z'), '2026-03-01T10:00:00Z')).toBe(true);
  expect(due(state('2026-03-01T09:00:00Z', '2026-01-01T00:00:00Z', 0), '2026-03-01T10:00:00Z')).toBe(true);
});
