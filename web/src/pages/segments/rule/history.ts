import { useState } from 'react';
import type { GroupNode } from './model.ts';

/** Steps that can be taken back. More than anybody follows, and a rule is small. */
const MAX_STEPS = 100;
/** Letters typed one after another into one node are one step. */
const TOGETHER_MS = 900;

type Steps = {
  past: readonly GroupNode[];
  now: GroupNode;
  future: readonly GroupNode[];
  /** The node the last change was in, and when. */
  last: { id: string; at: number } | undefined;
};

export type RuleHistory = {
  root: GroupNode;
  /** Changes of one node (`id`) that follow each other closely are taken back together. */
  change: (next: GroupNode, id?: string) => void;
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
};

function changed(steps: Steps, next: GroupNode, id: string | undefined, at: number): Steps {
  const { past, now, last } = steps;
  const together = id !== undefined && last?.id === id && at - last.at < TOGETHER_MS;
  return {
    past: together ? past : [...past, now].slice(-MAX_STEPS),
    now: next,
    future: [],
    last: id === undefined ? undefined : { id, at },
  };
}

/** A rule being edited, with the way back. */
export function useRuleHistory(initial: () => GroupNode): RuleHistory {
  const [steps, set] = useState<Steps>(() => ({ past: [], now: initial(), future: [], last: undefined }));
  const { past, now, future } = steps;
  const back = past.at(-1);
  const [forth] = future;
  return {
    root: now,
    change: (next, id) => {
      const at = performance.now();
      set((before) => changed(before, next, id, at));
    },
    undo:
      back === undefined
        ? undefined
        : () => set({ past: past.slice(0, -1), now: back, future: [now, ...future], last: undefined }),
    redo:
      forth === undefined
        ? undefined
        : () => set({ past: [...past, now], now: forth, future: future.slice(1), last: undefined }),
  };
}
