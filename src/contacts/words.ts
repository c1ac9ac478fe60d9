import { MAX_ATTRIBUTES } from './contract.ts';
import { attributeKeyOf, PLAIN_FIELDS, sameValue } from './state.ts';

/** What was said of one key of a contact over time, and where one more word belongs. Pure. */

/** A word as the history has it, oldest first. */
export type Entry = {
  at: number;
  value: unknown;
  /** The node it was said of; absent: the contact, which is its only node. */
  nodeId?: string;
  /**
   * settlement: nobody's own word, it tells readers of the history what a merge made of several; repeat: no row of the history, the
   * last time its node was said to be what it was already.
   */
  by?: 'settlement' | 'repeat';
  /** Of a word about tags: those it brought. */
  added?: readonly string[];
  removed?: readonly string[];
};

/** By history key. No entry before a moment means the value every contact begins with. */
export type KeyHistory = Map<string, Entry[]>;

/** Times of repeated words by history key, in milliseconds. */
export type Repeats = Readonly<Record<string, number>>;

/** As many attributes as a contact has at most, and its fields. */
export const MAX_REPEATS = MAX_ATTRIBUTES + PLAIN_FIELDS.length + 1;

/** As many as are kept of a node: its fields, then the attributes that were said last. */
export function latestRepeats(times: Repeats): Repeats {
  const entries = Object.entries(times);
  if (entries.length <= MAX_REPEATS) return times;
  const rank = (key: string): number => (key.startsWith(attributeKeyOf('')) ? 1 : 0);
  return Object.fromEntries(
    entries
      .toSorted(([a, x], [b, y]) => rank(a) - rank(b) || y - x || (a < b ? -1 : 1))
      .slice(0, MAX_REPEATS),
  );
}

type Word = { at: number; value: unknown; nodeId: string };

export type Entered = {
  /** Rows the history needs: the word, and later repeats of another value that are rows from now on. */
  rows: Word[];
  /** The word says what its node was said to be already, later than anybody said so before. */
  repeats: boolean;
};

const saidOf = (nodeId: string) => (entry: Entry) =>
  (entry.nodeId ?? nodeId) === nodeId && entry.by !== 'settlement';

/**
 * Enters a word into the past of its key, `initial` being what a contact begins with. A word is no row when its own node was said to be
 * so, and the contact is: each node keeps all that makes it somebody of its own, should it be separated.
 */
export function enterWord(past: Entry[], word: Word, initial: unknown, joined: boolean): Entered {
  const later = past.findIndex((entry) => entry.at > word.at);
  const position = later === -1 ? past.length : later;
  const isOwn = saidOf(word.nodeId);
  const ownBefore = past.slice(0, position).findLast(isOwn);
  const inForce = past[position - 1]?.value ?? initial;
  const wasSaid = ownBefore === undefined ? !joined : sameValue(ownBefore.value ?? initial, word.value);
  if (wasSaid && sameValue(inForce, word.value)) {
    if (past.slice(position).some(isOwn)) return { rows: [], repeats: false };
    past.splice(position, 0, { ...word, by: 'repeat' });
    const former = past.findIndex((entry, i) => i < position && isOwn(entry) && entry.by === 'repeat');
    if (former >= 0) past.splice(former, 1);
    return { rows: [], repeats: true };
  }
  past.splice(position, 0, { ...word });
  const rows = [word];
  for (const entry of past.slice(position + 1)) {
    if (entry.by !== 'repeat' || sameValue(entry.value, word.value)) continue;
    delete entry.by;
    rows.push({ at: entry.at, value: entry.value, nodeId: entry.nodeId ?? word.nodeId });
  }
  return { rows, repeats: false };
}

/** That a node was said again to be what it was already, as an entry; null when a later word of it is known. */
export function repeatEntry(
  past: readonly Entry[],
  nodeId: string,
  at: number,
  initial: unknown,
): Entry | null {
  const last = past.findLast(saidOf(nodeId));
  if (last !== undefined && last.at >= at) return null;
  return { at, value: last === undefined ? initial : last.value, nodeId, by: 'repeat' };
}

/** The tags a node was given by words of its own. */
export function tagsOf(past: readonly Entry[], nodeId: string): Set<string> {
  const tags = new Set<string>();
  for (const { added = [], removed = [] } of past.filter(saidOf(nodeId))) {
    for (const tag of removed) tags.delete(tag);
    for (const tag of added) tags.add(tag);
  }
  return tags;
}
