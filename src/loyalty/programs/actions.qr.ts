import type { Config } from '../../core/config.ts';
import { may } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { createSigner, secretOf } from '../../core/sign.ts';
import type { Signer } from '../../core/sign.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import type { MemberView } from './contract.ts';
import type { MemberRow } from './store.members.ts';

/** What a QR code says: a signed card number, so that nobody shows a code this installation did not make. */
const PREFIX = 'OTK:';
/** A printed code outlives a card's owner's patience; a shown one is made anew each time. */
const QR_DAYS = 3 * 365;

const signers = new WeakMap<Config, Signer>();

function signerOf(ctx: Ctx): Signer {
  const made = signers.get(ctx.config) ?? createSigner(secretOf(ctx.config), 'loyalty/member-qr');
  signers.set(ctx.config, made);
  return made;
}

function qrOf(ctx: Ctx, cardNumber: string): string {
  return PREFIX + signerOf(ctx).sign(Buffer.from(cardNumber), addMs(ctx.clock.now(), QR_DAYS * DAY_MS));
}

/** The card number a QR code says; null when it is not one of this installation's, or too old. */
export function cardOfQr(ctx: Ctx, text: string): string | null {
  if (!text.startsWith(PREFIX)) return null;
  const verified = signerOf(ctx).verify(text.slice(PREFIX.length), ctx.clock.now());
  return verified.ok ? verified.payload.toString('utf8') : null;
}

/**
 * The same for keys that named the contact and saw no card: a card shown to them would be the proof of presence that they lack. People,
 * and keys that vouch for who buys, may know it.
 */
export function namedView(ctx: Ctx, row: MemberRow): MemberView {
  const view = memberView(ctx, row);
  if (ctx.actor.kind !== 'apiKey' || may(ctx, 'loyalty:write') || may(ctx, 'loyalty:vouch')) return view;
  return { ...view, cardNumber: `••${row.cardNumber.slice(-2)}`, qr: '' };
}

export function memberView(ctx: Ctx, row: MemberRow): MemberView {
  return {
    id: row.memberId,
    programId: row.programId,
    contactId: row.contactId,
    cardNumber: row.cardNumber,
    qr: qrOf(ctx, row.cardNumber),
    termsVersion: row.termsVersion,
    channel: row.channel,
    state: row.state,
    enrolledAt: row.enrolledAt.toISOString(),
    leftAt: row.leftAt?.toISOString() ?? null,
  };
}
