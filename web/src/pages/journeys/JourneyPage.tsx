import { Badge, Button, Tabs } from '@mantine/core';
import { IconCopy } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useBlocker, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { JourneyView } from '../../api/journeys.ts';
import { journeys } from '../../api/journeys.ts';
import { useMe } from '../../lib/me.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { DateTime } from '../../ui/format.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { notifyDone } from '../../ui/notify.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Loaded } from '../../ui/states.tsx';
import { JourneyActions, PublishButton } from './Actions.tsx';
import { DraftTab } from './editor/DraftTab.tsx';
import { useCheck } from './editor/useCheck.ts';
import { useDraft } from './editor/useDraft.ts';
import { NumbersTab } from './numbers/NumbersTab.tsx';
import type { Tab } from './search.ts';
import { TABS } from './search.ts';
import { STATE_COLORS } from './states.ts';
import { VersionsTab } from './VersionsTab.tsx';

const route = getRouteApi('/app/journeys/$id');

export default function JourneyPage() {
  const { id } = route.useParams();
  return (
    <Loaded page query={useQuery(journeys.one(id))}>
      {(journey) => <Journey key={journey.id} journey={journey} />}
    </Loaded>
  );
}

function Journey({ journey }: { journey: JourneyView }) {
  const { t } = useTranslation('journeys');
  const { may } = useMe();
  const navigate = useNavigate();
  const draft = useDraft(journey);
  const { tab: asked } = route.useSearch();
  // Who comes to one that runs wants to see how it goes.
  const tab: Tab = asked ?? (journey.version === null ? 'draft' : 'numbers');
  const editable = may('campaigns:write') && journey.state !== 'stopped';
  const check = useCheck(journey.id, draft.definition, editable && tab === 'draft');
  const show = (next: Tab): void =>
    void navigate({ to: '/journeys/$id', params: { id: journey.id }, search: { tab: next } });
  return (
    <div data-wide>
      <PageHeader
        title={journey.name}
        up={{ to: '/journeys', label: t('title') }}
        badge={<Badge color={STATE_COLORS[journey.state]}>{t(`states.${journey.state}`)}</Badge>}
        description={
          journey.version !== null &&
          journey.publishedAt !== null && (
            <>
              {t('version', { version: journey.version })} · {t('published')}{' '}
              <DateTime at={journey.publishedAt} mode="relative" />
              {journey.changed && journey.state !== 'stopped' && ` · ${t('changedHint')}`}
            </>
          )
        }
        actions={
          <>
            {journey.state === 'stopped' && may('campaigns:write') && <TakeOver journey={journey} />}
            <JourneyActions journey={journey} />
          </>
        }
      />
      <Tabs
        value={tab}
        onChange={(next) => show(TABS.find((one) => one === next) ?? 'draft')}
        keepMounted={false}
      >
        <Tabs.List mb="sm">
          {TABS.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`tabs.${one}`)}
              {one === 'draft' && draft.dirty && ' •'}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="draft">
          <DraftTab
            journey={journey}
            draft={draft}
            check={check}
            editable={editable}
            actions={(go) => (
              <PublishButton
                journey={journey}
                draft={draft}
                check={check}
                onGo={go}
                onDone={() => show('numbers')}
              />
            )}
          />
        </Tabs.Panel>
        <Tabs.Panel value="numbers">
          <NumbersTab journey={journey} />
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <VersionsTab
            journey={journey}
            editable={editable}
            onTake={({ version, definition }) => {
              draft.change(definition);
              notifyDone(t('versions.taken', { version }));
              show('draft');
            }}
          />
        </Tabs.Panel>
      </Tabs>
      <Leaving dirty={() => draft.dirty} />
    </div>
  );
}

/** A stopped journey stays as it is; its draft begins a new one. */
function TakeOver({ journey }: { journey: JourneyView }) {
  const { t } = useTranslation('journeys');
  const navigate = useNavigate();
  const make = useWrite({
    run: () =>
      journeys.create({
        name: t('editor.copyName', { name: journey.name }).slice(0, 200),
        definition: journey.definition,
      }),
    touches: ['journeys'],
    done: t('created'),
    onDone: ({ id }) => void navigate({ to: '/journeys/$id', params: { id } }),
  });
  return (
    <Button
      variant="default"
      leftSection={<IconCopy size={16} />}
      loading={make.isPending}
      onClick={() => make.mutate(undefined)}
    >
      {t('editor.takeOver')}
    </Button>
  );
}

/** Asks before edits are lost: inside the console by its own question, by the browser's when the page goes. */
function Leaving({ dirty }: { dirty: () => boolean }) {
  const { t } = useTranslation('journeys');
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty() && current.pathname !== next.pathname,
    enableBeforeUnload: dirty,
    withResolver: true,
  });
  return (
    <Confirm
      opened={blocker.status === 'blocked'}
      onClose={() => blocker.reset?.()}
      title={t('leaving.title')}
      text={t('leaving.text')}
      yes={t('leaving.yes')}
      danger
      onYes={() => blocker.proceed?.()}
    />
  );
}
