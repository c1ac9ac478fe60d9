import { holdContacts, holdFreeContacts, upsertContacts } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { DomainError, notFound } from '../../core/errors.ts';
import { claimKeys, giveBackKeys, saveAnswers } from '../../core/idempotency.ts';
import { newId } from '../../core/ids.ts';
import { asSales, findBuyer, mustBeProven } from './actions.buyer.ts';
import { vouches } from '../programs/actions.presence.ts';
import { readFacts } from './actions.facts.ts';
import type { Asked, Facts } from './actions.facts.ts';

import { priceWith } from './actions.price.ts';
import type { Pricing } from './actions.price.ts';
import { letGo, takeAll } from './actions.take.ts';
import type { SaleView } from './contract.ts';
import { pricedEffect } from './effect.ts';
import type { Effect } from './effect.ts';
import { meet } from './meet.ts';
import { mustBeMeant, mustBeSame, usesOf } from './take.ts';
import { PricedAnew } from './repeat.ts';
import { settled } from './settled.ts';
import { findSales, maySee, placesById, placesByNumber } from './store.ts';
import type { SalePlace, SaleRow } from './store.ts';
import { viewOf } from './view.ts';
import { Apart, MAX_SIZE, sizeOf } from './work.ts';
import type { Verdict, Wish, Work } from './work.ts';

/**
 * Sales that came at about the same moment, carried out in one transaction with a fixed number of statements: buyers held, facts read,
 * carts priced one after the other, so that each sees what those before it take, then everything taken, what everybody waits for last.
 * One that is refused leaves nothing behind and does not stop the others. `waits`: for a buyer whom somebody holds; otherwise such a
 * sale is to go apart. One verdict each.
 */
export async function carryOut(tx: Ctx, wishes: readonly Wish[], waits: boolean): Promise<Verdict[]> {
  const works = wishes.map((wish): Work => ({
    wish,
    ctx: { ...tx, ...actorOf(wish) },
    isAlone: wishes.length === 1,
  }));
  try {
    return await carryOutAll(tx, works, waits);
  } catch (error) {
    const [only] = works;
    throw only?.isAlone === true && only.promise !== undefined ? only.promise.explain(error) : error;
  }
}

async function carryOutAll(tx: Ctx, works: readonly Work[], waits: boolean): Promise<Verdict[]> {
  laterIfSame(works, ({ wish }) => wish.same);
  await claim(tx, open(works));
  await find(tx, open(works));
  await hold(tx, open(works), waits);
  await meetKnown(tx, open(works));
  const effects = [...commits(open(works)), ...(await price(tx, open(works)))];
  await takeAll(tx, effects);
  for (const { work, row } of effects) work.verdict = { is: 'done', view: viewOf(work.ctx, row) };
  await keepAnswers(tx, works);
  return works.map(({ verdict }) => verdict ?? { is: 'later' });
}

const actorOf = ({ ctx: { actor, requestId, log } }: Wish): Pick<Ctx, 'actor' | 'requestId' | 'log'> => ({
  actor,
  requestId,
  log,
});

/** Those nothing is decided of yet. */
const open = (works: readonly Work[]): Work[] => works.filter(({ verdict }) => verdict === undefined);

/** Of those with the same key the first goes on; the others wait for what it will have done. */
function laterIfSame(works: readonly Work[], keysOf: (work: Work) => readonly string[]): void {
  const seen = new Set<string>();
  for (const work of works) {
    const keys = keysOf(work);
    if (keys.some((key) => seen.has(key))) work.verdict = { is: 'later' };
    else for (const key of keys) seen.add(key);
  }
}

/** Carries a part out for one of them; when it is refused, it alone. */
async function attempt(work: Work, part: () => Promise<void> | void): Promise<void> {
  try {
    await part();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    refuse(work, error);
  }
}

/** What a refused sale has written has to go again, and the whole transaction with it. */
function refuse(work: Work, error: DomainError): void {
  if (work.hasWritten === true) throw error;
  work.verdict = { is: 'refused', error };
}

/** Requests that were answered before get their first answer. */
async function claim(tx: Ctx, works: readonly Work[]): Promise<void> {
  const keyed = works.flatMap((work) => {
    const { sharedKey } = work.wish.ctx;
    return sharedKey === undefined ? [] : [{ work, sharedKey }];
  });
  const claimed = await claimKeys(
    tx,
    keyed.map(({ sharedKey }) => sharedKey),
  );
  for (const [i, { work, sharedKey }] of keyed.entries()) {
    const answer = claimed[i] ?? null;
    if (answer === null) work.claimed = sharedKey;
    else if (answer instanceof DomainError) refuse(work, answer);
    else {
      sharedKey.isReplayed = true;
      // What was kept is what `viewOf` gave.
      work.verdict = { is: 'done', view: JSON.parse(answer.body) as SaleView };
    }
  }
}

async function keepAnswers(tx: Ctx, works: readonly Work[]): Promise<void> {
  const claimed = works.flatMap(({ claimed: key, verdict }) => (key === undefined ? [] : [{ key, verdict }]));
  await saveAnswers(
    tx,
    claimed.flatMap(({ key, verdict }) =>
      verdict?.is === 'done' ? [{ ...key, body: JSON.stringify(verdict.view) }] : [],
    ),
  );
  await giveBackKeys(
    tx,
    claimed.flatMap(({ key, verdict }) => (verdict?.is === 'done' ? [] : [key])),
  );
}

type Begun = { work: Work; wish: Extract<Wish, { kind: 'begin' }> };

/** Cards one after the other: of tries that are not over yet each counts as a wrong one. */
async function findBuyers(begun: readonly Begun[]): Promise<void> {
  const findOne = ({ work, wish: { request, input } }: Begun): Promise<void> =>
    attempt(work, async () => {
      work.buyer = await findBuyer(work.ctx, request.buyer, input.source);
    });
  const isCard = ({ wish: { request } }: Begun): boolean =>
    request.buyer !== undefined && 'card' in request.buyer;
  const inTurn = async (): Promise<void> => {
    for (const one of begun.filter(isCard)) await findOne(one);
  };
  await settled([inTurn(), ...begun.filter((one) => !isCard(one)).map(findOne)]);
}

/** Who buys, and which sales are there already. */
async function find(tx: Ctx, works: readonly Work[]): Promise<void> {
  const begun = works.flatMap((work) => (work.wish.kind === 'begin' ? [{ work, wish: work.wish }] : []));
  const ids = works.flatMap(({ wish }) => (wish.kind === 'commit' ? [wish.saleId] : []));
  const [byNumber, byId] = await settled([
    placesByNumber(
      tx,
      begun.map(({ wish: { input } }) => ({ source: input.source, externalId: input.externalId })),
    ),
    placesById(tx, ids),
    findBuyers(begun),
  ]);
  const numbers = new Map(byNumber.map((place) => [numberOf(place), place]));
  const places = new Map(byId.map((place) => [place.saleId, place]));
  for (const work of works) {
    const { wish } = work;
    if (wish.kind === 'begin') work.place = numbers.get(numberOf(wish.input));
    else {
      work.place = places.get(wish.saleId);
      if (work.place === undefined) refuse(work, notFound('sale', wish.saleId));
    }
  }
}

const numberOf = ({ source, externalId }: { source: string; externalId: string }): string =>
  `${source}\n${externalId}`;

/**
 * Everybody's contact that is there, held alone until the commit: a second sale of the same buyer waits and then sees
 * what this one has done. One held by somebody else is waited for alone, so that it stops nobody else. 404 `contact_not_found`.
 */
async function hold(tx: Ctx, works: readonly Work[], waits: boolean): Promise<void> {
  // Among others only those become contacts whose sale goes through: what is refused must not undo the sales of the others.
  await makeContacts(
    tx,
    works.filter(({ isAlone }) => isAlone),
  );
  const idOf = ({ place, buyer }: Work): string | null =>
    place === undefined ? (buyer?.contactId ?? null) : personOf(place);
  const ids = works.flatMap((work) => idOf(work) ?? []);
  const { present, busy } = waits
    ? { present: await holdContacts(tx, ids, 'alone'), busy: new Set<string>() }
    : await holdFreeContacts(tx, ids);
  for (const work of works) {
    const id = idOf(work);
    if (id === null) continue;
    const held = present.get(id);
    if (held !== undefined) work.held = held;
    else if (busy.has(id)) work.verdict = { is: 'apart' };
    else if (work.place === undefined) refuse(work, notFound('contact', id));
  }
  laterIfSame(open(works), ({ held, place, buyer }) => [
    ...(held === undefined ? [] : [held]),
    ...(place === undefined && held === undefined && buyer?.newKey !== undefined ? [buyer.newKey] : []),
    ...(place === undefined ? [] : [place.saleId]),
  ]);
}

/** An anonymous sale carries its own id. */
const personOf = ({ contactId, saleId }: SalePlace): string | null =>
  contactId === saleId ? null : contactId;

/** Somebody is named whom nobody knows: they become a contact once it is certain that they buy. */
const isStranger = ({ place, buyer }: Work): boolean =>
  place === undefined && buyer !== undefined && buyer.contactId === null && buyer.said !== null;

/** Contacts for strangers. One who is somebody after all was priced as somebody new, and is told apart alone. */
async function makeContacts(tx: Ctx, works: readonly Work[]): Promise<void> {
  const strangers = works.flatMap((work) => {
    const { buyer } = work;
    return isStranger(work) && buyer !== undefined && buyer.said !== null
      ? [{ work, buyer, said: buyer.said }]
      : [];
  });
  if (strangers.length === 0) return;
  const said = strangers.map((one) => one.said);
  const made = await upsertContacts(asSales(tx), said, { matchBy: ['email', 'phone'] });
  for (const [i, { work, buyer }] of strangers.entries()) {
    const { contactId, originId, outcome } = made[i] ?? {};
    if (contactId === undefined || originId === undefined) throw new Error('a stranger without a contact');
    if (outcome !== 'created' && !work.isAlone) throw new Apart();
    work.buyer = { ...buyer, contactId };
    work.originId = originId;
    work.hasWritten = true;
    if (!work.isAlone) work.held = contactId;
  }
}

/** How large the cart of a reservation is shows when it is read: what is too much for one batch waits for the next, its size known. */
function laterIfLarge(works: readonly Work[], rows: ReadonlyMap<string, SaleRow>): void {
  let size = 0;
  for (const work of works) {
    const { wish, place } = work;
    if (wish.kind === 'commit') wish.lines = rows.get(place?.saleId ?? '')?.request.lines.length ?? 0;
    const own = sizeOf(wish);
    if (wish.kind === 'commit' && size > 0 && size + own > MAX_SIZE) work.verdict = { is: 'later' };
    else size += own;
  }
}

/** Decides of sales that are there already; those to be taken anew are left open. */
async function meetKnown(tx: Ctx, works: readonly Work[]): Promise<void> {
  const known = works.flatMap((work) => (work.place === undefined ? [] : [{ work, place: work.place }]));
  const rows = await findSales(
    tx,
    known.map(({ work, place }) => ({ ...place, contactId: work.held ?? place.contactId })),
    true,
  );
  const byId = new Map(rows.map((row) => [row.saleId, row]));
  laterIfLarge(works, byId);
  for (const { work, place } of known.filter((one) => one.work.verdict === undefined))
    await attempt(work, async () => {
      const row = byId.get(place.saleId);
      const { ctx, wish, held } = work;
      // Moved in between: the next attempt finds it.
      if (row === undefined && wish.kind === 'begin') throw new PricedAnew();
      const hidden =
        wish.kind === 'commit' &&
        ctx.actor.kind === 'user' &&
        held !== undefined &&
        !(await maySee(ctx, held));
      if (row === undefined || hidden) throw notFound('sale', place.saleId);
      work.row = row;
      const met = meet(ctx, wish, row);
      if (met.is === 'known') work.verdict = { is: 'done', view: viewOf(ctx, row) };
      else if (met.is === 'sold') work.sold = met;
      else if (work.isAlone) {
        work.hasWritten = true;
        work.promise = met.promise;
        await letGo(ctx, row);
      } else work.verdict = { is: 'apart' };
    });
}

/** Reservations that become sales as they are. */
const commits = (works: readonly Work[]): Effect[] =>
  works.flatMap((work) =>
    work.sold === undefined ? [] : [{ work, pricing: null, isNew: false, ...work.sold }],
  );

/** Prices those that are to be taken, in their order: each sees what the ones before it take. */
async function price(tx: Ctx, works: readonly Work[]): Promise<Effect[]> {
  const wanted: Array<{ work: Work; asked: Asked }> = [];
  for (const work of works)
    if (work.sold === undefined)
      await attempt(work, () => {
        wanted.push({ work, asked: askedOf(work) });
      });
  if (wanted.length === 0) return [];
  const now = tx.clock.now();
  const facts = await readFacts(
    tx,
    wanted.map(({ asked }) => asked),
    now,
  );
  const priced: Priced[] = [];
  for (const [i, { work, asked }] of wanted.entries())
    await attempt(work, () => {
      const known = facts[i];
      if (known !== undefined) priced.push(priceOne(tx, { work, asked, facts: known, now }));
    });
  await makeContacts(
    tx,
    priced.map(({ work }) => work),
  );
  return priced.map(({ work, asked, ...rest }) =>
    pricedEffect(work, { ...rest, asked: { ...asked, contactId: asked.contactId ?? work.held ?? null } }),
  );
}

function askedOf(work: Work): Asked {
  const { wish, buyer, row, held } = work;
  const request = wish.kind === 'begin' ? wish.request : row?.request;
  if (request === undefined) throw new Error('a sale without its cart');
  const proven = buyer?.proven === true || (row !== undefined && hasProof(work.ctx, row));
  mustBeProven(request, { proven });
  return {
    request,
    contactId: row === undefined ? (held ?? null) : personOf(row),
    isNew: isStranger(work),
    programId: (wish.kind === 'begin' ? buyer?.programId : row?.programId) ?? null,
    saleId: row?.saleId ?? newId(),
    unproven: !proven,
  };
}

/** Of a reservation that is taken anew: whoever asked for it has seen the proof then. Another key has to see it itself. */
const hasProof = (ctx: Ctx, { askedBy }: SaleRow): boolean => askedBy === ctx.actor.id || vouches(ctx);

type Priced = { work: Work; asked: Asked; pricing: Pricing; fingerprint: string; now: Date };
type Known = Pick<Priced, 'work' | 'asked' | 'now'> & { facts: Facts };

function priceOne(tx: Ctx, { work, asked, facts, now }: Known): Priced {
  const pricing = priceWith(tx.config.baseCurrency, asked, facts, now);
  mustBeMeant(pricing, asked.request.spendPoints);
  const said = work.promise ?? work.wish.input;
  const fingerprint = mustBeSame(pricing, said.fingerprint);
  facts.offered.take(usesOf(pricing));
  return { work, asked, pricing, fingerprint, now };
}
