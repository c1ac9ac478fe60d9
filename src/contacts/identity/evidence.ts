import { isJunk } from './junk.ts';

/** Kinds whose strong evidence merges; a group of nodes holds at most one value of each. */
export const STRONG_KINDS: readonly string[] = ['user', 'email', 'phone'];

/** One thing said of who a contact is. */
export type Evidence = {
  /** The node it is said of: a contact's id, also one that was merged. */
  contactId: string;
  /** user (login id) | email | phone, or any other word for what only hints: click, alias, … */
  kind: string;
  /** Emails in lower case, phones in E.164, as points hold them. */
  value: string;
  /**
   * strong: a login told by a server or with its hash, a verified email, a phone confirmed by code, the email of a server's order.
   * Everything else is weak: stored, and never merges.
   */
  strength: 'weak' | 'strong';
  /** Who said so: a source's id, "form:…", "campaign:…". */
  source: string;
  occurredAt: Date;
};

/** Longer ids are nobody's: they would only fill the index. */
const MAX_VALUE = 256;

/** What is fit to be kept: junk and oversized values say nothing of anybody. */
export function isUsable({ kind, value }: Pick<Evidence, 'kind' | 'value'>): boolean {
  return value.length > 0 && value.length <= MAX_VALUE && !isJunk(kind, value);
}

/** Only these kinds may merge, whatever a caller says. */
export function isStrong({ kind, strength }: Pick<Evidence, 'kind' | 'strength'>): boolean {
  return strength === 'strong' && STRONG_KINDS.includes(kind);
}
