import { Badge, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ContactView } from '../../../api/contacts.ts';
import { contactName } from '../../../lib/contactName.ts';
import { useOwners } from '../../../lib/owners.ts';
import type { Column } from '../../../ui/DataTable.tsx';
import { DateTime, None } from '../../../ui/format.tsx';
import { AnchorLink } from '../../../ui/links.tsx';

const SHOWN_TAGS = 2;

export function useContactColumns(): Column<ContactView>[] {
  const { t } = useTranslation('contacts');
  const { nameOf } = useOwners();
  return [
    {
      key: 'name',
      header: t('field.name'),
      sort: 'name',
      main: true,
      cell: (row) => (
        <AnchorLink to="/contacts/$id" params={{ id: row.id }} fw={550} c="inherit">
          {contactName(row) ?? t('unnamed')}
        </AnchorLink>
      ),
    },
    { key: 'email', header: t('field.email'), sort: 'email', cell: (row) => row.email ?? <None /> },
    { key: 'phone', header: t('field.phone'), cell: (row) => row.phone ?? <None /> },
    { key: 'country', header: t('field.country'), cell: (row) => row.country ?? <None /> },
    { key: 'tags', header: t('field.tags'), cell: (row) => <Tags tags={row.tags} /> },
    { key: 'owner', header: t('field.ownerId'), cell: (row) => nameOf(row.ownerId) ?? <None /> },
    {
      key: 'created',
      header: t('field.createdAt'),
      sort: 'createdAt',
      cell: (row) => <DateTime at={row.createdAt} mode="date" />,
    },
  ];
}

function Tags({ tags, limit = SHOWN_TAGS }: { tags: readonly string[]; limit?: number }) {
  if (tags.length === 0) return <None />;
  const rest = tags.slice(limit);
  return (
    <Group gap={4} wrap="wrap">
      {tags.slice(0, limit).map((tag) => (
        <Badge key={tag} color="gray">
          {tag}
        </Badge>
      ))}
      {rest.length > 0 && (
        <Badge color="gray" title={rest.join(', ')}>
          +{rest.length}
        </Badge>
      )}
    </Group>
  );
}
