import { createContext, useContext } from 'react';
import type { CatalogueField } from '../../../api/segments.ts';
import type { RuleNode } from './model.ts';

/** What every part of the builder needs: the fields there are, how to change a node, and what is wrong where. */
export type Editing = {
  fields: readonly CatalogueField[];
  /** Other segments a rule may name. */
  segments: readonly { value: string; label: string }[];
  currency: string;
  change: (id: string, next: RuleNode | undefined) => void;
  /** The problem at a place inside a node ("value", "window.amount"; "" is the node itself). */
  errorAt: (id: string, path: string) => string | undefined;
  /** Every problem of a node, for those that no field shows. */
  errorsOf: (id: string) => string[];
};

const Context = createContext<Editing | undefined>(undefined);

export const EditingProvider = Context.Provider;

export function useEditing(): Editing {
  const editing = useContext(Context);
  if (editing === undefined) throw new Error('the rule builder gives the editing context');
  return editing;
}
