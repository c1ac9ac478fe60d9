import { z } from 'zod';

/**
 * Text that PostgreSQL can store: it refuses NUL in text, and NUL and lone surrogates in jsonb, with an error that would
 * otherwise surface as a 500.
 */
export function isStorable(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}

/** The same text without what PostgreSQL refuses; for input that must never fail a whole batch. */
export function storable(value: string): string {
  return isStorable(value) ? value : value.replaceAll('\0', '').toWellFormed();
}

/** A bounded string that can be stored. Every string of an API input is one of these. */
export const text = (max: number) =>
  z.string().max(max).refine(isStorable, { error: 'has characters that cannot be stored' });

/** The same, trimmed and not empty. */
export const requiredText = (max: number) =>
  z.string().trim().min(1).max(max).refine(isStorable, { error: 'has characters that cannot be stored' });
