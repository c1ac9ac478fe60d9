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
  const rest: Piece[] = [{ value }];
  for (let next = rest.pop(); next !== undefined && chars < maxChars; next = rest.pop()) {
    if ('text' in next) {
      parts.push(next.text);
      chars += next.text.length;
    } else if (typeof next.value === 'object' && next.value !== null) {
      pushPieces(rest, next.value, maxChars - chars);
    } else {
      rest.push({ text: JSON.stringify(next.value) ?? 'null' });
    }
  }
  return parts.join('').slice(0, maxChars).toWellFormed();
}

type Piece = { text: string } | { value: unknown };

/** The last piece first, and no more members than `maxChars` can show: each writes at least one. */
function pushPieces(rest: Piece[], node: object, maxChars: number): void {
  const isList = Array.isArray(node);
  const keys = isList ? [] : Object.keys(node);
  rest.push({ text: isList ? ']' : '}' });
  for (let i = Math.min(isList ? node.length : keys.length, maxChars) - 1; i >= 0; i--) {
    const key = keys[i] ?? i;
    const name = isList ? '' : `${JSON.stringify(key)}:`;
    rest.push({ value: Reflect.get(node, key) as unknown }, { text: (i === 0 ? '' : ',') + name });
  }
  rest.push({ text: isList ? '[' : '{' });
}
