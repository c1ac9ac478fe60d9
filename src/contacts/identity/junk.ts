/** Ids that broken integrations send for everybody: merging on them would join strangers. */
const JUNK = new Set([
  '',
  'null',
  'undefined',
  'none',
  'nil',
  'nan',
  'anonymous',
  'anon',
  'guest',
  'user',
  'userid',
  'user_id',
  'unknown',
  'default',
  'true',
  'false',
  'test',
  '[object object]',
  'n/a',
  'na',
  '-',
  'distinct_id',
  'id',
  'email',
  'phone',
  'not_authenticated',
  'not set',
  '(not set)',
  'visitor',
  'customer',
  'client',
  'admin',
]);

/** Nothing but zeros and separators, also in the form of a uuid, or one character over and over. */
const ZEROS = /^[0\-_.+\s]+$/;
const REPEATED = /^(.)\1{5,}$/;

/** Mailboxes people type to get past a field: everybody's and nobody's. */
const JUNK_MAILBOX =
  /^(test|testing|tester|example|email|mail|user|name|none|no|nomail|noemail|no-email|null|undefined|na|n\/a|asdf|qwerty|a|aa|aaa|abc|123|guest|anonymous|no-?reply|donotreply)@(test|testing|example|email|mail|domain|none|no|nomail|noemail|null|undefined|localhost|asdf|qwerty|a|aa|aaa|abc|123|guest|anonymous)\.[a-z.]{2,}$/;
const JUNK_DOMAIN = /@(example|test)\.(invalid|test)$|@localhost$|\.invalid$/;

export function isJunkId(id: string): boolean {
  const plain = id.trim().toLowerCase();
  return JUNK.has(plain) || ZEROS.test(plain) || REPEATED.test(plain);
}

function isJunkEmail(email: string): boolean {
  const plain = email.trim().toLowerCase();
  const [mailbox = ''] = plain.split('@');
  return (
    !plain.includes('@') ||
    JUNK_MAILBOX.test(plain) ||
    JUNK_DOMAIN.test(plain) ||
    /^(no-?reply|donotreply)$/.test(mailbox)
  );
}

/** Digits that are no number of anybody: all alike, or counted up. */
function isJunkPhone(phone: string): boolean {
  const digits = phone.replace(/\D/g, '');
  return digits.length < 7 || /(\d)\1{7,}/.test(digits) || /1234567890?$/.test(digits);
}

/** Whether a value of this kind names nobody in particular. */
export function isJunk(kind: string, value: string): boolean {
  if (kind === 'email') return isJunkEmail(value);
  if (kind === 'phone') return isJunkPhone(value);
  return isJunkId(value);
}
