import {
  findByExternalIds,
  findByPoints,
  externalIdKey,
  normalPoint,
  pointKey,
} from '../../contacts/index.ts';
import type { UpsertInput } from '../../contacts/index.ts';
import { authorise, may } from '../../core/ctx.ts';
import type { Actor, Ctx } from '../../core/ctx.ts';
import { conflict, invalid, notFound } from '../../core/errors.ts';
import { byCard, confirmedLookup } from '../programs/actions.lookup.ts';
import { proofNeeded, vouches } from '../programs/actions.presence.ts';
import type { BuyerInput, AskedCart } from './contract.ts';
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

/**
 * `contactId` null: nobody (yet). `said`: who a contact is to be made of. `programId`: of the card that was shown. `proven`: they are
 * there themselves, or somebody vouches for them; without it nothing of theirs is spent.
 */
export type Buyer = {
  contactId: string | null;
  said: UpsertInput | null;
  /** Of somebody who may be new: two who say the same are one. */
  newKey?: string;
  programId: string | null;
  proven: boolean;
};

const NOBODY: Buyer = { contactId: null, said: null, programId: null, proven: false };

/** 403 `proof_needed`: points of somebody who was only named. Of nobody there are none to spend. */
export function mustBeProven({ buyer, spendPoints }: AskedCart, { proven }: Pick<Buyer, 'proven'>): void {
  if (proven || buyer === undefined || spendPoints === 0) return;
  throw proofNeeded('spendPoints');
}

/**
 * Finds the buyer. 404 `contact_not_found` for an id nobody has, `member_not_found` for a card; 409 `lookup_unusable`; who is named by
 * an address or by the shop's id and not known yet becomes a contact with the first sale.
 */
export async function findBuyer(ctx: Ctx, input: BuyerInput | undefined, source: string): Promise<Buyer> {
  const found = await lookUp(ctx, input, source);
  if (found.contactId !== null && ctx.actor.kind === 'user' && !(await maySee(ctx, found.contactId)))
    throw notFound('contact', found.contactId);
  return found;
}

async function lookUp(ctx: Ctx, input: BuyerInput | undefined, source: string): Promise<Buyer> {
  if (input === undefined) return NOBODY;
  if ('card' in input) return ofCard(ctx, input.card);
  if ('lookup' in input) return ofLookup(ctx, input.lookup);
  const named: Buyer = { ...NOBODY, proven: vouches(ctx) };
  if ('contactId' in input) return { ...named, contactId: input.contactId };
  if ('externalId' in input) {
    const { externalId } = input;
    const found = (await findByExternalIds(ctx, [externalId])).get(externalIdKey(externalId));
    return {
      ...named,
      contactId: found?.contactId ?? null,
      said: { externalIds: [externalId], source },
      newKey: `id ${externalIdKey(externalId)}`,
    };
  }
  const [kind, raw] =
    'phone' in input ? (['phone', input.phone] as const) : (['email', input.email] as const);
  const value = normalPoint(ctx, { kind, raw });
  if (kind === 'phone' && !value.startsWith('+'))
    throw invalid('bad_phone', `"${raw}" is no phone number.`, 'buyer.phone');
  const found = (await findByPoints(ctx, [{ kind, value }])).get(pointKey({ kind, value }));
  return {
    ...named,
    contactId: found?.contactId ?? null,
    said: { [kind]: raw, source },
    newKey: `point ${pointKey({ kind, value })}`,
  };
}

async function ofCard(ctx: Ctx, shown: string): Promise<Buyer> {
  const holder = await byCard(ctx, shown, (number) => cardHolder(ctx, number));
  if (holder === undefined) throw notFound('member');
  return { ...NOBODY, ...holder, proven: true };
}

/** A look-up that is over still says who it was, so that a sale can be repeated; it proves nothing any more. */
async function ofLookup(ctx: Ctx, lookupId: string): Promise<Buyer> {
  const found = await confirmedLookup(ctx, lookupId);
  if (found === undefined)
    throw conflict('lookup_unusable', 'Ask for a new code: nobody confirmed this look-up.', 'buyer.lookup');
  const { fresh, ...holder } = found;
  return { ...NOBODY, ...holder, proven: fresh };
}
