/** Whether two contacts can be reached in the same place, which says that they are one person. Pure. */

export type Reach = { contactId: string; kind: string; value: string };

/** In this order a reason is told. */
const KINDS = ['address', 'email', 'phone'] as const;
export type SharedKind = (typeof KINDS)[number];

/** Mail to any of its names, dotted at will, is one person's. */
const DOTLESS: ReadonlySet<string> = new Set(['gmail.com', 'googlemail.com']);

/** first.last+shop@gmail.com → firstlast@gmail.com: to whom mail goes, whichever spelling was given. */
export function mailboxOf(email: string): string {
  const plain = email.trim().toLowerCase();
  const at = plain.lastIndexOf('@');
  if (at < 1) return plain;
  const [name, domain] = [plain.slice(0, at), plain.slice(at + 1)];
  // A name that begins with + has no part before it: it stands as it is.
  const base = name.indexOf('+') > 0 ? name.slice(0, name.indexOf('+')) : name;
  return DOTLESS.has(domain) ? `${base.replaceAll('.', '')}@gmail.com` : `${base}@${domain}`;
}

const placeOf = ({ kind, value }: Reach): string =>
  kind === 'email' ? mailboxOf(value) : value.trim().replace(/\s+/g, ' ').toLowerCase();

/** What the points of two contacts have in common. */
export function sharedKind(points: readonly Reach[], friendId: string): SharedKind | null {
  const own = new Set(
    points.filter((one) => one.contactId === friendId).map((one) => `${one.kind} ${placeOf(one)}`),
  );
  const same = points.filter((one) => one.contactId !== friendId && own.has(`${one.kind} ${placeOf(one)}`));
  return KINDS.find((kind) => same.some((one) => one.kind === kind)) ?? null;
}
