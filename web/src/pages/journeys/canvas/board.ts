import { createContext, useContext } from 'react';
import type { CountsView, JourneyProblem } from '../../../api/journeys.ts';
import type { Edge, JourneyDefinition, Kind, Place, Position } from '../model/definition.ts';
import type { Told } from '../model/words.ts';

/** What may be done on the canvas and in the list; absent where the journey is only looked at. */
export type Hands = {
  insert: (place: Place, kind: Kind) => void;
  /** Apart from all lines, at a point of the canvas. */
  add: (kind: Kind, at?: Position) => void;
  connect: (place: Place, to: string | undefined) => void;
  remove: (ids: readonly string[], lines: readonly Place[]) => void;
  move: (places: ReadonlyMap<string, Position>) => void;
};

/** What all parts of a drawn journey need. */
export type Board = {
  definition: JourneyDefinition;
  told: Told;
  selected: string | undefined;
  select: (id: string | undefined) => void;
  problems: ReadonlyMap<string, readonly JourneyProblem[]>;
  hands: Hands | undefined;
  counts: CountsView | undefined;
  /** The way of one person: nodes, and lines as "from exit". */
  trail: ReadonlySet<string> | undefined;
};

export const lineKey = ({ from, exit }: Pick<Edge, 'from' | 'exit'>): string => `${from} ${exit}`;

const Context = createContext<Board | undefined>(undefined);
export const BoardProvider = Context.Provider;

export function useBoard(): Board {
  const board = useContext(Context);
  if (board === undefined) throw new Error('a drawn journey stands on a board');
  return board;
}

/** How many went this way, once there are figures. */
export const passed = (counts: CountsView | undefined, { from, exit }: Place): number | undefined =>
  counts === undefined ? undefined : (counts.nodes[from]?.exits[exit] ?? 0);
