import {
  findByExternalIds,
  findByPoints,
  externalIdKey,
  holdContacts,
  normalPoint,
  pointKey,
  upsertContacts,
} from '../../contacts/index.ts';
import type { UpsertInput } from '../../contacts/index.ts';
import { authorise, may } from '../../core/ctx.ts';
import type { Actor, Ctx } from '../../core/ctx.ts';
import { invalid, notFound } from '../../core/errors.ts';
import { cardOfQr } from '../programs/actions.qr.ts';
import { foldCard, isCardNumber } from '../programs/card.ts';
import type { BuyerInput } from './contract.ts';
import { maySee } from './store.ts';
import { cardHolder } from './store.facts.ts';

/** Who may sell, and who buys. */

/** What tills and shops do; people of the console may too. */
export function authoriseSell(ctx: Ctx): void {
  if (!may(ctx, 'loyalty:write')) authorise(ctx, 'loyalty:sell');
}

/** Orders and contacts of a sale are written in its name: whoever may sell need not hold those rights. */
export function asSales(ctx: Ctx): Ctx {
  const { id, name } = ctx.actor;
  const actor: Actor = { kind: 'system', id, name: `sales for ${name}` };
  return { ...ctx, actor };
}

/** `contactId` null: nobody (yet). `said`: who a contact is to be made of. `programId`: of the card that was shown. */
export type Buyer = { contactId: string | null; said: UpsertInput | null; programId: string | null };

const NOBODY: Buyer = { contactId: null, said: null, programId: null };

/**
 * Finds the buyer. 404 `contact_not_found` for an id nobody has, `member_not_found` for a card; who is named by an address or by the
 * shop's id and not known yet becomes a contact with the first sale.
 */
export async function findBuyer(ctx: Ctx, input: BuyerInput | undefined, source: string): Promise<Buyer> {
  const found = await lookUp(ctx, input, source);
  if (found.contactId !== null && ctx.actor.kind === 'user' && !(await maySee(ctx, found.contactId)))
    throw notFound('contact', found.contactId);
  return found;
}

async function lookUp(ctx: Ctx, input: BuyerInput | undefined, source: string): Promise<Buyer> {
  if (input === undefined) return NOBODY;
  if ('contactId' in input) return { ...NOBODY, contactId: input.contactId };
  if ('card' in input) return byCard(ctx, input.card);
  if ('externalId' in input) {
    const { externalId } = input;
    const named = (await findByExternalIds(ctx, [externalId])).get(externalIdKey(externalId));
    return { ...NOBODY, contactId: named?.contactId ?? null, said: { externalIds: [externalId], source } };
  }
  const [kind, raw] =
    'phone' in input ? (['phone', input.phone] as const) : (['email', input.email] as const);
  const value = normalPoint(ctx, { kind, raw });
  if (kind === 'phone' && !value.startsWith('+'))
    throw invalid('bad_phone', `"${raw}" is no phone number.`, 'buyer.phone');
  const named = (await findByPoints(ctx, [{ kind, value }])).get(pointKey({ kind, value }));
  return { ...NOBODY, contactId: named?.contactId ?? null, said: { [kind]: raw, source } };
}

async function byCard(ctx: Ctx, typed: string): Promise<Buyer> {
  const card = typed.startsWith('OTK:') ? cardOfQr(ctx, typed) : foldCard(typed);
  const holder = card !== null && isCardNumber(card) ? await cardHolder(ctx, card) : undefined;
  if (holder === undefined) throw notFound('member');
  return { ...NOBODY, ...holder };
}

/**
 * The buyer's contact, made when it is not there, held alone until the commit: a second sale of the same buyer waits and then sees
 * what this one has done. Null: nobody is known. 404 `contact_not_found`.
 */
export async function holdBuyer(
  tx: Ctx,
  { contactId, said }: Buyer,
): Promise<{ contactId: string; originId: string } | null> {
  if (contactId === null && said === null) return null;
  const [made] =
    contactId === null && said !== null
      ? await upsertContacts(asSales(tx), [said], { matchBy: ['email', 'phone'] })
      : [{ contactId: contactId ?? '', originId: contactId ?? '' }];
  const id = made?.contactId ?? '';
  const present = (await holdContacts(tx, [id], 'alone')).get(id);
  if (present === undefined) throw notFound('contact', id);
  return { contactId: present, originId: made?.originId ?? id };
}
