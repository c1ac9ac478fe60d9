import { isStorable } from '../core/text.ts';

/** What a parsed event is made of, before anything recursive touches it. Pure. */

/** Deeper values only exhaust the stacks of whoever walks them: JSON.stringify ends at some thousand levels. */
const MAX_DEPTH = 64;

/**
 * Why PostgreSQL or the program could not hold this value, or null: nesting, or characters that jsonb refuses. Walks with
 * a stack of its own, so that no depth harms it.
 */
export function problemOf(value: unknown): string | null {
  const waiting: Array<{ node: unknown; depth: number }> = [{ node: value, depth: 1 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, depth } = next;
    if (typeof node === 'string' && !isStorable(node)) return UNSTORABLE;
    if (typeof node !== 'object' || node === null) continue;
    if (depth > MAX_DEPTH) return `nested deeper than ${MAX_DEPTH} levels`;
    for (const [key, child] of Object.entries(node)) {
      if (!isStorable(key)) return UNSTORABLE;
      if (typeof child === 'object' || typeof child === 'string')
        waiting.push({ node: child, depth: depth + 1 });
    }
  }
  return null;
}

const UNSTORABLE = 'contains characters that cannot be stored (NUL or half of a surrogate pair)';
