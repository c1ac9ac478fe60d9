import { ActionIcon, Paper, SegmentedControl, Select, SimpleGrid, Text, Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconChartDots, IconRefresh } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CountsView, JourneyVersion, JourneyView } from '../../../api/journeys.ts';
import { journeys } from '../../../api/journeys.ts';
import { locale } from '../../../i18n/index.ts';
import { shareText } from '../../../lib/format.ts';
import { DateTime, Figure } from '../../../ui/format.tsx';
import { EmptyState, Loaded, Loading } from '../../../ui/states.tsx';
import { StatTile } from '../../../ui/StatTile.tsx';
import type { Board } from '../canvas/board.ts';
import { BoardProvider, lineKey } from '../canvas/board.ts';
import classes from '../editor/editor.module.css';
import { Outline } from '../editor/Outline.tsx';
import { useTold } from '../names.ts';
import type { JourneySearch } from '../search.ts';
import { NodeFigures } from './NodeFigures.tsx';
import { usePath } from './Path.tsx';
import { People } from './People.tsx';

const Canvas = lazy(() => import('../canvas/Canvas.tsx'));
const route = getRouteApi('/app/journeys/$id');
const NOTHING: Board['problems'] = new Map();

/** What has happened in a version: at each step who came, who is there, which way they took. */
export function NumbersTab({ journey }: { journey: JourneyView }) {
  const { t } = useTranslation('journeys');
  if (journey.version === null)
    return (
      <Paper>
        <EmptyState icon={<IconChartDots />} title={t('numbers.none')} text={t('numbers.noneText')} />
      </Paper>
    );
  return <Versioned journey={journey} current={journey.version} />;
}

function Versioned({ journey, current }: { journey: JourneyView; current: number }) {
  const { version = current } = route.useSearch();
  const live = journey.state === 'running' || journey.state === 'paused';
  const versions = useQuery(journeys.versions(journey.id, live));
  const counts = useQuery({
    ...journeys.counts(journey.id, version, live),
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={versions}>
      {(all) => {
        const shown = all.find((one) => one.version === version) ?? all[0];
        return (
          shown !== undefined && (
            <Loaded page query={counts}>
              {(found) => (
                <Numbers
                  journey={journey}
                  versions={all}
                  shown={shown}
                  counts={found}
                  at={counts.dataUpdatedAt}
                  onRefresh={() => void counts.refetch()}
                />
              )}
            </Loaded>
          )
        );
      }}
    </Loaded>
  );
}

type Props = {
  journey: JourneyView;
  versions: readonly JourneyVersion[];
  shown: JourneyVersion;
  counts: CountsView;
  at: number;
  onRefresh: () => void;
};

function Numbers(props: Props) {
  const { journey, shown, counts } = props;
  const { definition } = shown;
  const search = route.useSearch();
  const { node, contact, entry } = search;
  const told = useTold(definition);
  const phone = useMediaQuery('(max-width: 48em)') ?? false;
  const [view, setView] = useState('canvas');
  const navigate = useNavigate();
  const go = (change: Partial<JourneySearch>): void =>
    void navigate({
      to: '/journeys/$id',
      params: { id: journey.id },
      search: { ...search, ...change },
      replace: true,
      resetScroll: false,
    });
  const path = usePath(contact, entry);
  const board: Board = {
    definition,
    told,
    selected: node,
    select: (id) => go({ node: id }),
    problems: NOTHING,
    hands: undefined,
    counts,
    trail:
      path === undefined
        ? undefined
        : new Set([
            'entry',
            'entry next',
            ...path.path.flatMap((step) => [
              step.node,
              ...(step.exit === null ? [] : [lineKey({ from: step.node, exit: step.exit })]),
            ]),
          ]),
  };
  return (
    <BoardProvider value={board}>
      <Totals counts={counts} />
      <Bar
        {...props}
        view={view}
        onView={phone ? undefined : setView}
        onVersion={(version) => go({ version, node: undefined, contact: undefined, entry: undefined })}
      />
      <div className={classes['layout']}>
        {phone || view === 'list' ? (
          <div className={classes['list']}>
            <Outline />
          </div>
        ) : (
          <div className={classes['board']} data-numbers>
            <Suspense fallback={<Loading lines={6} />}>
              <Canvas />
            </Suspense>
          </div>
        )}
        <Paper p="md" className={classes['aside'] ?? ''} data-numbers>
          {node !== undefined && <NodeFigures id={node} onClose={() => go({ node: undefined })} />}
          <People
            key={`${shown.version} ${node}`}
            journeyId={journey.id}
            version={shown.version}
            node={node === 'entry' ? undefined : node}
            chosen={path}
            onChoose={(row) => go({ contact: row?.contactId, entry: row?.entryId })}
          />
        </Paper>
      </div>
    </BoardProvider>
  );
}

function Bar({
  versions,
  shown,
  at,
  onRefresh,
  view,
  onView,
  onVersion,
}: Props & {
  view: string;
  onView: ((view: string) => void) | undefined;
  onVersion: (version: number) => void;
}) {
  const { t } = useTranslation('journeys');
  return (
    <div className={classes['bar']}>
      {onView !== undefined && (
        <SegmentedControl
          size="sm"
          aria-label={t('view.label')}
          value={view}
          onChange={onView}
          data={[
            { value: 'canvas', label: t('view.canvas') },
            { value: 'list', label: t('view.list') },
          ]}
        />
      )}
      <Select
        w={260}
        aria-label={t('numbers.version')}
        allowDeselect={false}
        data={versions.map((one) => ({
          value: String(one.version),
          label: t('numbers.versionOf', { version: one.version, count: one.inside }),
        }))}
        value={String(shown.version)}
        onChange={(next) => next !== null && onVersion(Number(next))}
      />
      <span className={classes['grow']} />
      {at > 0 && (
        <Text size="sm" c="dimmed">
          <DateTime at={new Date(at).toISOString()} mode="relative" />
        </Text>
      )}
      <Tooltip label={t('numbers.refresh')}>
        <ActionIcon size={36} variant="default" aria-label={t('numbers.refresh')} onClick={onRefresh}>
          <IconRefresh size={17} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function Totals({ counts }: { counts: CountsView }) {
  const { t } = useTranslation('journeys');
  const goal = counts.left.find(({ reason }) => reason === 'goal')?.count ?? 0;
  const left = counts.left.reduce((sum, { count }) => sum + count, 0) - goal;
  const share = (of: number): string =>
    counts.entered === 0 ? '' : t('numbers.ofEntered', { share: shareText(of / counts.entered, locale()) });
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm" mb="md">
      {(
        [
          ['entered', counts.entered, ''],
          ['inside', counts.inside, share(counts.inside)],
          ['goal', goal, share(goal)],
          ['left', left, share(left)],
        ] as const
      ).map(([key, value, hint]) => (
        <StatTile
          key={key}
          label={t(`numbers.${key}`)}
          value={<Figure value={value} />}
          why={t(`numbers.why.${key}`)}
          hint={hint}
        />
      ))}
    </SimpleGrid>
  );
}
