import { createSigner } from '../../core/sign.ts';
import { addMs, DAY_MS } from '../../core/time.ts';

/**
 * What a link to a member's page says: whose page, of which program, and when it was made. Whoever holds it may spend the member's points:
 * it ends by itself, and earlier ones are void once the member's links were revoked.
 */
export type LinkRef = { contactId: string; programId: string; madeAt: Date };

export type Opened = { ok: true; ref: LinkRef } | { ok: false; why: 'forged' | 'expired' };

/** A season; a new one is a press of a button, or a call of the shop's. */
const LINK_DAYS = 90;
const ID_BYTES = 16;
const TIME_BYTES = 6;

export type WalletLinks = {
  make(ref: LinkRef): { token: string; expiresAt: Date };
  read(token: string, now: Date): Opened;
};

const made = new Map<string, WalletLinks>();

export function walletLinks(secret: string): WalletLinks {
  const known = made.get(secret) ?? makeLinks(secret);
  made.set(secret, known);
  return known;
}

function makeLinks(secret: string): WalletLinks {
  const signer = createSigner(secret, 'loyalty/wallet-page');
  return {
    make: (ref) => {
      const expiresAt = addMs(ref.madeAt, LINK_DAYS * DAY_MS);
      return { token: signer.sign(pack(ref), expiresAt), expiresAt };
    },
    read: (token, now) => {
      const verified = signer.verify(token, now);
      if (!verified.ok) return verified;
      const ref = unpack(verified.payload);
      return ref === undefined ? { ok: false, why: 'forged' } : { ok: true, ref };
    },
  };
}

function pack({ contactId, programId, madeAt }: LinkRef): Buffer {
  const bytes = Buffer.alloc(2 * ID_BYTES + TIME_BYTES);
  bytes.write(contactId.replaceAll('-', ''), 0, 'hex');
  bytes.write(programId.replaceAll('-', ''), ID_BYTES, 'hex');
  bytes.writeUIntBE(madeAt.getTime(), 2 * ID_BYTES, TIME_BYTES);
  return bytes;
}

function unpack(bytes: Buffer): LinkRef | undefined {
  if (bytes.length !== 2 * ID_BYTES + TIME_BYTES) return undefined;
  return {
    contactId: uuidOf(bytes, 0),
    programId: uuidOf(bytes, ID_BYTES),
    madeAt: new Date(bytes.readUIntBE(2 * ID_BYTES, TIME_BYTES)),
  };
}

function uuidOf(bytes: Buffer, from: number): string {
  const hex = bytes.toString('hex', from, from + ID_BYTES);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
