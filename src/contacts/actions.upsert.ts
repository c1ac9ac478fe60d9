import { inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { newId } from '../core/ids.ts';
import { openDrafts, resolve } from './actions.resolve.ts';
import type { Item } from './actions.resolve.ts';
import { tellChanges } from './actions.tell.ts';
import { applyStatement } from './apply.ts';
import type { ApplyMode, Draft } from './apply.ts';
import type { ContactFields } from './contract.ts';
import { meetPoints } from './identity/actions.evidence.ts';
import { prepare } from './prepare.ts';
import { externalIdKey } from './store.match.ts';
import { saveDrafts } from './store.write.ts';

/** What a source says of one contact, see `contactInput` for the fields. */
export type UpsertInput = Partial<ContactFields> & {
  /** The contact meant when no outside id is known yet: a visitor who turned out to be somebody. */
  contactId?: string;
  /** When this was true; default now. An older word than the stored one only enters the history. */
  occurredAt?: Date;
};

export type UpsertOptions = {
  /** How a contact is recognised, in this order; outside ids always. Email and phone only from trusted sources. */
  matchBy?: ReadonlyArray<'email' | 'phone'>;
  mode?: ApplyMode;
  /** `none` for bulk loads, which tell of their contacts in one event of their own. */
  events?: 'each' | 'none';
  /**
   * Nobody can vouch for who says so (a form anybody can fill in): addresses are kept and recognise nobody until somebody who can
   * be believed says them too.
   */
  claimed?: boolean;
};

export type UpsertResult = {
  contactId: string;
  /** The node that was meant: what facts told of it keep as their origin. */
  originId: string;
  outcome: 'created' | 'updated' | 'unchanged';
};

/**
 * A batch is one statement per table and locks its contacts in one order. Larger than any caller's: two batches in one
 * transaction would lock in two orders, and two such transactions could wait for each other.
 */
const MAX_BATCH = 5_000;

/**
 * Creates or updates contacts in bulk; one result per input, in the order given. Inputs are matched by the first of their
 * outside ids that is known, then as `matchBy` says, and otherwise make a new contact; inputs of one call may name the same
 * contact. Ids another contact holds stay with it. For modules, who have authorised their caller. One transaction.
 */
export async function upsertContacts(
  ctx: Ctx,
  inputs: readonly UpsertInput[],
  options: UpsertOptions = {},
): Promise<UpsertResult[]> {
  if (inputs.length === 0) return [];
  return inTx(ctx, async (tx) => {
    const results: UpsertResult[] = [];
    for (let from = 0; from < inputs.length; from += MAX_BATCH) {
      results.push(...(await upsertBatch(tx, inputs.slice(from, from + MAX_BATCH), options)));
    }
    return results;
  });
}

async function upsertBatch(
  ctx: Ctx,
  inputs: readonly UpsertInput[],
  options: UpsertOptions,
): Promise<UpsertResult[]> {
  const now = ctx.clock.now();
  const items: Item[] = inputs.map((input) => {
    const said = input.occurredAt ?? now;
    const statement = prepare(input, said > now ? now : said, ctx.config.defaultCountry);
    return { statement, wantedId: input.contactId, contactId: '', nodeId: '', minted: false };
  });
  const claimed = await resolve(ctx, items, options.matchBy ?? []);
  const drafts = await openDrafts(ctx, items, claimed);
  const outcomes = new Map<Item, UpsertResult>();
  const touched = new Set<Draft>();
  // In the order in which the things were true: within a batch no word is ever late.
  for (const item of items.toSorted((a, b) => a.statement.at.getTime() - b.statement.at.getTime())) {
    const draft = drafts.get(item.contactId);
    if (draft === undefined) throw new Error(`contact ${item.contactId} has no draft`);
    const first = draft.isNew && !touched.has(draft);
    const news = say(draft, item, options);
    touched.add(draft);
    const outcome = first ? 'created' : news ? 'updated' : 'unchanged';
    outcomes.set(item, { contactId: draft.state.contactId, originId: item.nodeId, outcome });
  }
  await saveDrafts(ctx, [...touched]);
  if (options.events !== 'none') await tellChanges(ctx, [...touched]);
  const news = [...touched].flatMap(({ newPoints, newWaiting }) =>
    [...newPoints, ...newWaiting.map(({ point }) => point)].filter((p) => p.valid && p.claimed !== true),
  );
  await meetPoints(
    ctx,
    news.map(({ kind, value }) => ({ kind, value })),
  );
  return items.flatMap((item) => outcomes.get(item) ?? []);
}

/** Applies an item to its draft; true when it brought anything new. */
function say(draft: Draft, item: Item, options: UpsertOptions): boolean {
  const { mode = 'overwrite', claimed = false } = options;
  const said = new Set(item.statement.externalIds.map(externalIdKey));
  const brings = draft.newIds.some((id) => said.has(externalIdKey(id)));
  if (mode === 'skip' && !draft.isNew) return brings;
  draft.nodeId = item.nodeId;
  return applyStatement(draft, item.statement, { mode, tags: 'add', newPointId: newId, claimed }) || brings;
}
