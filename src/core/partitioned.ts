/**
 * Tables of facts that are partitioned by month of `occurred_at`. drizzle cannot declare it, so the migration scripts
 * add the clause by this list and `ensurePartitions` makes the partitions.
 */
export const PARTITIONED_TABLES = [
  'event',
  'journey_visit',
  'ledger_entry',
  'ledger_posting',
  'message',
  'response',
  'score_entry',
  'segment_transition',
  'send_decision',
] as const;
