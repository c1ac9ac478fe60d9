import { Badge, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { SourceView } from '../../api/sources.ts';
import { sources } from '../../api/sources.ts';
import { DateTime } from '../../ui/format.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Loaded } from '../../ui/states.tsx';
import { Connect } from './Connect.tsx';
import classes from './developer.module.css';
import { Health } from './Health.tsx';
import { Letters } from './Letters.tsx';
import { Live } from './Live.tsx';
import type { Tab } from './search.ts';
import { TABS } from './search.ts';
import { Settings } from './Settings.tsx';

const route = getRouteApi('/app/sources/$id');

/** One source as its developer needs it: how to connect, what comes in, what did not, how it fares, its settings. */
export default function SourcePage() {
  const { id } = route.useParams();
  return (
    <Loaded page query={useQuery(sources.one(id))}>
      {(source) => <Source source={source} />}
    </Loaded>
  );
}

function Source({ source }: { source: SourceView }) {
  const { t } = useTranslation(['developer', 'settings']);
  const { tab = 'connect' } = route.useSearch();
  const navigate = route.useNavigate();
  const open = (next: Tab) => void navigate({ search: next === 'connect' ? {} : { tab: next } });
  return (
    <>
      <PageHeader
        title={source.name}
        up={{ to: '/sources', label: t('settings:sources.title') }}
        badge={
          source.disabled ? (
            <Badge color="gray">{t('settings:sources.off')}</Badge>
          ) : (
            <Badge color={source.lastEventAt === null ? 'gold' : 'pine'}>
              {source.lastEventAt === null ? t('developer:waiting') : t('developer:receiving')}
            </Badge>
          )
        }
        description={
          <>
            {t(`settings:sources.kinds.${source.kind}`)}
            {source.lastEventAt !== null && (
              <>
                {' · '}
                {t('settings:sources.last')}: <DateTime at={source.lastEventAt} mode="relative" />
              </>
            )}
          </>
        }
      />
      <Tabs
        value={tab}
        onChange={(next) => open(TABS.find((one) => one === next) ?? 'connect')}
        keepMounted={false}
      >
        <Tabs.List mb="lg" className={classes['tabs'] ?? ''}>
          {TABS.map((one) => (
            <Tabs.Tab
              key={one}
              value={one}
              rightSection={
                one === 'letters' && source.rejected24h > 0 ? (
                  <Badge size="sm" color="red">
                    {source.rejected24h}
                  </Badge>
                ) : null
              }
            >
              {t(`developer:tabs.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="connect">
          <Connect source={source} />
        </Tabs.Panel>
        <Tabs.Panel value="live">
          <Live source={source} />
        </Tabs.Panel>
        <Tabs.Panel value="letters">
          <Letters sourceId={source.id} />
        </Tabs.Panel>
        <Tabs.Panel value="health">
          <Health source={source} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <Settings key={source.id} source={source} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
