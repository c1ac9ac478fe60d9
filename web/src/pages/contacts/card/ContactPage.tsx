import { Badge, Button, Group, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPencil } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { ContactCard } from '../../../api/contacts.ts';
import { contacts } from '../../../api/contacts.ts';
import { contactName } from '../../../lib/contactName.ts';
import { useMe } from '../../../lib/me.ts';
import { useOwners } from '../../../lib/owners.ts';
import { PageHeader } from '../../../ui/PageHeader.tsx';
import { Loaded } from '../../../ui/states.tsx';
import classes from './card.module.css';
import { Compose } from './Compose.tsx';
import { EditDrawer } from './EditDrawer.tsx';
import { Facts } from './Facts.tsx';
import { Identity } from './Identity.tsx';
import { Happenings } from './Happenings.tsx';
import { Timeline } from './Timeline.tsx';

const route = getRouteApi('/app/contacts/$id');

export default function ContactPage() {
  const { id } = route.useParams();
  return (
    <Loaded page query={useQuery(contacts.one(id))}>
      {(contact) => <Card key={contact.id} contact={contact} />}
    </Loaded>
  );
}

function Card({ contact }: { contact: ContactCard }) {
  const { t } = useTranslation(['contacts', 'common']);
  const { may } = useMe();
  const { nameOf } = useOwners();
  const [editing, edit] = useDisclosure(false);
  const owner = nameOf(contact.ownerId);
  return (
    <>
      <PageHeader
        title={contactName(contact) ?? t('contacts:unnamed')}
        up={{ to: '/contacts', label: t('contacts:title') }}
        badge={
          <Group gap={4}>
            {contact.tags.map((tag) => (
              <Badge key={tag} color="gray">
                {tag}
              </Badge>
            ))}
          </Group>
        }
        description={[
          t(`contacts:kind.${contact.kind as 'person'}`, { defaultValue: contact.kind }),
          [contact.city, contact.country].filter(Boolean).join(', '),
          owner === undefined ? t('contacts:noOwner') : `${t('contacts:field.ownerId')}: ${owner}`,
        ]
          .filter((part) => part !== '')
          .join(' · ')}
        actions={
          may('contacts:write') && (
            <Button variant="default" leftSection={<IconPencil size={16} />} onClick={edit.open}>
              {t('contacts:card.edit')}
            </Button>
          )
        }
      />
      <div className={classes['layout']}>
        <Stack gap="lg" miw={0}>
          {may('contacts:write') && <Compose contact={contact} />}
          <Timeline contactId={contact.id} />
        </Stack>
        <Stack gap="md" miw={0}>
          <Happenings contact={contact} />
          <Facts contact={contact} />
          <Identity contact={contact} />
        </Stack>
      </div>
      {editing && <EditDrawer contact={contact} onClose={edit.close} />}
    </>
  );
}
