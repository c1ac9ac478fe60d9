import '@xyflow/react/dist/base.css';
import { useComputedColorScheme } from '@mantine/core';
import type { NodeChange, ReactFlowInstance } from '@xyflow/react';
import {
  applyNodeChanges,
  Background,
  MarkerType,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
} from '@xyflow/react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JourneyDefinition, Position } from '../model/definition.ts';
import { ENTRY, nodeOf } from '../model/definition.ts';
import { isTidy, mayConnect } from '../model/edit.ts';
import { arranged, RANK_HEIGHT, widthOf } from '../model/layout.ts';
import { titleOf } from '../model/words.ts';
import { lineKey, useBoard } from './board.ts';
import classes from './canvas.module.css';
import { useDrop } from './drop.ts';
import type { CardNode } from './NodeCard.tsx';
import { NodeCard } from './NodeCard.tsx';
import { Tools } from './Tools.tsx';
import type { WayEdge } from './Way.tsx';
import { Way } from './Way.tsx';

const NODES = { card: NodeCard };
const EDGES = { way: Way };
/** A journey of more steps is seen from above in a corner. */
const MAP_FROM = 10;
/** Smaller nobody reads the cards: then it begins at the entry. */
const READABLE = 0.68;
const MARGIN = 36;

type Flow = ReactFlowInstance<CardNode, WayEdge>;

/** All of it where that can be read, else from its beginning. */
function begin(flow: Flow, frame: HTMLElement | null): void {
  if (frame === null) return;
  const { clientWidth, clientHeight } = frame;
  const nodes = flow.getNodes();
  const { x, y, width, height } = flow.getNodesBounds(nodes);
  const fits = Math.min((clientWidth - 2 * MARGIN) / width, (clientHeight - 2 * MARGIN) / height);
  const zoom = Math.min(1, Math.max(READABLE, fits));
  const entry = nodes.find(({ id }) => id === ENTRY)?.position ?? { x: 0, y: 0 };
  const middle = width * zoom <= clientWidth ? x + width / 2 : entry.x + widthOf(undefined) / 2;
  const top =
    height * zoom <= clientHeight
      ? Math.min(2 * MARGIN, (clientHeight - height * zoom) / 2) - y * zoom
      : MARGIN - y * zoom;
  void flow.setViewport({ x: clientWidth / 2 - middle * zoom, y: top, zoom });
}

/** A step that is out of sight comes to the middle; what is seen stays where it is. */
function intoView(flow: Flow, frame: HTMLElement, definition: JourneyDefinition, id: string): void {
  const at = placesOf(definition).find(([one]) => one === id)?.[1];
  if (at === undefined) return;
  const { x, y, zoom } = flow.getViewport();
  const width = widthOf(nodeOf(definition, id));
  const left = at.x * zoom + x;
  const top = at.y * zoom + y;
  const seen =
    left >= 0 &&
    top >= 0 &&
    left + width * zoom <= frame.clientWidth &&
    top + RANK_HEIGHT * zoom <= frame.clientHeight;
  if (!seen)
    void flow.setCenter(at.x + width / 2, at.y + RANK_HEIGHT / 2, {
      zoom: Math.max(zoom, READABLE),
      duration: 200,
    });
}

const placesOf = ({ entry, nodes }: JourneyDefinition): [string, Position][] => [
  [ENTRY, entry.position],
  ...nodes.map(({ id, position }): [string, Position] => [id, position]),
];

function useEdges(definition: JourneyDefinition): WayEdge[] {
  return useMemo(() => {
    const lanes = isTidy(definition) ? arranged(definition).lanes : undefined;
    const known = new Set(placesOf(definition).map(([id]) => id));
    return definition.edges
      .filter(({ from, to }) => known.has(from) && known.has(to))
      .map((edge) => ({
        id: lineKey(edge),
        type: 'way',
        source: edge.from,
        sourceHandle: edge.exit,
        target: edge.to,
        focusable: false,
        markerEnd: { type: MarkerType.ArrowClosed, width: 22, height: 22, markerUnits: 'userSpaceOnUse' },
        data: { lanes: lanes === undefined ? undefined : (lanes.get(lineKey(edge)) ?? []) },
      }));
  }, [definition]);
}

/** The cards as the library moves them; what it measured is kept from one state of the journey to the next. */
function useCards(): [CardNode[], (changes: NodeChange<CardNode>[]) => void] {
  const { t } = useTranslation('journeys');
  const { definition, selected, hands } = useBoard();
  const [cards, set] = useState<CardNode[]>([]);
  useEffect(() => {
    set((before) => {
      const known = new Map(before.map((card) => [card.id, card]));
      return placesOf(definition).map(([id, position]): CardNode => {
        const node = nodeOf(definition, id);
        return {
          ...known.get(id),
          id,
          type: 'card',
          position,
          data: {},
          selected: id === selected,
          deletable: id !== ENTRY,
          draggable: hands !== undefined,
          ariaLabel: node === undefined ? t('kinds.entry') : titleOf(node, t),
        };
      });
    });
  }, [definition, selected, hands !== undefined, t]);
  return [cards, (changes) => set((before) => applyNodeChanges(changes, before))];
}

function Drawn({ focus }: { focus: { id: string; at: number } | undefined }) {
  const { t } = useTranslation('journeys');
  const board = useBoard();
  const { definition, hands, select } = board;
  const scheme = useComputedColorScheme('light');
  const [cards, change] = useCards();
  const edges = useEdges(definition);
  const flow = useRef<Flow | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const drop = useDrop(flow);
  const shownOnce = useRef<number>(undefined);
  useEffect(() => {
    if (focus === undefined || shownOnce.current === focus.at) return;
    shownOnce.current = focus.at;
    if (flow.current !== null && frame.current !== null)
      intoView(flow.current, frame.current, definition, focus.id);
  }, [focus, definition]);
  const settle = (changes: NodeChange<CardNode>[]): void => {
    change(changes.filter(({ type }) => type !== 'remove'));
    for (const one of changes) if (one.type === 'select' && one.selected) select(one.id);
    // By arrow keys: each press is a change that is over at once. By the mouse: onNodeDragStop.
    const places = changes.flatMap((one): [string, Position][] =>
      one.type === 'position' && one.dragging === false && one.position !== undefined
        ? [[one.id, one.position]]
        : [],
    );
    if (places.length > 0) hands?.move(new Map(places));
  };
  return (
    <div ref={frame} className={classes['frame']} {...(hands === undefined ? {} : drop)} data-canvas>
      <ReactFlow<CardNode, WayEdge>
        className={classes['flow'] ?? ''}
        aria-label={t('editor.canvas')}
        nodes={cards}
        edges={edges}
        nodeTypes={NODES}
        edgeTypes={EDGES}
        colorMode={scheme}
        onInit={(made) => {
          flow.current = made;
          begin(made, frame.current);
        }}
        onNodesChange={settle}
        onPaneClick={() => select(undefined)}
        onConnect={({ source, sourceHandle, target }) =>
          hands?.connect({ from: source, exit: sourceHandle ?? 'next' }, target)
        }
        isValidConnection={({ source, sourceHandle, target }) =>
          mayConnect(definition, { from: source, exit: sourceHandle ?? 'next' }, target)
        }
        onBeforeDelete={async ({ nodes, edges: lines }) => {
          hands?.remove(
            nodes.map(({ id }) => id),
            nodes.length > 0
              ? []
              : lines.map(({ source, sourceHandle }) => ({ from: source, exit: sourceHandle ?? 'next' })),
          );
          return false;
        }}
        deleteKeyCode={hands === undefined ? null : ['Delete', 'Backspace']}
        nodesConnectable={hands !== undefined}
        nodesDraggable={hands !== undefined}
        edgesReconnectable={false}
        multiSelectionKeyCode={null}
        selectionKeyCode={null}
        snapToGrid
        snapGrid={[4, 4]}
        nodeDragThreshold={4}
        minZoom={0.2}
        maxZoom={1.6}
        proOptions={{ hideAttribution: true }}
        ariaLabelConfig={{
          'node.a11yDescription.default': t('editor.canvasHelp'),
          'node.a11yDescription.keyboardDisabled': t('editor.canvasHelp'),
          'edge.a11yDescription.default': '',
          'minimap.ariaLabel': t('editor.map'),
        }}
      >
        <Background gap={24} size={1} />
        {definition.nodes.length >= MAP_FROM && (
          <MiniMap pannable zoomable position="bottom-right" style={{ width: 150, height: 110 }} />
        )}
        <Tools />
      </ReactFlow>
    </div>
  );
}

/** The journey drawn. `focus`: a card to bring into view. */
export default function Canvas({ focus }: { focus?: { id: string; at: number } | undefined }) {
  return (
    <ReactFlowProvider>
      <Drawn focus={focus} />
    </ReactFlowProvider>
  );
}
