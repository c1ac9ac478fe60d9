import { Grid, Paper, Stack, Tabs, Text } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { SegmentView } from '../../api/segments.ts';
import { segments } from '../../api/segments.ts';
import { language } from '../../i18n/index.ts';
import { useMe } from '../../lib/me.ts';
import { DateTime, Figure } from '../../ui/format.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Loaded } from '../../ui/states.tsx';
import { StatTile } from '../../ui/StatTile.tsx';
import { BuildNotice, VersionLine } from './insight/Build.tsx';
import { Fresh } from './insight/Fresh.tsx';
import { Growth } from './insight/Growth.tsx';
import { Overlap } from './insight/Overlap.tsx';
import { SimulateButton } from './insight/Simulation.tsx';
import { Transitions } from './insight/Transitions.tsx';
import { Versions } from './insight/Versions.tsx';
import { Members } from './Members.tsx';
import { SEGMENT_TABS } from './search.ts';
import { SegmentActions } from './SegmentActions.tsx';
import { StateBadge } from './StateBadge.tsx';

const route = getRouteApi('/app/segments/$id');

export default function SegmentPage() {
  const { id } = route.useParams();
  const query = useQuery(segments.live(id));
  return (
    <Loaded page query={query}>
      {(segment) => <Segment key={segment.id} segment={segment} at={query.dataUpdatedAt} />}
    </Loaded>
  );
}

function Segment({ segment, at }: { segment: SegmentView; at: number }) {
  const { t } = useTranslation('segments');
  const { may } = useMe();
  const mayWrite = may('segments:write');
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
            {mayWrite && <SegmentActions segment={segment} />}
          </>
        }
      />
      <Stack gap="lg">
        <BuildNotice segment={segment} mayWrite={mayWrite} />
        <Grid gap="md">
          <Grid.Col span={{ base: 12, sm: 4 }}>
            <StatTile
              label={t('count')}
              why={t('countWhy')}
              value={segment.count === null ? t('notBuilt') : <Figure value={segment.count} />}
              hint={
                <>
                  {segment.countedAt !== null && (
                    <>
                      {t('builtAt')} <DateTime at={segment.countedAt} mode="relative" />
                    </>
                  )}
                  <VersionLine segment={segment} />
                  <Fresh at={at} />
                </>
              }
            />
          </Grid.Col>
          <Grid.Col span={{ base: 12, sm: 8 }}>
            <Paper p="md" h="100%">
              <Text size="sm" c="dimmed">
                {t('inWords')}
              </Text>
              <Text mt={4} mb="sm" style={{ overflowWrap: 'anywhere' }}>
                {segment.words === null ? t('state.static') : segment.words[language()]}
              </Text>
              {segment.rule !== null && <SimulateButton rule={segment.rule} segmentId={segment.id} />}
            </Paper>
          </Grid.Col>
        </Grid>
        <Growth id={segment.id} since={segment.createdAt} />
        <Lists segment={segment} mayWrite={mayWrite} />
      </Stack>
    </>
  );
}

/** Who is in, who came and went, how the segment meets another, and what its rule said before; the address says which is shown. */
function Lists({ segment, mayWrite }: { segment: SegmentView; mayWrite: boolean }) {
  const { t } = useTranslation('segments');
  const { tab = 'members' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Paper>
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) => {
          const found = SEGMENT_TABS.find((one) => one === next);
          void navigate({
            search: found === undefined || found === 'members' ? {} : { tab: found },
            replace: true,
            resetScroll: false,
          });
        }}
      >
        <Tabs.List>
          {SEGMENT_TABS.filter((one) => one !== 'versions' || segment.kind === 'dynamic').map((one) => (
            <Tabs.Tab key={one} value={one} py="sm">
              {t(`tabs.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="members">
          <Members segment={segment} />
        </Tabs.Panel>
        <Tabs.Panel value="moves">
          <Transitions id={segment.id} />
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <Versions id={segment.id} />
        </Tabs.Panel>
        <Tabs.Panel value="overlap">
          <Overlap id={segment.id} name={segment.name} mayWrite={mayWrite} />
        </Tabs.Panel>
      </Tabs>
    </Paper>
  );
}
