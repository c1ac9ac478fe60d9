type Named = { name: string; email?: string | null; phone?: string | null; externalId?: string | null };

/** What to call a contact: the name, a way to reach them, the number in the shop's own system; else undefined. */
export function contactName({ name, email, phone, externalId }: Named): string | undefined {
  const known = [name, email, phone].find((text) => typeof text === 'string' && text !== '');
  return known ?? (typeof externalId === 'string' && externalId !== '' ? `#${externalId}` : undefined);
}
