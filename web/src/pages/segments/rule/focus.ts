import { useEffect, useRef } from 'react';
import type { GroupNode } from './model.ts';

type How = 'first' | 'kept';
type Wish = { id: string; how: How; label: string | null };

const MENU_MS = 40;
const FIELDS = 'input:not([type="hidden"]):not([disabled]), button:not([disabled]), textarea';

/**
 * Keeps the focus in the rule while it changes: gives a function that says which node has it after the next change. "kept" leaves
 * it on the control it is on, where that still is inside the node.
 */
export function useNodeFocus(root: GroupNode): (id: string, how?: How) => void {
  const wish = useRef<Wish | undefined>(undefined);
  useEffect(() => {
    if (wish.current === undefined) return undefined;
    const made = wish.current;
    wish.current = undefined;
    requestAnimationFrame(() => focusNode(made));
    // A menu gives the focus back to its button as it closes.
    const late = setTimeout(() => focusNode(made), MENU_MS);
    return () => clearTimeout(late);
  }, [root]);
  return (id, how = 'first') => {
    wish.current = { id, how, label: document.activeElement?.getAttribute('aria-label') ?? null };
  };
}

/** The node that has the focus, if any of the rule has. */
export const focusedNode = (): string | undefined =>
  document.activeElement?.closest<HTMLElement>('[data-node]')?.dataset['node'];

function focusNode({ id, how, label }: Wish): void {
  const node = document.querySelector<HTMLElement>(`[data-node="${id}"]`);
  // The node may be gone, taken back with the step that made it: the builder itself keeps the keys.
  if (node === null) document.querySelector<HTMLElement>('[data-builder]')?.focus();
  if (node === null || node.contains(document.activeElement)) return;
  const same =
    how === 'kept' && label !== null
      ? node.querySelector<HTMLElement>(`[aria-label="${CSS.escape(label)}"]`)
      : null;
  (same ?? node.querySelector<HTMLElement>(FIELDS))?.focus();
  node.scrollIntoView({ block: 'nearest' });
}
