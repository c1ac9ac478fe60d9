import { Alert, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '../../../api/client.ts';
import type { ContactView } from '../../../api/contacts.ts';
import { contactName } from '../../../lib/contactName.ts';
import { AnchorLink } from '../../../ui/links.tsx';

const TYPING_MS = 400;
/** Shorter texts are no addresses yet. */
const MIN_CHARS = 6;
const SHOWN = 3;

/** Whoever has this email or phone already, before a second contact is made of them. */
export function Known({ email, phone }: { email: string; phone: string }) {
  const { t } = useTranslation('contacts');
  const [settled] = useDebouncedValue({ email: email.trim(), phone: phone.trim() }, TYPING_MS);
  const wanted = [settled.email, settled.phone].filter((text) => text.length >= MIN_CHARS);
  const { data = [] } = useQuery({
    queryKey: ['contacts', 'known', wanted],
    queryFn: async ({ signal }) => {
      const pages = await Promise.all(
        wanted.map((search) =>
          api.get<{ items: ContactView[] }>('/api/contacts', { query: { search, limit: SHOWN }, signal }),
        ),
      );
      const found = pages.flatMap(({ items }) => items);
      return [...new Map(found.map((contact) => [contact.id, contact])).values()];
    },
    enabled: wanted.length > 0,
  });
  const same = data.filter(
    (contact) =>
      contact.email?.toLowerCase() === settled.email.toLowerCase() ||
      (settled.phone !== '' && digits(contact.phone ?? '').endsWith(digits(settled.phone).slice(-MIN_CHARS))),
  );
  if (wanted.length === 0 || same.length === 0) return null;
  return (
    <Alert color="gold" role="status" title={t('known.title')}>
      {same.map((contact) => (
        <div key={contact.id}>
          <AnchorLink to="/contacts/$id" params={{ id: contact.id }} size="sm">
            {contactName(contact) ?? t('unnamed')}
          </AnchorLink>
        </div>
      ))}
      <Text size="sm">{t('known.text')}</Text>
    </Alert>
  );
}

const digits = (text: string): string => text.replaceAll(/\D/g, '');
