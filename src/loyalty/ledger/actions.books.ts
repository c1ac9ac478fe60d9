import { holdContacts } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { newId } from '../../core/ids.ts';
import { programTerms } from '../programs/actions.ts';
import { bookName, reversalKey, walletIdOf } from './books.ts';
import type { Books, Cap, NewKey } from './books.ts';
import type { Book, Entry, ProgramTerms } from './book.ts';
import { walletKindOf } from './movement.ts';
import type { Movement, Owner, WalletKind } from './movement.ts';
import { lockWallets, readNeeds } from './store.read.ts';
import type { Locked, Needs, WalletKey } from './store.read.ts';
import { emptyBooks, namesOf, nodesOf, ownName, sharedOf } from './places.ts';
import { findShared, lockCaps, writeCaps } from './store.family.ts';
import type { Sought } from './store.family.ts';
import { insertWallets, write as writeRows } from './store.write.ts';
import type { Writing } from './store.write.ts';

/** Opening the books movements are about, under lock, and writing what became of them. */

const ownersOf = (movements: readonly Movement[]): Owner[] => [
  ...movements,
  ...movements.flatMap((movement) => (movement.kind === 'transfer' ? [movement.to] : [])),
];

export async function openBooks(ctx: Ctx, movements: readonly Movement[]): Promise<Books> {
  const owners = ownersOf(movements);
  let terms = await programTerms(ctx, owners);
  const known = owners.filter(({ programId }) => terms.has(programId));
  const keys = walletKeys(known, movements, (id) => id);
  const first = await lockWallets(ctx, keys, 'people');
  const there = new Set(first.wallets.map(({ walletId }) => walletId));
  const whole = known.every((owner) => there.has(walletIdOf(owner)));
  const { present, locked } = whole
    ? await ownIds(ctx, known, keys, first)
    : await lockAll(ctx, movements, known);
  if ([...locked.versions].some(([id, version]) => terms.get(id)?.version !== version))
    terms = await programTerms(ctx, owners, locked.versions);
  // The moment counts from which on nobody else moves anything.
  const books = emptyBooks(terms, present, ctx.clock.now());
  fill(books, locked);
  await bringNeeds(ctx, books, movements, 'own');
  await findFormer(ctx, books, movements);
  if (await openFamilies(ctx, books, owners, movements)) await bringNeeds(ctx, books, movements, 'shared');
  return books;
}

type Read = Awaited<ReturnType<typeof lockWallets>>;
type Opened = { present: Map<string, string>; locked: Read };

/** The usual case: everybody goes by their own id and has their wallet; one statement has done all. */
async function ownIds(
  ctx: Ctx,
  owners: readonly Owner[],
  keys: readonly WalletKey[],
  first: Read,
): Promise<Opened> {
  // Under the lock nothing changes any more: what is read now is what is there.
  const locked = first.stale ? await lockWallets(ctx, keys, 'none') : first;
  return { present: new Map(owners.map(({ contactId }) => [contactId, contactId])), locked };
}

/** Some are new, were merged, or are no contacts. */
async function lockAll(ctx: Ctx, movements: readonly Movement[], owners: readonly Owner[]): Promise<Opened> {
  const people = owners.filter(({ wallet }) => wallet !== 'gift').map(({ contactId }) => contactId);
  const present = new Map(await holdContacts(ctx, people));
  for (const { contactId, wallet } of owners) if (wallet === 'gift') present.set(contactId, contactId);
  const known = owners.filter(({ contactId }) => present.has(contactId));
  const keys = walletKeys(known, movements, (id) => present.get(id) ?? id);
  let locked = await lockWallets(ctx, keys);
  const there = new Set(locked.wallets.map(({ walletId }) => walletId));
  const missing = known.filter((owner) => !there.has(walletIdOf(owner)));
  if (missing.length > 0) {
    await insertWallets(
      ctx,
      missing.map((owner) => ({
        contactId: present.get(owner.contactId) ?? owner.contactId,
        walletId: walletIdOf(owner),
        programId: owner.programId,
        kind: walletKindOf(owner),
        originId: owner.contactId,
      })),
    );
    locked = await lockWallets(ctx, keys);
  }
  if (locked.stale) locked = await lockWallets(ctx, keys, 'none');
  return { present, locked };
}

function walletKeys(
  owners: readonly Owner[],
  movements: readonly Movement[],
  presentOf: (id: string) => string,
): WalletKey[] {
  const found = new Map<
    string,
    { contactId: string; programId: string; walletKind: WalletKind; keys: string[] }
  >();
  for (const owner of owners) {
    const contactId = presentOf(owner.contactId);
    const name = bookName(contactId, owner.programId, walletKindOf(owner));
    if (!found.has(name))
      found.set(name, { contactId, programId: owner.programId, walletKind: walletKindOf(owner), keys: [] });
  }
  for (const movement of movements) {
    const name = bookName(presentOf(movement.contactId), movement.programId, walletKindOf(movement));
    if (movement.kind === 'sweep') continue;
    const keys = found.get(name)?.keys;
    keys?.push(movement.key);
    if (movement.kind === 'reverse') keys?.push(reversalKey(movement));
  }
  return [...found.values()];
}

function fill(books: Books, locked: Locked): void {
  const ofWallet = new Map<string, Book>();
  for (const wallet of locked.wallets) {
    const name = bookName(wallet.contactId, wallet.programId, wallet.kind);
    const program = books.terms.get(wallet.programId);
    if (program === undefined) continue;
    const book = books.byName.get(name) ?? emptyBook(program, books.now, wallet.walletId);
    books.byName.set(name, book);
    book.wallets.set(wallet.walletId, wallet);
    ofWallet.set(wallet.walletId, book);
  }
  for (const lot of locked.lots) ofWallet.get(lot.walletId)?.lots.set(lot.lotId, lot);
  for (const hold of locked.holds) ofWallet.get(hold.walletId)?.holds.set(hold.holdId, hold);
  for (const { walletId, key, inputHash, result } of locked.keys)
    books.keys.set(`${walletId} ${key}`, { inputHash, result });
}

const emptyBook = (program: ProgramTerms, now: Date, mine: string): Book => ({
  program,
  now,
  newId,
  mine,
  byContactId: null,
  wallets: new Map(),
  lots: new Map(),
  holds: new Map(),
  spends: new Map(),
  beside: null,
  entries: [],
  touched: { wallets: new Set(), lots: new Set(), holds: new Set(), spends: new Set() },
});

/**
 * Shared wallets in which something lies that movements look back at and own wallets do not tell of: those of who has left them. Nothing
 * is asked about who never shared one, unless what is looked for is not there.
 */
async function findFormer(ctx: Ctx, books: Books, movements: readonly Movement[]): Promise<void> {
  const sought = movements.flatMap((movement): Sought[] => {
    const what = walletKindOf(movement) === 'points' ? soughtBy(books, movement) : undefined;
    if (what === undefined) return [];
    const { programId } = movement;
    const name = ownName(books, movement);
    return [...nodesOf(books, movement)].map((node) => ({ name, node, programId, ...what }));
  });
  if (sought.length === 0) return;
  for (const { name, ownerId, programId, walletId } of await findShared(ctx, sought)) {
    const found = books.former.get(name) ?? new Map<string, string>();
    books.former.set(name, found);
    found.set(bookName(ownerId, programId, 'family'), walletId);
  }
}

function soughtBy(books: Books, movement: Movement): Pick<Sought, 'what' | 'key' | 'occurredAt'> | undefined {
  const book = books.byName.get(ownName(books, movement));
  if (book === undefined) return undefined;
  if ('source' in movement && movement.kind !== 'accrue') {
    const lots = [...book.lots.values()].filter(({ source }) => source === movement.source);
    const isWhole = lots.length > 0 && lots.every((lot) => lot.byContactId === null && lot.reduced === 0n);
    return isWhole ? undefined : { what: 'lot', key: movement.source ?? '', occurredAt: null };
  }
  const isThere = [...book.wallets.values()].some(({ forgiven }) =>
    forgiven.some(({ as }) => as === 'there'),
  );
  const left = isThere ? ({ what: 'write_off', key: '', occurredAt: null } as const) : undefined;
  if (movement.kind === 'return') {
    const isHere = [...book.spends.values()].some(({ key }) => key === movement.spend);
    return isHere ? left : { what: 'spend', key: movement.spend, occurredAt: null };
  }
  if (movement.kind === 'reverse') {
    const isHere = books.entries.has(movement.entryId);
    return isHere
      ? undefined
      : { what: 'entry', key: movement.entryId, occurredAt: movement.occurredAt.toISOString() };
  }
  const hold = movement.kind === 'redeem' || movement.kind === 'release' ? movement.hold : undefined;
  const isHere = hold === undefined || [...book.holds.values()].some(({ key }) => key === hold);
  return isHere
    ? hold === undefined
      ? undefined
      : left
    : { what: 'hold', key: hold ?? '', occurredAt: null };
}

/** Shared wallets are locked after all own ones, and all at once: everybody takes them in this order. False when there are none. */
async function openFamilies(
  ctx: Ctx,
  books: Books,
  owners: readonly Owner[],
  movements: readonly Movement[],
): Promise<boolean> {
  const names = new Set([...books.former.values()].flatMap((found) => [...found.keys()]));
  for (const name of books.byName.keys()) {
    const shared = sharedOf(books, name);
    if (shared !== undefined) names.add(shared.name);
  }
  if (names.size === 0) return false;
  // Who takes an entry back is one; who asks for it may be several.
  const reversed = movements.flatMap((one) => (one.kind === 'reverse' ? [reversalKey(one)] : []));
  const keys = [...names].map((name) => {
    const [contactId = '', programId = ''] = name.split(' ');
    return { contactId, programId, walletKind: 'family', keys: reversed };
  });
  let locked = await lockWallets(ctx, keys);
  if (locked.stale) locked = await lockWallets(ctx, keys, 'none');
  fill(books, locked);
  const caps: Cap[] = await lockCaps(
    ctx,
    owners.map(({ contactId, programId }) => ({
      contactId: books.present.get(contactId) ?? contactId,
      programId,
      originId: contactId,
    })),
  );
  for (const cap of caps) books.caps.set(`${cap.originId} ${cap.programId}`, cap);
  return true;
}

async function bringNeeds(
  ctx: Ctx,
  books: Books,
  movements: readonly Movement[],
  of: 'own' | 'shared',
): Promise<void> {
  const needs: Needs = { sources: [], spends: [], holds: [], entries: [] };
  for (const movement of movements) {
    const own = ownName(books, movement);
    const names = of === 'own' ? [own] : namesOf(books, movement).filter((name) => name !== own);
    for (const name of names) addNeeds(books, needs, movement, name);
  }
  if (Object.values(needs).every((list) => list.length === 0)) return;
  const { lots, spends, holds, entries } = await readNeeds(ctx, needs);
  const ofWallet = new Map(
    [...books.byName.values()].flatMap((book) =>
      [...book.wallets.keys()].map((walletId) => [walletId, book] as const),
    ),
  );
  for (const lot of lots) ofWallet.get(lot.walletId)?.lots.set(lot.lotId, lot);
  for (const spend of spends) ofWallet.get(spend.walletId)?.spends.set(spend.spendId, spend);
  for (const hold of holds) ofWallet.get(hold.walletId)?.holds.set(hold.holdId, hold);
  for (const [id, entry] of entries) books.entries.set(id, entry);
}

function addNeeds(books: Books, needs: Needs, movement: Movement, name: string): void {
  const contactId = name.slice(0, name.indexOf(' '));
  const hasHold = (key: string): boolean =>
    [...(books.byName.get(name)?.holds.values() ?? [])].some((hold) => hold.key === key);
  if (movement.kind === 'reduce') needs.sources.push({ contactId, source: movement.source });
  if (movement.kind === 'return') needs.spends.push({ contactId, key: movement.spend });
  if (movement.kind === 'reverse')
    needs.entries.push({ contactId, entryId: movement.entryId, occurredAt: movement.occurredAt });
  const key = movement.kind === 'redeem' || movement.kind === 'release' ? movement.hold : undefined;
  if (key !== undefined && !hasHold(key)) needs.holds.push({ contactId, key });
}

/** Writes what changed in all books. */
export async function write(ctx: Ctx, books: Books): Promise<void> {
  const writing: Writing = { wallets: [], lots: [], holds: [], spends: [], entries: [], keys: [] };
  const keys = Map.groupBy(books.newKeys, ({ name }) => name);
  for (const [name, book] of books.byName)
    collect(writing, keys.get(name) ?? [], book, ({ entryId }) => books.actors.get(entryId) ?? ctx.actor.id);
  const caps = [...books.caps.values()].filter(({ changed }) => changed);
  await Promise.all([
    writeRows({ ...ctx, clock: { now: () => books.now } }, writing),
    ...(caps.length === 0 ? [] : [writeCaps(ctx, caps)]),
  ]);
}

function collect(
  writing: Writing,
  keys: readonly NewKey[],
  book: Book,
  actorOf: (entry: Entry) => string,
): void {
  const { programId, version: programVersion } = book.program;
  const own = <T extends { walletId: string }>(row: T): T & { originId: string; programId: string } => ({
    ...row,
    programId,
    originId: book.wallets.get(row.walletId)?.originId ?? '',
  });
  const picked = <T>(map: ReadonlyMap<string, T>, ids: ReadonlySet<string>): T[] =>
    [...ids].flatMap((id) => map.get(id) ?? []);
  for (const { walletId } of keys) book.touched.wallets.add(walletId);
  writing.wallets.push(...picked(book.wallets, book.touched.wallets));
  writing.lots.push(...picked(book.lots, book.touched.lots).map(own));
  writing.holds.push(...picked(book.holds, book.touched.holds).map(own));
  writing.spends.push(...picked(book.spends, book.touched.spends).map(own));
  writing.entries.push(
    ...book.entries.map((entry) => ({ ...own(entry), programVersion, actorId: actorOf(entry) })),
  );
  writing.keys.push(
    ...keys.map(({ walletId, key, inputHash, result }) => {
      const { contactId = '', originId = '' } = book.wallets.get(walletId) ?? {};
      return { contactId, walletId, key, inputHash, result, originId };
    }),
  );
}
