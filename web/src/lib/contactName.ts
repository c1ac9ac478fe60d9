type Named = { name: string; email?: string | null; phone?: string | null };

/** What to call a contact: the name, else a way to reach them, else undefined. */
export const contactName = ({ name, email, phone }: Named): string | undefined =>
  [name, email, phone].find((text) => typeof text === 'string' && text !== '') ?? undefined;
