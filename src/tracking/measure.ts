import { isStorable } from '../core/text.ts';

/** What a parsed event is made of, before anything recursive touches it. Pure. */

/** Deeper values only exhaust the stacks of whoever walks them: JSON.stringify ends at some thousand levels. */
const MAX_DEPTH = 64;
/** UTF-8 takes at most three bytes for a UTF-16 unit; quotes, comma and colon come on top. */
const BYTES_PER_UNIT = 3;
const PUNCTUATION = 4;
/** The longest number JSON.stringify writes, true, false and null. */
const MAX_SCALAR_BYTES = 26;

export type Measure = {
  /** Why PostgreSQL or the program could not hold this value, or null: nesting, or characters that jsonb refuses. */
  problem: 'deep' | 'unstorable' | null;
  /** An upper bound of its size as JSON, escapes apart. */
  atMostBytes: number;
};

/** Walks with a stack of its own, so that no depth harms it. */
export function measure(value: unknown): Measure {
  const nodes: unknown[] = [value];
  const depths: number[] = [1];
  let atMostBytes = 0;
  let problem: Measure['problem'] = null;
  while (nodes.length > 0) {
    const node = nodes.pop();
    const depth = depths.pop() ?? 0;
    if (typeof node === 'string') {
      atMostBytes += node.length * BYTES_PER_UNIT + PUNCTUATION;
      if (!isStorable(node)) problem = 'unstorable';
      continue;
    }
    atMostBytes += MAX_SCALAR_BYTES;
    if (typeof node !== 'object' || node === null) continue;
    if (depth > MAX_DEPTH) return { problem: 'deep', atMostBytes };
    if (Array.isArray(node)) {
      for (const child of node) {
        nodes.push(child);
        depths.push(depth + 1);
      }
      continue;
    }
    for (const key of Object.keys(node)) {
      atMostBytes += key.length * BYTES_PER_UNIT + PUNCTUATION;
      if (!isStorable(key)) problem = 'unstorable';
      nodes.push((node as Record<string, unknown>)[key]);
      depths.push(depth + 1);
    }
  }
  return { problem, atMostBytes };
}

/** The words of a problem for whoever sent it. */
export const PROBLEMS = {
  deep: `nested deeper than ${MAX_DEPTH} levels`,
  unstorable: 'contains characters that cannot be stored (NUL or half of a surrogate pair)',
} as const;

/** JSON of a value of any depth, which JSON.stringify could not write; ends after `maxChars`. */
export function deepText(value: unknown, maxChars: number): string {
  const parts: string[] = [];
  let chars = 0;
  /** What is still to be written, the next last: text as it is, or a value. */
  const rest: Array<{ text: string } | { value: unknown }> = [{ value }];
  for (let next = rest.pop(); next !== undefined && chars < maxChars; next = rest.pop()) {
    if ('text' in next) {
      parts.push(next.text);
      chars += next.text.length;
    } else if (typeof next.value === 'object' && next.value !== null) {
      rest.push(...piecesOf(next.value).toReversed());
    } else {
      rest.push({ text: JSON.stringify(next.value) ?? 'null' });
    }
  }
  return parts.join('').slice(0, maxChars);
}

function piecesOf(node: object): Array<{ text: string } | { value: unknown }> {
  const open = Array.isArray(node) ? '[' : '{';
  const pieces = Object.entries(node).flatMap(([key, value], i) => {
    const name = Array.isArray(node) ? '' : `${JSON.stringify(key)}:`;
    return [{ text: (i === 0 ? '' : ',') + name }, { value: value as unknown }];
  });
  return [{ text: open }, ...pieces, { text: open === '[' ? ']' : '}' }];
}
