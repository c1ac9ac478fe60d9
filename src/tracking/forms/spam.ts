import type { FormDefinition, SpamReason, SubmissionFlag } from './contract.ts';
import type { Values } from './answers.ts';

/** Whether a submission is a machine's, and what its address says. Pure. */

export type Signs = {
  /** What stood in the field that people do not see. */
  trap: string;
  /** Since the page was made; null when no token of ours came with it. */
  filledInMs: number | null;
  /** It came from a page of a site the form knows. */
  knownSite: boolean;
};

const LINK = /https?:\/\/|\bwww\.|\[url[=\]]|<a\s/gi;

/** Why it is taken for spam, or null. The surest sign first. */
export function spamReason(
  definition: FormDefinition,
  values: Values,
  email: string | null,
  signs: Signs,
): SpamReason | null {
  const { spam } = definition;
  if (signs.trap !== '') return 'honeypot';
  if (signs.filledInMs === null) {
    if (!spam.plainPosts) return 'no_token';
    if (!signs.knownSite) return 'foreign_site';
  } else if (signs.filledInMs < spam.minFillMs) return 'too_fast';
  if (linksIn(definition, values) > spam.maxLinks) return 'links';
  if (spam.refuseDisposable && email !== null && isDisposable(email)) return 'disposable';
  return null;
}

/** Hidden fields hold addresses of pages by their nature. */
function linksIn({ fields }: FormDefinition, values: Values): number {
  let found = 0;
  for (const { key, type } of fields) {
    const value = values[key];
    if (type !== 'hidden' && typeof value === 'string') found += value.match(LINK)?.length ?? 0;
  }
  return found;
}

/** Mailboxes that live for minutes; the most used ones, with all their subdomains. */
const DISPOSABLE: ReadonlySet<string> = new Set(
  `10minutemail.com 20minutemail.com 33mail.com anonaddy.me burnermail.io crazymailing.com discard.email dispostable.com
  dropmail.me emailondeck.com fakeinbox.com fakemail.net getairmail.com getnada.com grr.la guerrillamail.com guerrillamail.info
  guerrillamailblock.com harakirimail.com incognitomail.org inboxkitten.com jetable.org mail-temp.com mailcatch.com maildrop.cc
  mailinator.com mailnesia.com mailnull.com mailpoof.com mailsac.com mintemail.com mohmal.com moakt.com mytemp.email nada.email
  sharklasers.com spam4.me spambog.com spamgourmet.com temp-mail.io temp-mail.org tempail.com tempmail.com tempmail.net
  tempmailo.com tempr.email throwawaymail.com trash-mail.com trashmail.com trashmail.de yopmail.com yopmail.fr yopmail.net`.split(
    /\s+/,
  ),
);
const ROLES: ReadonlySet<string> = new Set(
  'abuse admin administrator billing contact help hostmaster info noreply no-reply office postmaster root sales security support webmaster'.split(
    ' ',
  ),
);
/** What people type who do not want to give an address. */
const JUNK: ReadonlySet<string> = new Set(
  'asd asdf asdfg asdfgh qwe qwer qwerty qwertyui test testing tester none no nomail nobody noone fake spam abc abcd abc123 xyz zzz foo bar a aa aaa'.split(
    ' ',
  ),
);
const JUNK_DOMAINS: ReadonlySet<string> = new Set([
  'test.com',
  'test.test',
  'asdf.com',
  'email.com.com',
  'a.com',
  'aa.com',
]);

export function flagsOf(email: string | null): SubmissionFlag[] {
  if (email === null) return [];
  const { local, domain } = partsOf(email);
  const flags: SubmissionFlag[] = [];
  if (isDisposable(email)) flags.push('disposable');
  if (JUNK.has(local) || JUNK_DOMAINS.has(domain) || /^(.)\1{2,}$/.test(local)) flags.push('junk_email');
  if (ROLES.has(local)) flags.push('role_address');
  return flags;
}

function isDisposable(email: string): boolean {
  const labels = partsOf(email).domain.split('.');
  return labels.some((_, from) => DISPOSABLE.has(labels.slice(from).join('.')));
}

function partsOf(email: string): { local: string; domain: string } {
  const at = email.lastIndexOf('@');
  return { local: email.slice(0, at).split('+')[0] ?? '', domain: email.slice(at + 1) };
}
