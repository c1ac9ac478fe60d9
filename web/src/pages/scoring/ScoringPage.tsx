import { Button, Stack, Switch, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ScoreRuleView } from '../../api/scoring.ts';
import { scoring } from '../../api/scoring.ts';
import { useMe } from '../../lib/me.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Section } from '../../ui/Section.tsx';
import { useFactWords, useRuleWords } from '../leads/ruleWords.ts';
import { RuleDrawer } from './RuleDrawer.tsx';

const KINDS = ['engagement', 'fit'] as const;

/** What gives points: what people do (engagement) and who they are (fit). */
export default function ScoringPage() {
  const { t } = useTranslation('scoring');
  const { may } = useMe();
  const list = useQuery(scoring.rules);
  const [edited, setEdited] = useState<ScoreRuleView | 'new'>();
  const writes = may('segments:write');
  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('description')}
        actions={
          writes && (
            <Button leftSection={<IconPlus size={17} />} onClick={() => setEdited('new')}>
              {t('create')}
            </Button>
          )
        }
      />
      <Stack gap="lg">
        {KINDS.map((kind) => (
          <Section key={kind} title={t(`kinds.${kind}`)} hint={t(`kindHint.${kind}`)} flush>
            <Rules
              kind={kind}
              rows={list.data?.filter(({ rule }) => rule.kind === kind)}
              error={list.error}
              onRetry={() => void list.refetch()}
              writes={writes}
              onEdit={setEdited}
            />
          </Section>
        ))}
      </Stack>
      {edited !== undefined && (
        <RuleDrawer {...(edited === 'new' ? {} : { rule: edited })} onClose={() => setEdited(undefined)} />
      )}
    </>
  );
}

function Rules(props: {
  kind: (typeof KINDS)[number];
  rows: ScoreRuleView[] | undefined;
  error: unknown;
  onRetry: () => void;
  writes: boolean;
  onEdit: (rule: ScoreRuleView) => void;
}) {
  const { t } = useTranslation(['scoring', 'common']);
  const ruleWord = useRuleWords();
  const factWord = useFactWords();
  const change = useWrite({
    run: ({ id, enabled }: { id: string; enabled: boolean }) => scoring.change(id, { enabled }),
    touches: ['score-rules', 'leads'],
  });
  const { rows, kind } = props;
  const columns: Column<ScoreRuleView>[] = [
    { key: 'name', header: t('scoring:name'), main: true, cell: ({ rule }) => ruleWord(rule.name) },
    {
      key: 'points',
      header: t('scoring:points'),
      align: 'right',
      cell: ({ rule }) => `${rule.points > 0 ? '+' : '−'}${Math.abs(rule.points)}`,
    },
    ...(kind === 'engagement'
      ? [
          {
            key: 'when',
            header: t('scoring:when'),
            cell: ({ rule }: ScoreRuleView) =>
              rule.kind === 'engagement'
                ? [
                    t(`scoring:facts.${rule.fact}`),
                    rule.factName === '' ? undefined : factWord(rule.factName),
                  ]
                    .filter(Boolean)
                    .join(': ')
                : '',
          },
          {
            key: 'limits',
            header: t('scoring:limits'),
            cell: ({ rule }: ScoreRuleView) => (rule.kind === 'engagement' ? <Limits rule={rule} /> : ''),
          },
        ]
      : []),
    {
      key: 'on',
      header: t('scoring:on'),
      cell: ({ id, rule }) => (
        <Switch
          aria-label={`${t('scoring:on')}: ${ruleWord(rule.name)}`}
          checked={rule.enabled}
          disabled={!props.writes}
          onChange={(event) => change.mutate({ id, enabled: event.currentTarget.checked })}
        />
      ),
    },
    {
      key: 'actions',
      header: t('common:action.actions'),
      align: 'right',
      cell: (row) =>
        props.writes && (
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => props.onEdit(row)}
            aria-label={`${t('common:action.edit')}: ${ruleWord(row.rule.name)}`}
          >
            {t('common:action.edit')}
          </Button>
        ),
    },
  ];
  return (
    <DataTable
      label={t(`scoring:kinds.${kind}`)}
      columns={columns}
      rows={rows}
      error={props.error}
      onRetry={props.onRetry}
      rowKey={({ id }) => id}
      empty={
        <Text size="sm" c="dimmed" p="md">
          {t('scoring:empty')}
        </Text>
      }
    />
  );
}

function Limits({ rule }: { rule: Extract<ScoreRuleView['rule'], { kind: 'engagement' }> }) {
  const { t } = useTranslation('scoring');
  const words = [
    rule.halfLifeDays === null ? t('forGood') : t('halves', { count: rule.halfLifeDays }),
    rule.cap === null ? undefined : t('cap', { cap: rule.cap }),
    rule.once === 'fact' ? undefined : t(`once.${rule.once}`),
    rule.trust === 'server' ? t('trusted') : undefined,
  ];
  return (
    <Text size="sm" c="dimmed">
      {words.filter(Boolean).join(' · ')}
    </Text>
  );
}
