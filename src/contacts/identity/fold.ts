import { MAX_TAGS } from '../contract.ts';
import { defaultOf, roomFor } from '../apply.ts';
import { uniqueSorted } from '../prepare.ts';
import { PLAIN_FIELDS, sameValue, setValue, valueOf } from '../state.ts';
import type { ContactState, FieldValues } from '../state.ts';
import type { Repeats } from '../words.ts';

/**
 * What a contact is, from the words said of its nodes: the latest word per field counts, tags are what was added less what was
 * removed. Pure; the same whatever order the words came in.
 */

/** A word of the history. `delta` only of tags: against what stood before; null when all of them were new. */
export type Word = {
  key: string;
  value: unknown;
  at: number;
  id: string;
  originId: string;
  delta: { added: string[]; removed: string[] } | null;
  /** Nobody's own word: it tells readers of the history what a merge made of several. */
  settles?: boolean;
};

/** `repeats`: when the node was last said to be what its words say already, by key. */
export type Birth = { nodeId: string; bornAs: string | null; bornAt: Date; repeats?: Repeats | null };

/** Visitors begin as these; it is told nowhere else. */
const VISITOR = { kind: 'visitor', source: 'tracking' } as const;

const byTime = (a: Word, b: Word): number => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** `state` gives what has no history: id, version, points, outside ids. */
export function foldWords(
  state: ContactState,
  births: readonly Birth[],
  words: readonly Word[],
): ContactState {
  const folded = blankFrom(state, births);
  const visitors = new Set(births.filter(({ bornAs }) => bornAs !== null).map(({ nodeId }) => nodeId));
  const someKnown = births.some(({ bornAs }) => bornAs === null);
  const latest = new Map<string, Word>();
  let tags: string[] = [];
  for (const word of [...words, ...repeated(births, words)].toSorted(byTime)) {
    // That a visitor became a person is no news of somebody who was known all along.
    if (word.key === 'kind' && someKnown && visitors.has(word.originId)) continue;
    latest.delete(word.key);
    latest.set(word.key, word);
    if (word.key === 'tags') tags = withDelta(tags, word);
  }
  for (const [key, { value }] of latest) {
    if (key === 'tags') continue;
    if (key.startsWith('attributes.') && value !== null) {
      if (!roomFor(folded.attributes, key.slice('attributes.'.length), value)) continue;
    }
    setValue(folded, key, value ?? (key === 'status' || key === 'kind' ? defaultOf(key) : null));
  }
  folded.tags = uniqueSorted(tags).slice(0, MAX_TAGS);
  folded.name = fullName(folded);
  if (folded.kind === VISITOR.kind && isSomebody(folded)) folded.kind = 'person';
  folded.createdAt = beginning(births, someKnown);
  folded.externalId = state.externalIds.some(({ id }) => id === state.externalId)
    ? state.externalId
    : (state.externalIds[0]?.id ?? null);
  return folded;
}

/** The last word of each node once more, at the time it was last said. */
function repeated(births: readonly Birth[], words: readonly Word[]): Word[] {
  const own = Map.groupBy(
    words.filter(({ settles }) => settles !== true),
    ({ originId, key }) => `${originId} ${key}`,
  );
  return births.flatMap(({ nodeId, repeats }) =>
    Object.entries(repeats ?? {}).flatMap(([key, at]): Word[] => {
      const last = own.get(`${nodeId} ${key}`)?.toSorted(byTime).at(-1);
      if (last !== undefined && last.at >= at) return [];
      return [{ key, value: last?.value ?? null, at, id: '', originId: nodeId, delta: null }];
    }),
  );
}

function blankFrom(state: ContactState, births: readonly Birth[]): ContactState {
  const blank: ContactState = { ...state };
  for (const key of [...PLAIN_FIELDS, 'roles']) setValue(blank, key, defaultOf(key));
  blank.tags = [];
  blank.attributes = {};
  if (births.some(({ bornAs }) => bornAs !== null)) blank.source = VISITOR.source;
  if (births.every(({ bornAs }) => bornAs !== null)) blank.kind = VISITOR.kind;
  return blank;
}

function withDelta(tags: readonly string[], { value, delta }: Word): string[] {
  if (delta === null) return [...tags, ...(Array.isArray(value) ? value.map(String) : [])];
  const removed = new Set(delta.removed);
  return [...tags.filter((tag) => !removed.has(tag)), ...delta.added];
}

/** A name that is only a part of the names known now was never given: it followed them. */
function fullName({ name, givenName, familyName }: FieldValues): string {
  const parts = [givenName, familyName].filter((part) => part !== null);
  return name === '' || parts.includes(name) ? parts.join(' ') || name : name;
}

/** Of whom an address, an id or a name is known is no visitor; while joined with somebody known, nobody had to say so. */
const isSomebody = ({ points, externalIds, name, givenName, familyName }: ContactState): boolean =>
  points.length + externalIds.length > 0 || (name !== '' && givenName === null && familyName === null);

/** Somebody known begins with the first word of them as such, not with the visit before. */
function beginning(births: readonly Birth[], someKnown: boolean): Date {
  const counting = births.filter(({ bornAs }) => !someKnown || bornAs === null);
  return counting.reduce(
    (first, { bornAt }) => (bornAt < first ? bornAt : first),
    counting[0]?.bornAt ?? new Date(0),
  );
}

/**
 * Keys whose latest word says something else than the contact is, with the moment of that word: who reads the history alone
 * would be misled.
 */
export function unsettled(
  state: ContactState,
  words: readonly Word[],
): Array<{ key: string; value: unknown; at: number }> {
  const latest = new Map(words.toSorted(byTime).map((word) => [word.key, word]));
  return [...latest].flatMap(([key, word]) => {
    const value = valueOf(state, key);
    const said = word.value ?? defaultOf(key);
    return sameValue(said, value) || (said === '' && value === null) ? [] : [{ key, value, at: word.at }];
  });
}
