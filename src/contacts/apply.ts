import { MAX_ATTRIBUTES, MAX_TAGS } from './contract.ts';
import type { ExternalId } from './contract.ts';
import type { PointValue } from './points.ts';
import { uniqueSorted } from './prepare.ts';
import type { Statement } from './prepare.ts';
import { attributeKeyOf, blankState, PLAIN_FIELDS, sameValue, setValue, valueOf } from './state.ts';
import type { ContactState, FieldValues, Point, WaitingPoint } from './state.ts';
import { enterWord, tagsOf } from './words.ts';
import type { KeyHistory } from './words.ts';

/** A value a key took at a moment. */
export type Change = {
  key: string;
  value: unknown;
  occurredAt: Date;
  originId: string;
  /** Tags that were said of a node of several, whether or not another node has them. */
  tags?: readonly string[];
};

/** A contact being changed: its state and what must be written. */
export type Draft = {
  state: ContactState;
  isNew: boolean;
  changes: Change[];
  newPoints: Point[];
  removedPoints: Point[];
  newIds: ExternalId[];
  /** Only loaded for what `needsHistory`. */
  history: KeyHistory | null;
  /** Points its nodes have that others of them have too; and those points that make way for another node's. */
  newWaiting: Array<{ nodeId: string; point: Point }>;
  givingWay: Point[];
  /** When nodes were said to be what they were already, by node and key. */
  newRepeats: Map<string, Record<string, number>>;
  /** The values before; null for a contact being made. */
  before: FieldValues | null;
  /** The node the statement at hand is about: the contact itself, or one that lives on in it. */
  nodeId: string;
};

/** overwrite: the later word counts; fillBlanks: only what has no value yet; skip: an existing contact stays as it is. */
export type ApplyMode = 'overwrite' | 'fillBlanks' | 'skip';

export type ApplyOptions = {
  mode: ApplyMode;
  tags: 'add' | 'replace';
  newPointId: () => string;
  /** Nobody can vouch for who says so: addresses are kept, and recognise nobody. */
  claimed?: boolean;
};

/** Points of one contact; a shop's shared mailbox must not grow without end. */
const MAX_POINTS = 50;
/** All custom attributes of one contact as JSON: keeps rows in one page of PostgreSQL plus a little. */
const MAX_ATTRIBUTES_BYTES = 32_768;

/** A draft on a contact as it was loaded, or on one to be made. */
export function openDraft(
  state: ContactState,
  options: { isNew?: boolean; newIds?: ExternalId[]; history?: KeyHistory | null } = {},
): Draft {
  const { isNew = false, newIds = [], history = null } = options;
  return {
    state,
    isNew,
    newIds,
    history,
    changes: [],
    newPoints: [],
    removedPoints: [],
    newWaiting: [],
    givingWay: [],
    newRepeats: new Map(),
    before: isNew ? null : { ...state },
    nodeId: state.contactId,
  };
}

export const isChanged = (d: Draft): boolean =>
  d.isNew || d.changes.length + d.newPoints.length + d.removedPoints.length + d.newIds.length > 0;

/** Whether words were said but the contact goes on as it is. */
export const isNoted = (d: Draft): boolean =>
  d.newRepeats.size + d.newWaiting.length + d.givingWay.length > 0;

/**
 * Whether a word of this time can only be placed among all the others: it is older than some, or its contact has several nodes, each
 * with words of its own.
 */
export const needsHistory = ({ updatedAt, joined, repeats }: ContactState, at: Date): boolean =>
  joined || at < updatedAt || Object.values(repeats ?? {}).some((said) => said > at.getTime());

/** History keys that statements are about, or that follow from what they say. */
export function keysSaid(statements: readonly Statement[]): string[] {
  const keys = new Set(FOLLOWING);
  for (const { fields, attributes } of statements) {
    for (const key of Object.keys(fields)) keys.add(key);
    for (const name of Object.keys(attributes)) keys.add(attributeKeyOf(name));
  }
  return [...keys];
}

const FOLLOWING: readonly string[] = ['kind', 'name', 'email', 'phone', 'roles', 'tags'];

/**
 * Applies a statement; true when it said anything new. Pure apart from the draft, which it changes. Statements with different
 * moments give the same contact in any order: the latest word per key counts, and earlier ones only enter the history.
 */
export function applyStatement(draft: Draft, statement: Statement, options: ApplyOptions): boolean {
  const before = draft.changes.length + draft.newPoints.length + draft.removedPoints.length;
  const fill = options.mode === 'fillBlanks' && !draft.isNew;
  const set = (key: string, value: unknown, at = statement.at): void => {
    if (!fill || valueOf(draft.state, key) === null) setKey(draft, key, value, at);
  };
  const derivedBefore = derivedName(draft.state);
  const oldPrimary = { email: draft.state.email, phone: draft.state.phone };
  for (const key of PLAIN_FIELDS) {
    const value = statement.fields[key];
    if (value === undefined || (key === 'kind' && value === null)) continue;
    set(key, value ?? (key === 'status' ? 'active' : null));
  }
  if (draft.state.kind === 'visitor' && saysWho(statement)) becomePerson(draft, statement.at);
  if (statement.fields.name === undefined) deriveName(draft, derivedBefore, statement.at, set);
  if (statement.roles !== undefined && statement.roles.length > 0) set('roles', statement.roles);
  applyTags(draft, statement, options.tags);
  applyAttributes(draft, statement, set);
  applyPoints(draft, statement, oldPrimary, options);
  return draft.changes.length + draft.newPoints.length + draft.removedPoints.length > before;
}

const saysWho = (s: Statement): boolean =>
  s.externalIds.length + s.points.length > 0 || typeof s.fields.name === 'string';

/** Also when the word is older than the visitor's row: somebody known is not a visitor any more. */
function becomePerson(draft: Draft, at: Date): void {
  setKey(draft, 'kind', 'person', at < draft.state.createdAt ? draft.state.createdAt : at);
}

function setKey(draft: Draft, key: string, value: unknown, at: Date): void {
  const { state, history, nodeId } = draft;
  if (history === null) {
    if (sameValue(valueOf(state, key), value)) {
      noteRepeat(draft, key, at);
      return;
    }
    setValue(state, key, value);
    draft.changes.push({ key, value, occurredAt: at, originId: nodeId });
    return;
  }
  const past = history.get(key) ?? [];
  history.set(key, past);
  const word = { at: at.getTime(), value, nodeId };
  const { rows, repeats } = enterWord(past, word, defaultOf(key), state.joined);
  if (repeats) noteRepeat(draft, key, at);
  for (const row of rows)
    draft.changes.push({ key, value: row.value, occurredAt: new Date(row.at), originId: row.nodeId });
  const last = past.at(-1);
  if (rows.length > 0 && last !== undefined) setValue(state, key, last.value);
}

function noteRepeat({ newRepeats, nodeId }: Draft, key: string, at: Date): void {
  newRepeats.set(nodeId, { ...newRepeats.get(nodeId), [key]: at.getTime() });
}

const BLANK = blankState('', new Date(0));
export const defaultOf = (key: string): unknown => valueOf(BLANK, key);

function derivedName(state: ContactState): string {
  return [state.givenName, state.familyName].filter((part) => part !== null).join(' ');
}

/** A name nobody gave follows the given and family names. */
function deriveName(
  draft: Draft,
  before: string,
  at: Date,
  set: (key: string, value: unknown, at: Date) => void,
): void {
  const { name } = draft.state;
  const derived = derivedName(draft.state);
  if (derived === '' || derived === name || (name !== '' && name !== before)) return;
  // Made of parts that were said at several times, it is as young as the name it takes the place of.
  const last = draft.history?.get('name')?.at(-1)?.at ?? 0;
  set('name', derived, new Date(Math.max(at.getTime(), last)));
}

function applyTags(draft: Draft, statement: Statement, how: 'add' | 'replace'): void {
  if (statement.tags === undefined) return;
  const { state, history, nodeId } = draft;
  const next = how === 'replace' ? statement.tags : uniqueSorted([...state.tags, ...statement.tags]);
  const bounded = next.slice(0, MAX_TAGS);
  const past = history?.get('tags') ?? [];
  const own = tagsOf(past, nodeId);
  // A node of several keeps the tags that were said of it, also those that the contact has by another; what has no room is nobody's.
  const kept = (tag: string): boolean => !own.has(tag) && bounded.includes(tag);
  const tags = how === 'add' && state.joined ? statement.tags.filter(kept) : [];
  if (sameValue(bounded, state.tags) && tags.length === 0) return;
  state.tags = bounded;
  // Adding is never undone by a later word, so a late addition is told as of the contact's last change.
  const last = draft.isNew ? 0 : state.updatedAt.getTime();
  const at = new Date(Math.max(statement.at.getTime(), history === null ? 0 : last));
  history?.set('tags', [...past, { at: at.getTime(), value: bounded, nodeId, added: tags }]);
  draft.changes.push({ key: 'tags', value: bounded, occurredAt: at, originId: nodeId, tags });
}

function applyAttributes(
  draft: Draft,
  statement: Statement,
  set: (key: string, value: unknown) => void,
): void {
  for (const [name, value] of Object.entries(statement.attributes)) {
    if (value !== null && !roomFor(draft.state.attributes, name, value)) continue;
    set(attributeKeyOf(name), value);
  }
}

/** Whether one more attribute fits the contact's bounds. */
export function roomFor(
  attributes: Readonly<Record<string, unknown>>,
  name: string,
  value: unknown,
): boolean {
  const count = Object.keys(attributes).length + (name in attributes ? 0 : 1);
  if (count > MAX_ATTRIBUTES) return false;
  // A short value among few others cannot break the bound: most of the time nothing needs measuring.
  if (count <= 10 && String(value).length <= 500) return true;
  return JSON.stringify({ ...attributes, [name]: value }).length <= MAX_ATTRIBUTES_BYTES;
}

function applyPoints(
  draft: Draft,
  statement: Statement,
  oldPrimary: { email: string | null; phone: string | null },
  options: ApplyOptions,
): void {
  const { state } = draft;
  for (const point of statement.points) addPoint(draft, point, options);
  for (const kind of ['email', 'phone'] as const) {
    const old = oldPrimary[kind];
    const given = statement.fields[kind];
    // An edit replaces the address, as the person who corrected it expects; a bulk source adds to those known.
    const gone = given === null || (given !== undefined && options.tags === 'replace');
    if (gone && old !== null && old !== state[kind]) removePoint(draft, kind, old);
    if (state[kind] === null && given === undefined) {
      const first = statement.points.find((p) => p.kind === kind && p.valid);
      if (first !== undefined) setKey(draft, kind, first.value, statement.at);
    }
  }
}

function addPoint(draft: Draft, given: PointValue, options: ApplyOptions): void {
  const { points } = draft.state;
  const known = points.find((p) => p.kind === given.kind && p.value === given.value);
  const claimed = options.claimed === true;
  if (known !== undefined) {
    if ((known.originId ?? draft.state.contactId) !== draft.nodeId && !waits(draft, given, options, known))
      return;
    if (known.claimed !== true || claimed) return;
    // What was only claimed is said by somebody who can be believed.
    removePoint(draft, given.kind, given.value);
  }
  if (points.length >= MAX_POINTS) return;
  const point = newPoint(draft, given, options);
  draft.state.points.push(point);
  draft.newPoints.push(point);
}
function newPoint(draft: Draft, given: PointValue, { claimed, newPointId }: ApplyOptions): Point {
  const origin = draft.nodeId === draft.state.contactId ? {} : { originId: draft.nodeId };
  return { ...given, ...origin, claimed: claimed === true, pointId: newPointId(), isPrimary: false };
}

/**
 * Of a point that another node has, this one has a row of its own, which waits for the day they are separated. True when it must take
 * the other's place, which was only claimed.
 */
function waits(draft: Draft, given: PointValue, options: ApplyOptions, known: Point): boolean {
  const { waiting, contactId } = draft.state;
  const claimed = options.claimed === true;
  const isSame = (one: WaitingPoint) => one.kind === given.kind && one.value === given.value;
  if (known.claimed === true && !claimed) {
    waiting.push({
      nodeId: known.originId ?? contactId,
      kind: given.kind,
      value: given.value,
      claimed: true,
    });
    draft.givingWay.push(known);
    return true;
  }
  const own = waiting.filter((one) => isSame(one) && one.nodeId === draft.nodeId);
  if (own.some((one) => !one.claimed || claimed)) return false;
  waiting.push({ nodeId: draft.nodeId, kind: given.kind, value: given.value, claimed });
  draft.newWaiting.push({ nodeId: draft.nodeId, point: newPoint(draft, given, options) });
  return false;
}

function removePoint(draft: Draft, kind: string, value: string): void {
  const point = draft.state.points.find((p) => p.kind === kind && p.value === value);
  if (point === undefined) return;
  draft.state.points = draft.state.points.filter((p) => p !== point);
  draft.removedPoints.push(point);
}
