import { sql } from 'drizzle-orm';
import { upsertContacts } from '../../../src/contacts/index.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { row } from '../../../src/core/db.ts';
import { post } from '../../../src/loyalty/ledger/actions.post.ts';
import type { Movement } from '../../../src/loyalty/ledger/movement.ts';
import { createProgram } from '../../../src/loyalty/programs/actions.ts';
import { programInput } from '../../../src/loyalty/programs/contract.ts';

let made = 0;

export async function person(ctx: Ctx): Promise<string> {
  const [one] = await people(ctx, 1);
  return one ?? '';
}

export async function people(ctx: Ctx, count: number): Promise<string[]> {
  const inputs = Array.from({ length: count }, () => ({ name: `Member ${(made += 1)}` }));
  return (await upsertContacts(ctx, inputs)).map(({ contactId }) => contactId);
}

/** A program of the tests: in Berlin, so that days do not end with UTC's. */
export async function program(ctx: Ctx, settings: Record<string, unknown> = {}): Promise<string> {
  const input = programInput.parse({ name: 'Points', zone: 'Europe/Berlin', currency: 'EUR', settings });
  return (await createProgram(ctx, input)).id;
}

/** What a contact has, as the cached sums say. */
export async function sums(
  ctx: Ctx,
  contactId: string,
): Promise<{ pending: number; available: number; held: number; debt: number }> {
  return row(
    ctx.db,
    sql`select coalesce(sum(pending), 0)::int as pending, coalesce(sum(available), 0)::int as available,
        coalesce(sum(held), 0)::int as held, coalesce(sum(debt), 0)::int as debt
      from wallet where contact_id = ${contactId}::uuid`,
  );
}

/** All postings there are. */
export async function total(ctx: Ctx): Promise<number> {
  const { sum } = await row<{ sum: number }>(
    ctx.db,
    sql`select coalesce(sum(points), 0)::int as sum from ledger_posting`,
  );
  return sum;
}

export async function one(ctx: Ctx, movement: Movement) {
  const [posted] = await post(ctx, [movement]);
  if (posted === undefined) throw new Error('nothing posted');
  return posted;
}

export async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (error: unknown) =>
      typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error),
  );
}
