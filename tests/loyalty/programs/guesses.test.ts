import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { upsertContacts } from '../../../src/contacts/index.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { row, rows } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import {
  askByPhone,
  confirmCode,
  confirmedLookup,
  findMember,
  openCode,
} from '../../../src/loyalty/programs/actions.lookup.ts';
import { enrol } from '../../../src/loyalty/programs/actions.members.ts';
import { luhnDigit } from '../../../src/loyalty/programs/card.ts';
import { enrolInput } from '../../../src/loyalty/programs/contract.ts';
import { quote } from '../../../src/loyalty/sales/actions.quote.ts';
import { sell } from '../../../src/loyalty/sales/actions.sell.ts';
import { tryDraft } from '../../../src/loyalty/sales/actions.try.ts';
import { tryInput } from '../../../src/loyalty/sales/contract.try.ts';
import { quoteInput, saleInput } from '../../../src/loyalty/sales/contract.ts';
import { registerModules } from '../../../src/modules.ts';
import { as, testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { refusal } from '../ledger/world.ts';
import { goods, member, number, program, till } from '../sales/world.ts';

/** Cards and codes are not found by trying, and whoever shows a right one is never taken for somebody who tries. */

let base: TestBase;
let ctx: Ctx;
let programId: string;
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
  ctx = base.ctx;
  registerModules();
  programId = await program(ctx);
});
afterAll(() => base.close());

const many = <T>(count: number, make: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => make(i)));

async function someonesCard(): Promise<string> {
  const contactId = await member(ctx, programId);
  const { card } = await row<{ card: string }>(
    ctx.db,
    sql`select card_number as card from member_card where contact_id = ${contactId}::uuid`,
  );
  return card;
}

/** A number with a right check digit that nobody has. */
function nobodysCard(n: number): string {
  const digits = `29${String(n).padStart(13, '0')}`;
  return digits + luhnDigit(digits);
}

const times = (ends: readonly string[]): Record<string, number> =>
  Object.fromEntries([...new Set(ends)].map((end) => [end, ends.filter((one) => one === end).length]));

const cart = (card: string) => ({ ...goods(['10.00']), programId, buyer: { card } });
const shown = {
  'a quote': (who: Ctx, card: string) => quote(who, quoteInput.parse(cart(card))),
  'a sale': (who: Ctx, card: string) => sell(who, saleInput.parse({ ...number(), ...cart(card) })),
  'a look-up': (who: Ctx, card: string) => findMember(who, { programId, card }),
};

test.each(Object.entries(shown))(
  'right cards at all tills of a chain in one moment are all taken: %s',
  async (_, show) => {
    const cards = await many(30, someonesCard);
    const chain = till(ctx, `chain ${newId()}`);
    expect(times(await Promise.all(cards.map((card) => refusal(show(chain, card)))))).toEqual({ none: 30 });
  },
);

test('wrong cards that come all at once are no more than those that come one by one, and right ones after them are refused', async () => {
  const card = await someonesCard();
  const guesser = till(ctx, `guesser ${newId()}`);
  const ends = await many(60, (i) => refusal(findMember(guesser, { programId, card: nobodysCard(i) })));
  expect(times(ends)).toEqual({ member_not_found: 20, rate_limited: 40 });
  expect(await refusal(findMember(guesser, { programId, card }))).toBe('rate_limited');
});

test('sample carts at other moments give no more guesses', async () => {
  const scopes = ['loyalty:read' as const, 'loyalty:sell' as const];
  const reader = as(ctx, { kind: 'apiKey', id: `reader ${newId()}`, name: 'Reader', scopes });
  const ends: string[] = [];
  for (let i = 0; i < 60; i += 1) {
    const at = new Date(base.clock.now().getTime() + Math.floor(i / 10) * 3_600_000).toISOString();
    const input = tryInput.parse({ at, cart: cart(nobodysCard(1_000 + i)) });
    ends.push(await refusal(tryDraft(reader, input)));
  }
  expect(times(ends)).toEqual({ member_not_found: 20, rate_limited: 40 });
});

test('a right code among too many wrong ones that came at once confirms nothing', async () => {
  const lookups = await many(30, async (i) => {
    const phone = `+44791112${String(3_000 + i)}`;
    const [made] = await upsertContacts(ctx, [{ name: 'Member', phone }]);
    await enrol(ctx, enrolInput.parse({ contactId: made?.contactId, programId, termsVersion: '1' }));
    return (await askByPhone(ctx, { programId, phone })).lookupId;
  });
  const codeOf = new Map<string, string>();
  for (const { id, sealed } of await rows<{ id: string; sealed: string }>(
    ctx.db,
    sql`select payload->>'codeId' as id, payload->>'sealed' as sealed from outbox where topic = 'member.code_issued'`,
  ))
    codeOf.set(id, openCode(ctx, sealed) ?? '');
  const wrongOf = (id: string) => String((Number(codeOf.get(id)) + 1) % 1_000_000).padStart(6, '0');
  const guesser = till(ctx, `guesser ${newId()}`);
  const ends = await Promise.all(
    lookups.map((id, i) => refusal(confirmCode(guesser, id, i < 25 ? wrongOf(id) : (codeOf.get(id) ?? '')))),
  );
  const confirmed = await Promise.all(lookups.map((id) => confirmedLookup(guesser, id)));
  expect(times(ends.slice(0, 25))).toEqual({ none: 20, rate_limited: 5 });
  expect(lookups.filter((_, i) => confirmed[i] !== undefined && ends[i] !== 'none')).toEqual([]);
});
