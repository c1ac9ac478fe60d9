import { createContext, useContext } from 'react';
import type { CatalogueField } from '../../../api/segments.ts';
import type { GroupNode, RuleNode } from './model.ts';
import type { Move } from './moves.ts';

/** What every part of the builder needs: the fields there are, how to change a node, and what is wrong where. */
export type Editing = {
  fields: readonly CatalogueField[];
  /** Other segments a rule may name. */
  segments: readonly { value: string; label: string }[];
  currency: string;
  /** A node replaced. */
  change: (id: string, next: RuleNode) => void;
  /** A node at the end of a group; the focus goes to it. */
  add: (group: GroupNode, node: RuleNode) => void;
  /** The focus goes to what is next to it. */
  remove: (id: string) => void;
  /** The focus stays with the node; where it cannot go, that is said. */
  move: (id: string, move: Move) => void;
  duplicate: (id: string) => void;
  canMove: (id: string, move: Move) => boolean;
  /** The problem at a place inside a node ("value", "window.amount"; "" is the node itself). */
  errorAt: (id: string, path: string) => string | undefined;
  /** Every problem of a node, for those that no field shows. */
  errorsOf: (id: string) => string[];
  /** What is legal and probably not meant, such as a product nobody has seen. */
  warningsOf: (id: string) => string[];
  /** Still lacks a value. */
  unfinished: (id: string) => boolean;
};

const Context = createContext<Editing | undefined>(undefined);

export const EditingProvider = Context.Provider;

export function useEditing(): Editing {
  const editing = useContext(Context);
  if (editing === undefined) throw new Error('the rule builder gives the editing context');
  return editing;
}
