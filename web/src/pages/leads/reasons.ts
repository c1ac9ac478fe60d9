import type { ScoreReason } from '../../api/leads.ts';

/** The rule's name says what is worth points; what exactly happened follows when it adds something. */
export const reasonText = ({ rule, what }: ScoreReason): string =>
  what === '' || rule.toLowerCase().includes(what.toLowerCase()) ? rule : `${rule}: ${what}`;
