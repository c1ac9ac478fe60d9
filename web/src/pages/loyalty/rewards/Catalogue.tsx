import { ActionIcon, Badge, Button, Group, Menu, Paper, Text } from '@mantine/core';
import { IconDots, IconGift, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProgramView } from '../../../api/loyalty.ts';
import type { RewardState, RewardView } from '../../../api/rewards.ts';
import { rewards } from '../../../api/rewards.ts';
import { language } from '../../../i18n/index.ts';
import { useMe } from '../../../lib/me.ts';
import { Confirm } from '../../../ui/Confirm.tsx';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { Figure } from '../../../ui/format.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { EmptyState } from '../../../ui/states.tsx';
import { RewardDrawer } from './RewardDrawer.tsx';

const COLORS: Record<RewardState, string> = { draft: 'gray', live: 'teal', paused: 'gold', ended: 'gray' };

/** What a reader of this language is told; without words of theirs the English ones. */
export const nameIn = ({ en, ru }: { en: string; ru: string }): string =>
  language() === 'ru' && ru !== '' ? ru : en;

/** The rewards of a program, and what can be done with each. */
export function Catalogue({ program }: { program: ProgramView }) {
  const { t } = useTranslation('rewards');
  const { may } = useMe();
  const [writing, setWriting] = useState<RewardView | 'new'>();
  const { data, error, refetch } = useQuery(rewards.ofProgram(program.id));
  const writes = may('loyalty:write');
  const create = writes && program.state === 'active' && (
    <Button leftSection={<IconPlus size={17} />} onClick={() => setWriting('new')}>
      {t('create')}
    </Button>
  );
  const columns = useColumns(writes ? setWriting : undefined);
  return (
    <>
      {data !== undefined && data.length > 0 && create !== false && (
        <Group justify="flex-end" mb="md">
          {create}
        </Group>
      )}
      <Paper>
        <DataTable
          label={t('title')}
          columns={columns}
          rows={data}
          error={error}
          onRetry={() => void refetch()}
          rowKey={({ id }) => id}
          rowName={({ definition }) => nameIn(definition.name)}
          empty={<EmptyState icon={<IconGift />} title={t('none')} text={t('noneText')} action={create} />}
        />
      </Paper>
      {writing !== undefined && (
        <RewardDrawer
          program={program}
          {...(writing === 'new' ? {} : { reward: writing })}
          onClose={() => setWriting(undefined)}
        />
      )}
    </>
  );
}

function useColumns(onEdit: ((reward: RewardView) => void) | undefined): Column<RewardView>[] {
  const { t } = useTranslation('rewards');
  return [
    {
      key: 'name',
      header: t('name'),
      main: true,
      cell: ({ definition }) => (
        <div>
          <Text inherit fw={550} style={{ overflowWrap: 'anywhere' }}>
            {nameIn(definition.name)}
          </Text>
          <Text size="xs" c="dimmed">
            {t(`kinds.${definition.gives.kind}`)}
          </Text>
        </div>
      ),
    },
    {
      key: 'state',
      header: t('state'),
      cell: ({ state }) => <Badge color={COLORS[state]}>{t(`states.${state}`)}</Badge>,
    },
    {
      key: 'points',
      header: t('points'),
      align: 'right',
      cell: ({ definition }) => <Figure value={definition.points} />,
    },
    { key: 'taken', header: t('taken'), align: 'right', cell: ({ taken }) => <Figure value={taken} /> },
    { key: 'stock', header: t('stock'), align: 'right', cell: (reward) => <Left reward={reward} /> },
    ...(onEdit === undefined
      ? []
      : [
          {
            key: 'actions',
            header: '',
            align: 'right' as const,
            cell: (reward: RewardView) => <Actions reward={reward} onEdit={() => onEdit(reward)} />,
          },
        ]),
  ];
}

function Left({ reward: { definition, taken } }: { reward: RewardView }) {
  const { t } = useTranslation('rewards');
  const { stock } = definition;
  return stock === null ? (
    <Text inherit c="dimmed" component="span">
      {t('noLimit')}
    </Text>
  ) : (
    t('leftOf', { left: Math.max(0, stock - taken), stock })
  );
}

const VERBS = {
  draft: ['launch', 'archive'],
  live: ['pause', 'archive'],
  paused: ['launch', 'archive'],
  ended: [],
} as const;
const DONE = { launch: 'launched', pause: 'pausedDone', archive: 'archived' } as const;

function Actions({ reward, onEdit }: { reward: RewardView; onEdit: () => void }) {
  const { t } = useTranslation('rewards');
  const [asking, setAsking] = useState(false);
  const name = nameIn(reward.definition.name);
  const act = useWrite({
    run: (verb: keyof typeof DONE) => rewards.act(reward.id, verb),
    touches: ['rewards'],
    done: (_answer, verb) => t(DONE[verb]),
    onDone: () => setAsking(false),
  });
  if (reward.state === 'ended') return null;
  return (
    <>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t('actionsOf', { name })}>
            <IconDots size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={onEdit}>{t('edit')}</Menu.Item>
          {VERBS[reward.state].map((verb) => (
            <Menu.Item
              key={verb}
              {...(verb === 'archive' ? { color: 'red' } : {})}
              onClick={() => (verb === 'archive' ? setAsking(true) : act.mutate(verb))}
            >
              {t(verb)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('archiveTitle', { name })}
        text={t('archiveText')}
        yes={t('archive')}
        danger
        busy={act.isPending}
        onYes={() => act.mutate('archive')}
      />
    </>
  );
}
