import { Anchor, Alert, Group, List, Stack, Text, ThemeIcon, UnstyledButton } from '@mantine/core';
import { IconAlertCircle, IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { JourneyProblem } from '../../../api/journeys.ts';
import { useBoard } from '../canvas/board.ts';
import { DRAGGED } from '../canvas/dragged.ts';
import { LOOKS } from '../canvas/looks.ts';
import type { Kind } from '../model/definition.ts';
import { ENTRY, KINDS, nodeOf } from '../model/definition.ts';
import { titleOf } from '../model/words.ts';
import { useProblemWords } from '../problemWords.ts';
import type { Check } from './useCheck.ts';
import classes from './editor.module.css';

/** Beside the canvas while no step is chosen: what is wrong, and what can be added. */
export function Aside({
  check,
  onAdd,
  onGo,
}: {
  check: Check;
  onAdd: (kind: Kind) => void;
  onGo: (id: string) => void;
}) {
  const { t } = useTranslation('journeys');
  const { hands } = useBoard();
  return (
    <Stack gap="md">
      <Problems check={check} onGo={onGo} />
      {hands !== undefined && (
        <section aria-label={t('editor.palette')}>
          <Text fw={650}>{t('editor.palette')}</Text>
          <Text size="xs" c="dimmed" mb="xs">
            {t('editor.paletteHint')}
          </Text>
          <div className={classes['palette']}>
            {KINDS.map((kind) => (
              <Piece key={kind} kind={kind} onAdd={() => onAdd(kind)} />
            ))}
          </div>
        </section>
      )}
    </Stack>
  );
}

function Piece({ kind, onAdd }: { kind: Kind; onAdd: () => void }) {
  const { t } = useTranslation('journeys');
  const { icon: Icon, tone } = LOOKS[kind];
  return (
    <UnstyledButton
      className={classes['piece'] ?? ''}
      title={t(`kindHints.${kind}`)}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData(DRAGGED, kind);
        event.dataTransfer.effectAllowed = 'copy';
      }}
      onClick={onAdd}
    >
      <ThemeIcon variant="light" color={tone} size={28}>
        <Icon size={17} stroke={1.7} aria-hidden="true" />
      </ThemeIcon>
      <Text size="xs" fw={550} lh={1.2}>
        {t(`kinds.${kind}`)}
      </Text>
    </UnstyledButton>
  );
}

/** What the check found, each with the way to its step. */
export function Problems({ check, onGo }: { check: Check; onGo: (id: string) => void }) {
  const { t } = useTranslation('journeys');
  const errors = check.problems.filter(({ severity }) => severity === 'error');
  const warnings = check.problems.filter(({ severity }) => severity === 'warning');
  return (
    <section aria-label={t('problems.title')} aria-live="polite">
      {errors.length === 0 && (
        <Alert color="pine" p="xs" icon={<IconCircleCheck size={18} />}>
          {t('problems.fine')}
        </Alert>
      )}
      {errors.length > 0 && (
        <Alert
          color="red"
          p="sm"
          icon={<IconAlertCircle size={18} />}
          title={t('problems.count', { count: errors.length })}
        >
          <Found problems={errors} onGo={onGo} />
        </Alert>
      )}
      {warnings.length > 0 && (
        <Alert
          mt="xs"
          color="gold"
          p="sm"
          icon={<IconAlertTriangle size={18} />}
          title={t('problems.warnings', { count: warnings.length })}
        >
          <Found problems={warnings} onGo={onGo} />
        </Alert>
      )}
    </section>
  );
}

function Found({ problems, onGo }: { problems: readonly JourneyProblem[]; onGo: (id: string) => void }) {
  const { t } = useTranslation('journeys');
  const { definition } = useBoard();
  const wordsOf = useProblemWords();
  const nameOf = (id: string | null): string => {
    if (id === null) return t('problems.whole');
    const node = nodeOf(definition, id);
    return node === undefined ? t('kinds.entry') : titleOf(node, t);
  };
  return (
    <List size="sm" spacing={6} listStyleType="none" className={classes['found'] ?? ''}>
      {problems.map((problem, index) => {
        const { node } = problem;
        const there = node !== null && (node === ENTRY || nodeOf(definition, node) !== undefined);
        return (
          <List.Item key={`${node} ${problem.field} ${index}`}>
            <Group gap={4}>
              {there ? (
                <Anchor
                  component="button"
                  type="button"
                  size="sm"
                  fw={600}
                  ta="start"
                  aria-label={t('problems.at', { name: nameOf(node) })}
                  onClick={() => onGo(node)}
                >
                  {nameOf(node)}
                </Anchor>
              ) : (
                <Text size="sm" fw={600}>
                  {t('problems.whole')}
                </Text>
              )}
            </Group>
            <Text size="sm">{wordsOf(problem)}</Text>
          </List.Item>
        );
      })}
    </List>
  );
}
