import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf } from '../../core/db.ts';
import { notFound } from '../../core/errors.ts';
import { minorToWire } from '../../core/money.ts';
import { cursorId, cursorInstant, decodeCursor, toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { addDays, dayOf } from '../programs/calendar.ts';
import { mustFind } from '../programs/actions.ts';
import { programSettings } from '../programs/contract.ts';
import type { EntryView, LiabilityView, WalletView } from './contract.ts';
import { daySums, expiringByMonth } from './store.liability.ts';
import type { DaySum } from './store.liability.ts';
import { entriesOf, liveLots, visibleId, walletsOf } from './store.views.ts';
import { toldOf } from './told.ts';
import type { EntryRow, LotRow, WalletSums } from './store.views.ts';

/** Reading what the ledger holds. */

const wire = (text: string): number => minorToWire(BigInt(text));
const HUNDRED = 100n;

/** The contact an id stands for now. 404 for one that is not the actor's to see. */
export async function mustSee(ctx: Ctx, contactId: string): Promise<string> {
  const id = await visibleId(ctx, contactId);
  if (id === null) throw notFound('contact', contactId);
  return id;
}

/** A contact's wallets with their lots, as they stand at this moment. 404 for a contact that is not the actor's to see. */
export async function contactWallets(ctx: Ctx, contactId: string, programId?: string): Promise<WalletView[]> {
  authorise(ctx, 'loyalty:read');
  const id = await mustSee(ctx, contactId);
  const wallets = await walletsOf(ctx, id, programId ?? null);
  const lots = new Map<string, LotRow[]>();
  for (const owner of new Set(wallets.map((wallet) => wallet.contactId)))
    lots.set(owner, await liveLots(ctx, owner));
  return wallets.map((wallet) => {
    const own = (lots.get(wallet.contactId) ?? []).filter((lot) => wallet.walletIds.includes(lot.walletId));
    return walletView(wallet, own, ctx.clock.now());
  });
}

/** The same rule as spending: matured points count, those that are over do not, whether or not a job has run. */
function walletView(wallet: WalletSums, lots: readonly LotRow[], now: Date): WalletView {
  const at = (text: string | null): Date | null => (text === null ? null : dateOf(text));
  const rows = lots.map((lot) => ({ ...lot, ends: at(lot.expiresAt), starts: at(lot.activatesAt) }));
  const isGood = ({ ends }: { ends: Date | null }): boolean => ends === null || ends > now;
  const matured = rows.filter(
    ({ starts, pending }) => starts !== null && starts <= now && BigInt(pending) > 0n,
  );
  const there = rows.filter(isGood).reduce((sum, { remaining }) => sum + BigInt(remaining), 0n);
  const ripe = matured.reduce((sum, { pending }) => sum + BigInt(pending), 0n);
  const net = there + ripe + BigInt(wallet.debt);
  const spendable = wallet.state === 'open' && net > 0n ? net : 0n;
  const capped = wallet.capLeft === null ? spendable : BigInt(wallet.capLeft);
  const expiring = new Map<string, bigint>();
  for (const { ends, remaining } of rows.filter(isGood))
    if (ends !== null && BigInt(remaining) > 0n)
      expiring.set(ends.toISOString(), (expiring.get(ends.toISOString()) ?? 0n) + BigInt(remaining));
  return {
    programId: wallet.programId,
    programName: wallet.programName,
    kind: wallet.kind,
    state: wallet.state,
    sharedBy: wallet.sharedBy,
    spendable: minorToWire(spendable),
    spendableNow: minorToWire(capped < spendable ? capped : spendable),
    pending: minorToWire(BigInt(wallet.pending) - ripe),
    held: wire(wallet.held),
    debt: minorToWire(-BigInt(wallet.debt)),
    worthMinor: minorToWire((spendable * BigInt(wallet.valueOf100Minor)) / HUNDRED),
    currency: wallet.currency,
    expiring: [...expiring].map(([end, points]) => ({ at: end, points: minorToWire(points) })),
    lots: rows.map((lot) => ({
      id: lot.id,
      source: lot.source,
      earned: wire(lot.earned),
      pending: wire(lot.pending),
      remaining: wire(lot.remaining),
      held: wire(lot.held),
      activatesAt: lot.starts?.toISOString() ?? null,
      waitsFor: lot.waitsFor,
      expiresAt: lot.ends?.toISOString() ?? null,
      earnedAt: dateOf(lot.earnedAt).toISOString(),
    })),
  };
}

/** Later than everything. */
const NEWEST = { occurredAt: new Date('9999-12-31T00:00:00Z'), id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

/** A contact's entries with their postings, the newest first. */
export async function contactLedger(
  ctx: Ctx,
  contactId: string,
  page: { limit: number; cursor?: string | undefined; programId?: string | undefined },
): Promise<Page<EntryView>> {
  authorise(ctx, 'loyalty:read');
  const id = await mustSee(ctx, contactId);
  const before = page.cursor === undefined ? NEWEST : positionOf(page.cursor);
  const found = await entriesOf(ctx, id, {
    before,
    limit: page.limit + 1,
    programId: page.programId ?? null,
  });
  const { items, nextCursor } = toPage(found, page.limit, (row) => [
    dateOf(row.occurredAt).toISOString(),
    row.id,
  ]);
  return { items: items.map(entryView), nextCursor };
}

function positionOf(cursor: string): { occurredAt: Date; id: string } {
  const [occurredAt, id] = decodeCursor(cursor, 2);
  return { occurredAt: cursorInstant(occurredAt), id: cursorId(id) };
}

function entryView(row: EntryRow): EntryView {
  const points = wire(row.points);
  const occurredAt = dateOf(row.occurredAt).toISOString();
  return { ...row, occurredAt, points, told: toldOf({ ...row, points }) };
}

/** What a program owes its members, what has become of what it gave, and when the rest ends. */
export async function liability(ctx: Ctx, programId: string, days: number): Promise<LiabilityView> {
  authorise(ctx, 'loyalty:read');
  const program = await mustFind(ctx, programId);
  const { valueOf100Minor } = programSettings.parse(program.settings);
  const now = ctx.clock.now();
  const today = dayOf(now, program.zone);
  const from = addDays(today, 1 - days);
  const told = await daySums(ctx, programId, program.zone, from);
  const total = (account: string): bigint => sumOf(told, account);
  const outstanding = total('available');
  const issued = -total('issuance') - total('sold');
  const lost = total('expired') + total('forfeited');
  return {
    programId,
    currency: program.currency,
    asOf: now.toISOString(),
    outstanding: minorToWire(outstanding),
    pending: minorToWire(total('pending')),
    held: minorToWire(total('held')),
    debt: minorToWire(-total('debt')),
    worthMinor: minorToWire(((outstanding + total('held')) * BigInt(valueOf100Minor)) / HUNDRED),
    issued: minorToWire(issued),
    adjusted: minorToWire(-total('adjustment')),
    redeemed: minorToWire(total('redeemed')),
    expired: minorToWire(lost),
    breakagePercent: issued <= 0n ? null : Number((lost * 10_000n) / issued) / 100,
    expiringByMonth: (await expiringByMonth(ctx, programId, program.zone)).map(({ month, points }) => ({
      month,
      points: wire(points),
    })),
    history: historyOf(told, from, days),
  };
}

const sumOf = (told: readonly DaySum[], account: string, day?: string): bigint =>
  told
    .filter((one) => one.account === account && (day === undefined || one.day === day))
    .reduce((sum, { points }) => sum + BigInt(points), 0n);

function historyOf(told: readonly DaySum[], from: string, days: number): LiabilityView['history'] {
  const before = addDays(from, -1);
  let outstanding = sumOf(told, 'available', before);
  let pending = sumOf(told, 'pending', before);
  return Array.from({ length: days }, (_, i) => {
    const day = addDays(from, i);
    outstanding += sumOf(told, 'available', day);
    pending += sumOf(told, 'pending', day);
    return {
      day,
      issued: minorToWire(-sumOf(told, 'issuance', day) - sumOf(told, 'sold', day)),
      adjusted: minorToWire(-sumOf(told, 'adjustment', day)),
      redeemed: minorToWire(sumOf(told, 'redeemed', day)),
      expired: minorToWire(sumOf(told, 'expired', day) + sumOf(told, 'forfeited', day)),
      outstanding: minorToWire(outstanding),
      pending: minorToWire(pending),
    };
  });
}
