import type { Ctx } from '../../core/ctx.ts';
import { DAY_MS } from '../../core/time.ts';
import { contactsMatching } from '../../segments/index.ts';
import { loadPriceLists } from '../../orders/index.ts';
import type { Offer, PriceList } from '../pricing/contract.ts';
import { prepare } from '../pricing/prepare.ts';
import type { PreparedOffers } from '../pricing/prepare.ts';
import { prepareLists } from '../pricing/price-lists.ts';
import type { PreparedLists } from '../pricing/price-lists.ts';
import { promotionDefinition } from './contract.ts';
import type { OfferLimits, PromotionDefinition } from './contract.ts';
import { offerOf } from './definition.ts';
import type { Range } from './definition.ts';
import { isLimited } from './limits.ts';
import { offerSources } from './sources.ts';
import type { SourcedOffer } from './sources.ts';
import { livePromotions } from './store.ts';
import { readMarks } from './store.marks.ts';
import type { Marks } from './store.marks.ts';

/**
 * What quotes are made from, prepared once and kept in the process. Every change leaves another mark in its own transaction; a
 * quote reads the marks first, so that it never uses anything older than the last commit before it.
 */
export type LiveOffers = {
  /** Of the offers; `reserveUses` refuses a reservation made under another one. */
  mark: string;
  offers: readonly Offer[];
  prepared: PreparedOffers;
  lists: PreparedLists;
  /** Limits of those that have any. */
  limits: ReadonlyMap<string, OfferLimits>;
  /** Every segment that an offer or a price list names. */
  segments: readonly string[];
};

/** Occurrences are worked out for this much around the quote; beyond it they are worked out again. */
const BEFORE_MS = DAY_MS;
const AFTER_MS = 8 * DAY_MS;
/** Sets kept at once: one for each program and database of the process, with room for those just replaced. */
const MAX_KEPT = 16;
/** Loads are repeated when something changes under them; more often than this nobody edits. */
const ATTEMPTS = 5;

type Kept<T> = { key: string; from: number; until: number; value: Promise<T> };
type OfferSet = Omit<LiveOffers, 'lists' | 'segments'> & { segments: readonly string[] };
type ListSet = { lists: PreparedLists; segments: readonly string[] };
const keptOffers: Kept<OfferSet>[] = [];
const keptLists: Kept<ListSet>[] = [];

/**
 * The offers and price lists a quote at `now` is made from; `programId` adds those of that program alone. `keep` false: they are loaded
 * for this once when none are kept, and push nothing out that quotes of the present need. `marks`: those that were read with the
 * other facts.
 */
export async function liveOffers(
  ctx: Ctx,
  now: Date,
  programId?: string,
  { keep = true, marks: read }: { keep?: boolean; marks?: Marks } = {},
): Promise<LiveOffers> {
  const marks = read ?? (await readMarks(ctx));
  // One after the other: in a transaction nothing may run on when it has failed.
  const offers = await kept(
    { store: keptOffers, key: `${marks.offers} ${programId ?? ''}`, keep },
    now,
    (range) => loadOffers(ctx, range, programId),
  );
  const lists = await kept({ store: keptLists, key: marks.lists, keep }, now, () => loadLists(ctx));
  return { ...offers, ...lists, segments: [...new Set([...offers.segments, ...lists.segments])] };
}

const rangeAround = (at: number): Range => ({
  from: new Date(at - BEFORE_MS),
  until: new Date(at + AFTER_MS),
});

type Place<T> = { store: Kept<T>[]; key: string; keep: boolean };

function kept<T>({ store, key, keep }: Place<T>, now: Date, load: (range: Range) => Promise<T>): Promise<T> {
  const at = now.getTime();
  const found = store.find((one) => one.key === key && at >= one.from && at < one.until);
  // Who loads first may be undone meanwhile, with the transaction it is in: then everybody loads for themselves.
  if (found !== undefined) return found.value.catch(() => load(rangeAround(at)));
  const range = rangeAround(at);
  if (!keep) return load(range);
  const made = { key, from: range.from.getTime(), until: range.until.getTime(), value: load(range) };
  store.unshift(made);
  store.length = Math.min(store.length, MAX_KEPT);
  made.value.catch(() => {
    const at = store.indexOf(made);
    if (at >= 0) store.splice(at, 1);
  });
  return made.value;
}

async function loadOffers(ctx: Ctx, range: Range, programId: string | undefined): Promise<OfferSet> {
  for (let attempt = 1; ; attempt += 1) {
    const { offers: mark } = await readMarks(ctx);
    const sourced = [...(await promotionOffers(ctx, range)), ...(await otherOffers(ctx, range))].filter(
      (one) => one.programId === null || one.programId === programId,
    );
    // Several statements see several moments: only between two equal marks nothing has changed.
    if ((await readMarks(ctx)).offers === mark || attempt >= ATTEMPTS) return offerSet(mark, sourced);
  }
}

function offerSet(mark: string, sourced: readonly SourcedOffer[]): OfferSet {
  const offers = sourced.map(({ offer }) => offer);
  const limited = sourced.flatMap(({ offer, limits }): Array<[string, OfferLimits]> =>
    limits !== null && isLimited(limits) ? [[offer.id, limits]] : [],
  );
  const segments = offers.flatMap(({ conditions }) => [...conditions.segments, ...conditions.notSegments]);
  return {
    mark,
    offers,
    prepared: prepare(offers),
    limits: new Map(limited),
    segments: [...new Set(segments)],
  };
}

/** Definitions read before: a version in service never changes. */
const read = new Map<string, PromotionDefinition>();
const MAX_READ = 10_000;

async function promotionOffers(ctx: Ctx, range: Range): Promise<SourcedOffer[]> {
  const found = await livePromotions(ctx, range.from);
  return found.flatMap((row) => {
    const definition = definitionOf(ctx, row);
    if (definition === undefined) return [];
    const offer = offerOf(row.promotionId, row.version, definition, range);
    return [{ offer, limits: definition.limits, programId: definition.programId ?? null }];
  });
}

function definitionOf(
  ctx: Ctx,
  { promotionId, version, definition }: Awaited<ReturnType<typeof livePromotions>>[number],
): PromotionDefinition | undefined {
  const key = `${promotionId} ${version}`;
  const known = read.get(key);
  if (known !== undefined) return known;
  const parsed = promotionDefinition.safeParse(definition);
  if (!parsed.success) {
    // One that cannot be read must not keep the shop from selling.
    ctx.log.error({ promotionId, version, reason: parsed.error.message }, 'promotion left out');
    return undefined;
  }
  if (read.size >= MAX_READ) read.clear();
  read.set(key, parsed.data);
  return parsed.data;
}

async function otherOffers(ctx: Ctx, range: Range): Promise<SourcedOffer[]> {
  const found: SourcedOffer[] = [];
  for (const source of offerSources()) found.push(...(await source.load(ctx, range)));
  return found;
}

async function loadLists(ctx: Ctx): Promise<ListSet> {
  for (let attempt = 1; ; attempt += 1) {
    const { lists: mark } = await readMarks(ctx);
    const loaded: PriceList[] = await loadPriceLists(ctx);
    if ((await readMarks(ctx)).lists !== mark && attempt < ATTEMPTS) continue;
    const segments = loaded.flatMap((list) => list.segments);
    return { lists: prepareLists(loaded), segments: [...new Set(segments)] };
  }
}

/** Which of these segments each contact is in right now, exactly. */
export async function segmentsOf(
  ctx: Ctx,
  segments: readonly string[],
  contactIds: readonly string[],
): Promise<Array<[contactId: string, segments: string[]]>> {
  if (segments.length === 0) return contactIds.map((id) => [id, []]);
  const rules = new Map(segments.map((id) => [id, { type: 'segment' as const, segmentId: id }]));
  const matching = [...(await contactsMatching(ctx, rules, contactIds))];
  return contactIds.map((id) => [id, matching.flatMap(([name, members]) => (members.has(id) ? [name] : []))]);
}
