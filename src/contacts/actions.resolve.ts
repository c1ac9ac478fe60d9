import type { Ctx } from '../core/ctx.ts';
import { newId } from '../core/ids.ts';
import { keysSaid, needsHistory, openDraft } from './apply.ts';
import type { Draft } from './apply.ts';
import type { ExternalId } from './contract.ts';
import type { PointValue } from './points.ts';
import type { Named } from './store.match.ts';
import type { Statement } from './prepare.ts';
import { blankState } from './state.ts';
import type { ContactState } from './state.ts';
import {
  claimExternalIds,
  externalIdKey,
  findByExternalIds,
  findByPoints,
  lockPoints,
  pointKey,
  reassignExternalIds,
} from './store.match.ts';
import { placesOf } from './store.merge.ts';
import { contactsExisting, loadHistories, loadStates } from './store.states.ts';

/** A statement on its way to its contact. */
export type Item = {
  statement: Statement;
  wantedId: string | undefined;
  contactId: string;
  /** The node it is about: the contact, or one that lives on in it. */
  nodeId: string;
  /** The id was made for this call: no such contact can exist yet. */
  minted: boolean;
};
type Claim = ExternalId & Named;

/**
 * Decides the contact of every item and claims the outside ids nobody holds yet. Returns those, with the contact that got them.
 */
export async function resolve(
  ctx: Ctx,
  items: Item[],
  matchBy: ReadonlyArray<'email' | 'phone'>,
): Promise<Claim[]> {
  const pointsOf = (item: Item): PointValue[] =>
    matchBy.flatMap((kind) => item.statement.points.filter((p) => p.valid && p.kind === kind));
  const points = items.flatMap(pointsOf);
  await lockPoints(ctx, points);
  const ids = items.flatMap((item) => item.statement.externalIds);
  const byId = await findByExternalIds(ctx, ids);
  const byPoint = await findByPoints(ctx, points);
  const claims = new Map<string, Claim>();
  const minted = new Set<string>();
  for (const item of items) {
    const idKeys = item.statement.externalIds.map(externalIdKey);
    const pointKeys = pointsOf(item).map(pointKey);
    const wanted = item.wantedId === undefined ? undefined : selfOf(item.wantedId);
    const meant = firstKnown(idKeys, byId) ?? firstKnown(pointKeys, byPoint) ?? wanted;
    const named = meant ?? selfOf(newId());
    item.minted = meant === undefined || minted.has(meant.contactId);
    Object.assign(item, named);
    if (item.minted) minted.add(item.contactId);
    for (const key of pointKeys) if (!byPoint.has(key)) byPoint.set(key, named);
    for (const id of item.statement.externalIds) {
      if (byId.has(externalIdKey(id))) continue;
      byId.set(externalIdKey(id), named);
      claims.set(externalIdKey(id), { ...id, ...named });
    }
  }
  return claim(ctx, items, [...claims.values()]);
}

const selfOf = (contactId: string): Named => ({ contactId, nodeId: contactId });

function firstKnown(keys: readonly string[], known: ReadonlyMap<string, Named>): Named | undefined {
  return keys.map((key) => known.get(key)).find((named) => named !== undefined);
}

/** Takes the new ids; where somebody else was faster, the items follow the contact that holds the id now. */
async function claim(ctx: Ctx, items: Item[], claims: readonly Claim[]): Promise<Claim[]> {
  const wonKeys = await claimExternalIds(ctx, claims);
  const lost = claims.filter((wanted) => !wonKeys.has(externalIdKey(wanted)));
  const won = claims.filter((wanted) => wonKeys.has(externalIdKey(wanted)));
  if (lost.length === 0) return won;
  const holders = await findByExternalIds(ctx, lost);
  const moved = new Map<string, Named>();
  for (const wanted of lost) {
    const holder = holders.get(externalIdKey(wanted));
    if (holder !== undefined && !moved.has(wanted.contactId)) moved.set(wanted.contactId, holder);
  }
  // A contact that exists stays what it is; only one that was about to be made gives way.
  for (const contactId of await contactsExisting(ctx, [...moved.keys()])) moved.delete(contactId);
  await follow(ctx, items, won, moved, false);
  return won;
}

/** Sends everything that meant one contact to another: items, and the ids just claimed for it. */
async function follow(
  ctx: Ctx,
  items: Item[],
  claims: Claim[],
  moved: ReadonlyMap<string, Named>,
  isNode: boolean,
): Promise<void> {
  const newPlace = (named: Named): Partial<Named> => {
    const target = moved.get(named.contactId);
    if (target === undefined) return {};
    return isNode ? { contactId: target.contactId } : target;
  };
  for (const item of items) {
    if (moved.has(item.contactId)) Object.assign(item, newPlace(item), { minted: false });
  }
  for (const taken of claims) Object.assign(taken, newPlace(taken));
  const moves = [...moved].map(([from, to]) => ({ from, to: to.contactId, isNode }));
  await reassignExternalIds(ctx, moves);
}

/** Locks and loads the contacts that exist, follows merges, and opens blank drafts for the rest. */
export async function openDrafts(ctx: Ctx, items: Item[], claims: Claim[]): Promise<Map<string, Draft>> {
  await followNodes(ctx, items, claims);
  const states = new Map<string, ContactState>();
  for (;;) {
    const wanted = new Set(items.filter((item) => !item.minted).map((item) => item.contactId));
    const missing = [...wanted].filter((id) => !states.has(id));
    const loaded = await loadStates(ctx, missing, true);
    for (const [id, state] of loaded) states.set(id, state);
    // A merge may have committed while we waited for its lock: its survivor is meant.
    const merged = new Map(
      [...loaded].flatMap(([id, { mergedInto }]) =>
        mergedInto === null ? [] : [[id, selfOf(mergedInto)] as const],
      ),
    );
    if (merged.size === 0) break;
    for (const id of merged.keys()) states.delete(id);
    await follow(ctx, items, claims, merged, true);
  }
  const late = new Set(
    items.flatMap(({ contactId, statement }) => {
      const state = states.get(contactId);
      return state !== undefined && needsHistory(state, statement.at) ? [state] : [];
    }),
  );
  const histories = await loadHistories(ctx, [...late], keysSaid(items.map(({ statement }) => statement)));
  const claimsOf = Map.groupBy(claims, (taken) => taken.contactId);
  const drafts = new Map<string, Draft>();
  for (const { contactId } of items) {
    if (drafts.has(contactId)) continue;
    const found = states.get(contactId);
    const newIds = claimsOf.get(contactId) ?? [];
    const history = histories.get(contactId) ?? null;
    drafts.set(contactId, draftOf(ctx, contactId, found, newIds, history));
  }
  return drafts;
}

/** Only present contacts are locked: whoever locked a redirect first could meet a separation that comes from the other side. */
async function followNodes(ctx: Ctx, items: Item[], claims: Claim[]): Promise<void> {
  const wanted = items.flatMap(({ wantedId, contactId }) => (wantedId === contactId ? [contactId] : []));
  if (wanted.length === 0) return;
  const places = await placesOf(ctx, [...new Set(wanted)]);
  const merged = [...places].filter(([id, present]) => id !== present);
  if (merged.length > 0)
    await follow(ctx, items, claims, new Map(merged.map(([id, present]) => [id, selfOf(present)])), true);
}

function draftOf(
  ctx: Ctx,
  contactId: string,
  found: ContactState | undefined,
  newIds: Claim[],
  history: Draft['history'],
): Draft {
  const state = found ?? blankState(contactId, ctx.clock.now());
  const ids = new Map([...state.externalIds, ...newIds].map((id) => [externalIdKey(id), id]));
  state.externalIds = [...ids.values()].map(({ namespace, id }) => ({ namespace, id }));
  return openDraft(state, { isNew: found === undefined, newIds, history });
}
