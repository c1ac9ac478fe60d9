import { pgTable, primaryKey, uuid } from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';

/** Links to a member's page that were made before this moment are void. Without a row all are good until their own end. */
export const walletLinkEpoch = pgTable(
  'wallet_link_epoch',
  {
    contactId: uuid('contact_id').notNull(),
    programId: uuid('program_id').notNull(),
    validFrom: instant('valid_from').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.programId, t.originId] })],
);
