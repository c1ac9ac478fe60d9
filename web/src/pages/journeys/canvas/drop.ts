import type { ReactFlowInstance } from '@xyflow/react';
import type { DragEvent, RefObject } from 'react';
import type { Kind, Place } from '../model/definition.ts';
import { KINDS } from '../model/definition.ts';
import type { CardNode } from './NodeCard.tsx';
import { useBoard } from './board.ts';
import { DRAGGED } from './dragged.ts';
import type { WayEdge } from './Way.tsx';

const overOf = (event: DragEvent): HTMLElement | null =>
  event.target instanceof Element ? event.target.closest<HTMLElement>('[data-place]') : null;

function marked(frame: Element, over: HTMLElement | null): void {
  for (const one of frame.querySelectorAll<HTMLElement>('[data-over]'))
    if (one !== over) delete one.dataset['over'];
  if (over !== null) over.dataset['over'] = 'true';
}

/** A kind dragged from the palette: onto a plus it goes into that line, elsewhere it stands where it was let go. */
export function useDrop(flow: RefObject<ReactFlowInstance<CardNode, WayEdge> | null>) {
  const { hands } = useBoard();
  return {
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes(DRAGGED)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      marked(event.currentTarget, overOf(event));
    },
    onDrop: (event: DragEvent) => {
      const kind: Kind | undefined = KINDS.find((one) => one === event.dataTransfer.getData(DRAGGED));
      marked(event.currentTarget, null);
      if (kind === undefined || hands === undefined) return;
      event.preventDefault();
      const [from, exit] = overOf(event)?.dataset['place']?.split(' ') ?? [];
      const place: Place | undefined = from === undefined || exit === undefined ? undefined : { from, exit };
      if (place !== undefined && kind !== 'goal') hands.insert(place, kind);
      else hands.add(kind, flow.current?.screenToFlowPosition({ x: event.clientX, y: event.clientY }));
    },
  };
}
