import { Button, Grid, Menu, Paper, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots, IconPencil, IconRefresh, IconSend, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { SegmentMember, SegmentView } from '../../api/segments.ts';
import { segments } from '../../api/segments.ts';
import { language } from '../../i18n/index.ts';
import { contactName } from '../../lib/contactName.ts';
import { useList } from '../../lib/list.ts';
import { useMe } from '../../lib/me.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import type { Column } from '../../ui/DataTable.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { DateTime, Figure, None } from '../../ui/format.tsx';
import { AnchorLink, ButtonLink } from '../../ui/links.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Section } from '../../ui/Section.tsx';
import { EmptyState, Loaded } from '../../ui/states.tsx';
import { StatTile } from '../../ui/StatTile.tsx';
import { StateBadge } from './StateBadge.tsx';

const route = getRouteApi('/app/segments/$id');

export default function SegmentPage() {
  const { id } = route.useParams();
  return (
    <Loaded page query={useQuery(segments.one(id))}>
      {(segment) => <Segment segment={segment} />}
    </Loaded>
  );
}

function Segment({ segment }: { segment: SegmentView }) {
  const { t } = useTranslation('segments');
  const { may } = useMe();
  return (
    <>
      <PageHeader
        title={segment.name}
        up={{ to: '/segments', label: t('title') }}
        badge={<StateBadge segment={segment} />}
        {...(segment.description === '' ? {} : { description: segment.description })}
        actions={
          <>
            {may('campaigns:write') && (
              <ButtonLink
                to="/campaigns/new"
                search={{ segment: segment.id }}
                leftSection={<IconSend size={16} />}
              >
                {t('campaign')}
              </ButtonLink>
            )}
            {may('segments:write') && <Actions segment={segment} />}
          </>
        }
      />
      <Stack gap="lg">
        <Grid gap="md">
          <Grid.Col span={{ base: 12, sm: 4 }}>
            <StatTile
              label={t('count')}
              why={t('countWhy')}
              value={segment.count === null ? t('notBuilt') : <Figure value={segment.count} />}
              hint={
                segment.countedAt !== null && (
                  <>
                    {t('builtAt')} <DateTime at={segment.countedAt} mode="relative" />
                  </>
                )
              }
            />
          </Grid.Col>
          <Grid.Col span={{ base: 12, sm: 8 }}>
            <Paper p="md" h="100%">
              <Text size="sm" c="dimmed">
                {t('inWords')}
              </Text>
              <Text mt={4}>{segment.words === null ? t('state.static') : segment.words[language()]}</Text>
            </Paper>
          </Grid.Col>
        </Grid>
        <Members id={segment.id} />
      </Stack>
    </>
  );
}

function Actions({ segment }: { segment: SegmentView }) {
  const { t } = useTranslation(['segments', 'common']);
  const navigate = useNavigate();
  const [asking, ask] = useDisclosure(false);
  const build = useWrite({
    run: () => segments.build(segment.id),
    touches: ['segments'],
    done: t('segments:rebuilding'),
  });
  const remove = useWrite({
    run: () => segments.remove(segment.id),
    touches: ['segments'],
    done: t('segments:deleted'),
    onDone: () => void navigate({ to: '/segments' }),
  });
  return (
    <>
      <ButtonLink
        to="/segments/$id/edit"
        params={{ id: segment.id }}
        variant="default"
        leftSection={<IconPencil size={16} />}
      >
        {t('segments:edit')}
      </ButtonLink>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button variant="default" px="xs" aria-label={t('common:action.actions')}>
            <IconDots size={17} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconRefresh size={15} />} onClick={() => build.mutate(undefined)}>
            {t('segments:rebuild')}
          </Menu.Item>
          <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={ask.open}>
            {t('segments:delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Confirm
        opened={asking}
        onClose={ask.close}
        title={t('segments:deleteTitle', { name: segment.name })}
        text={t('segments:deleteText')}
        yes={t('segments:delete')}
        danger
        busy={remove.isPending}
        onYes={() => remove.mutate(undefined)}
      />
    </>
  );
}

function Members({ id }: { id: string }) {
  const { t } = useTranslation(['segments', 'contacts']);
  const navigate = useNavigate();
  const list = useList(segments.members(id));
  const columns: Column<SegmentMember>[] = [
    {
      key: 'name',
      header: t('contacts:field.name'),
      main: true,
      cell: (row) => (
        <AnchorLink to="/contacts/$id" params={{ id: row.contactId }} c="inherit" fw={550}>
          {contactName(row) ?? t('contacts:unnamed')}
        </AnchorLink>
      ),
    },
    { key: 'email', header: t('contacts:field.email'), cell: (row) => row.email ?? <None /> },
    { key: 'country', header: t('contacts:field.country'), cell: (row) => row.country ?? <None /> },
    { key: 'since', header: t('segments:since'), cell: (row) => <DateTime at={row.since} mode="date" /> },
  ];
  return (
    <Section title={t('segments:members')} flush>
      <DataTable
        label={t('segments:members')}
        columns={columns}
        {...list}
        rowKey={(row) => row.contactId}
        onOpen={(row) => void navigate({ to: '/contacts/$id', params: { id: row.contactId } })}
        empty={<EmptyState title={t('segments:membersEmpty')} />}
      />
    </Section>
  );
}
