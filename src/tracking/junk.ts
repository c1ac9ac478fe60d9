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
  'unknown',
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
  'not_authenticated',
  'visitor',
]);

export function isJunkId(id: string): boolean {
  const plain = id.trim().toLowerCase();
  return JUNK.has(plain) || /^[0\-_]+$/.test(plain);
}
