import { Text, ThemeIcon, Tooltip } from '@mantine/core';
import { IconAlertCircleFilled, IconAlertTriangleFilled } from '@tabler/icons-react';
import type { Node, NodeProps } from '@xyflow/react';
import { Handle, Position } from '@xyflow/react';
import { useTranslation } from 'react-i18next';
import { Figure } from '../../../ui/format.tsx';
import { ENTRY, exitsAt, nodeOf, targetOf } from '../model/definition.ts';
import type { Kind } from '../model/definition.ts';
import { widthOf } from '../model/layout.ts';
import { entryWords, exitWords, nodeWords, titleOf } from '../model/words.ts';
import { useProblemWords } from '../problemWords.ts';
import { AddMenu } from './AddMenu.tsx';
import { useBoard } from './board.ts';
import classes from './canvas.module.css';
import { LOOKS } from './looks.ts';

export type CardNode = Node<Record<string, never>, 'card'>;

/** One step: its sign, its name, what it does, what is wrong with it, its exits, and its figures once there are any. */
export function NodeCard({ id, selected }: NodeProps<CardNode>) {
  const { t } = useTranslation('journeys');
  const { definition, told, trail, counts } = useBoard();
  const node = nodeOf(definition, id);
  if (node === undefined && id !== ENTRY) return null;
  const kind: Kind | 'entry' = node?.type ?? 'entry';
  const { icon: Icon, tone } = LOOKS[kind];
  const named = node !== undefined && node.name.trim() !== '';
  const words = node === undefined ? entryWords(definition.entry, told) : nodeWords(node, told);
  return (
    <div
      className={classes['card']}
      data-kind={kind}
      data-selected={selected}
      data-faded={trail !== undefined && !trail.has(id)}
      style={{ width: widthOf(node) }}
    >
      {kind !== 'entry' && kind !== 'goal' && (
        <Handle type="target" position={Position.Top} className={classes['into'] ?? ''} />
      )}
      <div className={classes['head']}>
        <ThemeIcon variant="light" color={tone} size={28}>
          <Icon size={17} stroke={1.7} aria-hidden="true" />
        </ThemeIcon>
        <div className={classes['title']}>
          {named && (
            <Text size="xs" c="dimmed" lh={1.2} truncate>
              {t(`kinds.${kind}`)}
            </Text>
          )}
          <Text size="sm" fw={600} lh={1.25} truncate>
            {named ? titleOf(node, t) : t(`kinds.${kind}`)}
          </Text>
        </div>
        <Trouble id={id} />
      </div>
      <Text size="xs" className={classes['words'] ?? ''} title={words}>
        {words}
      </Text>
      {counts !== undefined && <Counted id={id} kind={kind} />}
      <Exits id={id} />
    </div>
  );
}

function Trouble({ id }: { id: string }) {
  const { problems } = useBoard();
  const wordsOf = useProblemWords();
  const own = problems.get(id) ?? [];
  if (own.length === 0) return null;
  const bad = own.some(({ severity }) => severity === 'error');
  const Icon = bad ? IconAlertCircleFilled : IconAlertTriangleFilled;
  const said = own.map(wordsOf).join('\n');
  return (
    <Tooltip label={said} style={{ whiteSpace: 'pre-line' }}>
      <span className={classes['trouble']} data-bad={bad} role="img" aria-label={said}>
        <Icon size={18} />
      </span>
    </Tooltip>
  );
}

/** How many came and are here now. The entry tells who came in, an end who finished there. */
function Counted({ id, kind }: { id: string; kind: string }) {
  const { t } = useTranslation('journeys');
  const { counts } = useBoard();
  const own = counts?.nodes[id];
  const waits = kind !== 'entry' && kind !== 'exit' && kind !== 'goal';
  return (
    <div className={classes['counted']}>
      <span>
        <b>
          <Figure value={own?.entered ?? 0} />
        </b>{' '}
        {t('numbers.came')}
      </span>
      {waits && (
        <span data-here={(own?.here ?? 0) > 0}>
          <b>
            <Figure value={own?.here ?? 0} />
          </b>{' '}
          {t('numbers.here')}
        </span>
      )}
    </div>
  );
}

/** What its ways are called, where lines begin, and a plus where one leads nowhere. */
function Exits({ id }: { id: string }) {
  const { t } = useTranslation('journeys');
  const { definition, told, hands } = useBoard();
  const node = nodeOf(definition, id);
  const exits = exitsAt(definition, id);
  const left = (index: number): string => `${((index + 0.5) / exits.length) * 100}%`;
  return (
    <>
      {exits.length > 1 && (
        <div className={classes['exits']}>
          {exits.map((exit) => (
            <span key={exit} title={exitWords(node, exit, told)}>
              {exitWords(node, exit, told)}
            </span>
          ))}
        </div>
      )}
      {exits.map((exit, index) => {
        const place = { from: id, exit };
        const open = targetOf(definition, place) === undefined;
        const name = node === undefined ? t('kinds.entry') : titleOf(node, t);
        const where = [name, exitWords(node, exit, told)].filter((one) => one !== '').join(' · ');
        return (
          <span key={exit}>
            <Handle
              type="source"
              id={exit}
              position={Position.Bottom}
              className={classes['out'] ?? ''}
              data-open={open}
              style={{ left: left(index) }}
            />
            {open && hands !== undefined && (
              <span
                className={classes['stub']}
                style={{ left: left(index) }}
                data-place={`${id} ${exit}`}
                onKeyDown={(event) => event.stopPropagation()}
              >
                <AddMenu
                  open
                  label={t('editor.insertAt', { place: where })}
                  onAdd={(kind) => hands.insert(place, kind)}
                />
              </span>
            )}
          </span>
        );
      })}
    </>
  );
}
