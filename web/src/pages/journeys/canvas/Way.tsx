import type { Edge as FlowEdge, EdgeProps } from '@xyflow/react';
import { BaseEdge, EdgeLabelRenderer, getSmoothStepPath } from '@xyflow/react';
import { useTranslation } from 'react-i18next';
import { Figure } from '../../../ui/format.tsx';
import { nodeOf } from '../model/definition.ts';
import type { Position as Point } from '../model/definition.ts';
import { exitWords, titleOf } from '../model/words.ts';
import { AddMenu } from './AddMenu.tsx';
import { lineKey, passed, useBoard } from './board.ts';
import classes from './canvas.module.css';
import { pointsOf, roundedPath } from './path.ts';

export type WayEdge = FlowEdge<{ lanes: readonly Point[] | undefined }, 'way'>;

/** Under its exit, where a line is always straight. */
const LABEL_DOWN = 17;
const AWAY = 34;

/** A line from an exit to the next step: how many took it, or a plus to put a step into it. */
export function Way(props: EdgeProps<WayEdge>) {
  const { t } = useTranslation('journeys');
  const { definition, told, hands, counts, trail } = useBoard();
  const { sourceX, sourceY, targetX, targetY, data } = props;
  const place = { from: props.source, exit: props.sourceHandleId ?? 'next' };
  const lanes = data?.lanes;
  const path =
    lanes !== undefined && targetY > sourceY
      ? roundedPath(pointsOf({ x: sourceX, y: sourceY }, lanes, { x: targetX, y: targetY }))
      : getSmoothStepPath({ ...props, borderRadius: 10, offset: AWAY })[0];
  const node = nodeOf(definition, place.from);
  const name = node === undefined ? t('kinds.entry') : titleOf(node, t);
  const where = [name, exitWords(node, place.exit, told)].filter((one) => one !== '').join(' · ');
  const count = passed(counts, place);
  const faded = trail !== undefined && !trail.has(lineKey(place));
  return (
    <>
      <BaseEdge
        id={props.id}
        path={path}
        className={classes['line'] ?? ''}
        data-selected={props.selected}
        data-faded={faded}
        data-taken={trail !== undefined && !faded}
        {...(props.markerEnd === undefined ? {} : { markerEnd: props.markerEnd })}
      />
      <EdgeLabelRenderer>
        <div
          className={`${classes['label'] ?? ''} nodrag nopan`}
          style={{ transform: `translate(-50%, -50%) translate(${sourceX}px, ${sourceY + LABEL_DOWN}px)` }}
          data-place={`${place.from} ${place.exit}`}
          data-faded={faded}
        >
          {count !== undefined && (
            <span className={classes['passed']}>
              <Figure value={count} />
            </span>
          )}
          {hands !== undefined && (
            <AddMenu
              open={false}
              label={t('editor.insertAt', { place: where })}
              onAdd={(kind) => hands.insert(place, kind)}
            />
          )}
        </div>
      </EdgeLabelRenderer>
    </>
  );
}
