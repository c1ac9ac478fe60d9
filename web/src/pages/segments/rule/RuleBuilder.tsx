import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CatalogueField } from '../../../api/segments.ts';
import { segments } from '../../../api/segments.ts';
import { fromLocalInput } from '../../../lib/localTime.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import classes from './builder.module.css';
import type { Editing } from './editing.ts';
import { EditingProvider } from './editing.ts';
import { focusedNode, useNodeFocus } from './focus.ts';
import type { RuleHistory } from './history.ts';
import { hintsOf, marksOf } from './marks.ts';
import { replaceNode, toRule, unfinished } from './model.ts';
import { duplicated, moved, neighbourOf, withChildren } from './moves.ts';
import type { AsOf } from './PreviewPanel.tsx';
import { PreviewPanel } from './PreviewPanel.tsx';
import { RuleGroup } from './RuleGroup.tsx';
import { Steps } from './Steps.tsx';

const TYPING_MS = 400;

type Props = {
  history: RuleHistory;
  fields: readonly CatalogueField[];
  /** The segment being edited can't name itself. */
  selfId?: string | undefined;
  /** What the server said on saving, if it refused. */
  problem: unknown;
  /** Under the preview: the save button. */
  children: ReactNode;
};

/** The rule's tree at the left, who fits at the right, both while one edits. */
export function RuleBuilder({ history, fields, selfId, problem, children }: Props) {
  const { t } = useTranslation('segments');
  const { settings } = useMe();
  const { root } = history;
  const others = useList(segments.list(200));
  const [asOf, setAsOf] = useState<AsOf>({ at: '', known: false });
  const [said, say] = useState('');
  const focus = useNodeFocus(root);
  const [settledRoot] = useDebouncedValue(root, TYPING_MS);
  const settled = useMemo(() => toRule(settledRoot), [settledRoot]);
  const lacking = new Set(unfinished(root));
  const now = fromLocalInput(asOf.at);
  const moment = now === '' ? {} : { now, ...(asOf.known ? { knownAt: now } : {}) };
  const preview = useQuery({
    ...segments.preview(settled.rule, selfId, moment),
    enabled: lacking.size === 0 && unfinished(settledRoot).length === 0,
    placeholderData: keepPreviousData,
  });
  const marks = marksOf(preview.error ?? problem, settled.ids, t);
  const hints = hintsOf(preview.isPlaceholderData ? undefined : preview.data, settled.ids, t);
  const editing: Editing = {
    fields,
    segments: (others.rows ?? [])
      .filter(({ id }) => id !== selfId)
      .map(({ id, name }) => ({ value: id, label: name })),
    currency: settings.baseCurrency,
    change: (id, next) =>
      history.change(id === root.id && 'mode' in next ? next : replaceNode(root, id, next), id),
    add: (group, node) => {
      history.change(withChildren(root, group.id, [...group.children, node]));
      focus(node.id);
    },
    remove: (id) => {
      const next = neighbourOf(root, id);
      history.change(replaceNode(root, id, undefined));
      focus(next);
      say(t('builder.removed'));
    },
    move: (id, how) => {
      const next = moved(root, id, how);
      if (next !== undefined) history.change(next);
      focus(id, 'kept');
      say(next === undefined ? t('builder.cannotMove') : t(`builder.moved.${how}`));
    },
    canMove: (id, how) => moved(root, id, how) !== undefined,
    duplicate: (id) => {
      const next = duplicated(root, id);
      if (next === undefined) return;
      history.change(next.root);
      focus(next.id);
    },
    errorAt: (id, path) =>
      marks.get(id)?.find(({ rest }) => rest === path || rest.startsWith(`${path}.`))?.message,
    errorsOf: (id) => [...new Set(marks.get(id)?.map(({ message }) => message))],
    warningsOf: (id) => hints.get(id) ?? [],
    unfinished: (id) => lacking.has(id),
  };
  return (
    <EditingProvider value={editing}>
      <div className={classes['layout']}>
        <section
          aria-label={t('builder.label')}
          className={classes['tree'] ?? ''}
          tabIndex={-1}
          data-builder
          onKeyDownCapture={undoKeys(history, focus)}
        >
          <Steps history={history} />
          <RuleGroup node={root} depth={0} />
          <div className="otk-hidden" aria-live="assertive">
            {said}
          </div>
        </section>
        <aside className={classes['aside']}>
          <PreviewPanel
            query={preview}
            waiting={lacking.size > 0}
            asOf={asOf}
            onAsOf={setAsOf}
            rule={settled.rule}
            selfId={selfId}
            moment={moment}
          />
          {children}
        </aside>
      </div>
    </EditingProvider>
  );
}

/** Ctrl+Z takes back what was done to the rule, typed letters among it; a field alone would lose its place in the tree. */
function undoKeys({ undo, redo }: RuleHistory, focus: ReturnType<typeof useNodeFocus>) {
  return (event: React.KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const forth = event.code === 'KeyY' || (event.code === 'KeyZ' && event.shiftKey);
    if (!forth && event.code !== 'KeyZ') return;
    event.preventDefault();
    event.stopPropagation();
    const id = focusedNode();
    if (id !== undefined) focus(id, 'kept');
    (forth ? redo : undo)?.();
  };
}
