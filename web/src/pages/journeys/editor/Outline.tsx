import { ActionIcon, Button, Text, ThemeIcon, UnstyledButton } from '@mantine/core';
import { IconAlertCircleFilled, IconCornerDownRight, IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Figure } from '../../../ui/format.tsx';
import { AddMenu } from '../canvas/AddMenu.tsx';
import { lineKey, passed, useBoard } from '../canvas/board.ts';
import { LOOKS } from '../canvas/looks.ts';
import type { Place } from '../model/definition.ts';
import { ENTRY, exitsAt, nodeOf, targetOf } from '../model/definition.ts';
import type { Line } from '../model/outline.ts';
import { outline } from '../model/outline.ts';
import { entryWords, exitWords, nodeWords, titleOf } from '../model/words.ts';
import { useProblemWords } from '../problemWords.ts';
import classes from './editor.module.css';

/** The same journey as a list: for phones, for the keyboard, and for whoever reads rather than looks. */
export function Outline() {
  const { t } = useTranslation('journeys');
  const { definition } = useBoard();
  return (
    <ol className={classes['outline']} aria-label={t('editor.outline')}>
      {outline(definition).map((line) => (
        <li
          key={line.type === 'step' ? line.id : `${line.type} ${lineKey(line.place)}`}
          className={classes['row']}
          style={{ '--depth': line.depth } as React.CSSProperties}
        >
          <Row line={line} />
        </li>
      ))}
    </ol>
  );
}

function Row({ line }: { line: Line }) {
  const { t } = useTranslation('journeys');
  const { definition, told, counts } = useBoard();
  if (line.type === 'step') return <Step id={line.id} />;
  const { place } = line;
  const node = nodeOf(definition, place.from);
  if (line.type === 'way') {
    const count = passed(counts, place);
    return (
      <div className={classes['way']}>
        <Text size="sm" fw={600}>
          {exitWords(node, place.exit, told)}
          {count !== undefined && (
            <Text span size="sm" c="dimmed" fw={400}>
              {' · '}
              <Figure value={count} />
            </Text>
          )}
        </Text>
        <Plus place={place} />
      </div>
    );
  }
  if (line.type === 'goes') {
    const to = nodeOf(definition, line.to);
    return (
      <Text size="sm" c="dimmed" className={classes['goes'] ?? ''}>
        <IconCornerDownRight size={15} aria-hidden="true" />
        {t('editor.goesTo', { name: to === undefined ? '?' : titleOf(to, t) })}
      </Text>
    );
  }
  return (
    <div className={classes['way']}>
      <Text size="sm" c="var(--mantine-color-error)">
        {t('editor.open')}
      </Text>
      <Plus place={place} />
    </div>
  );
}

function Plus({ place }: { place: Place }) {
  const { t } = useTranslation('journeys');
  const { definition, told, hands } = useBoard();
  if (hands === undefined) return null;
  const node = nodeOf(definition, place.from);
  const name = node === undefined ? t('kinds.entry') : titleOf(node, t);
  const where = [name, exitWords(node, place.exit, told)].filter((one) => one !== '').join(' · ');
  return (
    <AddMenu
      open={targetOf(definition, place) === undefined}
      label={t('editor.insertAt', { place: where })}
      onAdd={(kind) => hands.insert(place, kind)}
      target={
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconPlus size={13} />}
          aria-label={t('editor.insertAt', { place: where })}
        >
          {t('editor.add')}
        </Button>
      }
    />
  );
}

function Step({ id }: { id: string }) {
  const { t } = useTranslation('journeys');
  const { definition, told, hands, selected, select, problems, counts, trail } = useBoard();
  const wordsOf = useProblemWords();
  const node = nodeOf(definition, id);
  const kind = node?.type ?? 'entry';
  const { icon: Icon, tone } = LOOKS[kind];
  const name = node === undefined ? t('kinds.entry') : titleOf(node, t);
  const own = problems.get(id) ?? [];
  const figures = counts?.nodes[id];
  const [only, ...others] = exitsAt(definition, id);
  return (
    <div className={classes['step']} data-kind={kind} data-faded={trail !== undefined && !trail.has(id)}>
      <UnstyledButton
        className={classes['open'] ?? ''}
        data-step={id}
        aria-pressed={selected === id}
        onClick={() => select(id)}
      >
        <ThemeIcon variant="light" color={tone} size={30}>
          <Icon size={17} stroke={1.7} aria-hidden="true" />
        </ThemeIcon>
        <span className={classes['said']}>
          <Text size="sm" fw={600} lh={1.25}>
            {name}
          </Text>
          <Text size="xs" c="dimmed">
            {node === undefined ? entryWords(definition.entry, told) : nodeWords(node, told)}
          </Text>
          {own.length > 0 && (
            <Text size="xs" className={classes['wrong'] ?? ''}>
              <IconAlertCircleFilled size={14} aria-hidden="true" /> {own.map(wordsOf).join(' ')}
            </Text>
          )}
        </span>
        {figures !== undefined && (
          <span className={classes['figures']}>
            <span>
              <b>
                <Figure value={figures.entered} />
              </b>{' '}
              {t('numbers.came')}
            </span>
            {figures.here > 0 && (
              <span>
                <b>
                  <Figure value={figures.here} />
                </b>{' '}
                {t('numbers.here')}
              </span>
            )}
          </span>
        )}
      </UnstyledButton>
      {hands !== undefined && id !== ENTRY && (
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`${t('editor.remove')}: ${name}`}
          title={t('editor.remove')}
          onClick={() => hands.remove([id], [])}
        >
          <IconTrash size={16} />
        </ActionIcon>
      )}
      {only !== undefined &&
        others.length === 0 &&
        targetOf(definition, { from: id, exit: only }) !== undefined && (
          <div className={classes['then']}>
            <Plus place={{ from: id, exit: only }} />
          </div>
        )}
    </div>
  );
}
