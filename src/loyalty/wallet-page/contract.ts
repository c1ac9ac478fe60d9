import { z } from 'zod';

/** POST /api/contacts/:id/wallet-link and …/revoke */
export const walletLinkInput = z.object({ programId: z.uuid() }).meta({ id: 'WalletLinkInput' });

/** Whoever has it sees the member's points and may spend them on rewards: for the member alone. */
export const walletLinkAnswer = z
  .object({ url: z.url(), expiresAt: z.iso.datetime() })
  .meta({ id: 'WalletLink' });
export type WalletLink = z.output<typeof walletLinkAnswer>;
