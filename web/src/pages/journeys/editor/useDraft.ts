import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JourneyView } from '../../../api/journeys.ts';
import { journeys } from '../../../api/journeys.ts';
import { ApiError } from '../../../api/problem.ts';
import { useWrite } from '../../../ui/mutation.ts';
import type { JourneyDefinition } from '../model/definition.ts';
import type { History } from '../model/history.ts';
import { begun, changed, redone, undone } from '../model/history.ts';

type State = {
  history: History<JourneyDefinition>;
  name: string;
  /** What the server has, as far as this page knows. */
  base: Pick<JourneyView, 'revision' | 'definition' | 'name'>;
};

export type Draft = {
  definition: JourneyDefinition;
  name: string;
  dirty: boolean;
  busy: boolean;
  /** Somebody else has saved since this page was read, and there is something here to lose. */
  conflict: boolean;
  problem: unknown;
  change: (next: JourneyDefinition, about?: string) => void;
  rename: (name: string) => void;
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
  /** False when it was refused. */
  save: () => Promise<boolean>;
  /** In a conflict: what somebody else saved, or this over it. */
  takeTheirs: () => void;
  saveOver: () => Promise<boolean>;
};

const startOf = (journey: JourneyView): State => ({
  history: begun(journey.definition),
  name: journey.name,
  base: journey,
});

/** The draft being edited: its steps back and forth, what is not saved yet, and who else saved meanwhile. */
export function useDraft(journey: JourneyView): Draft {
  const { t } = useTranslation('journeys');
  const [state, set] = useState(() => startOf(journey));
  const { history, name, base } = state;
  const definition = history.now;
  const dirty = definition !== base.definition || name.trim() !== base.name;
  const newer = journey.revision > base.revision;
  // Nothing here to lose: what somebody else saved is simply shown.
  if (newer && !dirty) set(startOf(journey));
  const write = useWrite({
    run: (revision: number) =>
      journeys.change(journey.id, {
        ...(name.trim() === base.name ? {} : { name: name.trim() }),
        ...(definition === base.definition ? {} : { definition, revision }),
      }),
    touches: ['journeys'],
    done: t('editor.saved'),
    onDone: (saved) =>
      set((now) => ({
        ...now,
        base: { revision: saved.revision, name: saved.name, definition },
      })),
    // A conflict is told on the page, where the way out is.
    onProblem: (error) => error instanceof ApiError && error.code === 'journey_changed',
  });
  const send = async (revision: number): Promise<boolean> => {
    if (!dirty) return true;
    try {
      await write.mutateAsync(revision);
      return true;
    } catch {
      return false;
    }
  };
  const clash = write.error instanceof ApiError && write.error.code === 'journey_changed';
  const step = (move: typeof undone<JourneyDefinition>) => () =>
    set((now) => ({ ...now, history: move(now.history) }));
  return {
    definition,
    name,
    dirty,
    busy: write.isPending,
    conflict: dirty && (newer || clash),
    problem: clash ? null : write.error,
    change: (next, about) => {
      const at = performance.now();
      set((now) => ({ ...now, history: changed(now.history, next, about, at) }));
    },
    rename: (next) => set((now) => ({ ...now, name: next })),
    undo: history.past.length === 0 ? undefined : step(undone),
    redo: history.future.length === 0 ? undefined : step(redone),
    save: () => send(base.revision),
    takeTheirs: () => {
      write.reset();
      set(startOf(journey));
    },
    saveOver: () => send(journey.revision),
  };
}
