import { may } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { DomainError } from '../../core/errors.ts';
import { byCard, confirmedLookup } from './actions.lookup.ts';
import { memberByCard } from './store.members.ts';

/** Whether who is named is there: what is theirs is spent and shown on no smaller word. */

/** What a member shows at a till: card number or QR code, or a look-up by phone that their code has confirmed. */
export type Shown = { card: string } | { lookup: string };

/** Whose word on who buys is enough: people who run loyalty, and keys of shops where customers sign in. */
export const vouches = (ctx: Ctx): boolean => may(ctx, 'loyalty:write') || may(ctx, 'loyalty:vouch');

/** 403 `proof_needed`; `at`: the field that asks for more than a name. */
export const proofNeeded = (at?: string): DomainError =>
  new DomainError({
    code: 'proof_needed',
    status: 403,
    detail:
      'Whose points these are shows their card or QR code (card), or says the code sent to their phone (lookup). A key with the right "loyalty:vouch" may name them.',
    at,
  });

/** 403 `proof_needed` unless the actor vouches for whom they name, or the member of the program has shown who they are. */
export async function mustBePresent(
  ctx: Ctx,
  who: { contactId: string; programId: string },
  shown?: Shown,
): Promise<void> {
  if (vouches(ctx)) return;
  if (shown === undefined) throw proofNeeded();
  const holder =
    'card' in shown
      ? await byCard(ctx, shown.card, (number) => memberByCard(ctx, who.programId, number))
      : await confirmedLookup(ctx, shown.lookup);
  const isOver = holder !== undefined && 'fresh' in holder && !holder.fresh;
  if (holder?.contactId !== who.contactId || isOver) throw proofNeeded('shown');
}
