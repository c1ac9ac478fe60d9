import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { CatalogueField } from '../../../api/segments.ts';
import { segments } from '../../../api/segments.ts';
import { ApiError } from '../../../api/problem.ts';
import { fieldText } from '../../../i18n/problems.ts';
import { useMe } from '../../../lib/me.ts';
import { useList } from '../../../lib/list.ts';
import classes from './builder.module.css';
import type { Editing } from './editing.ts';
import { EditingProvider } from './editing.ts';
import type { GroupNode, Written } from './model.ts';
import { locate, replaceNode, toRule, unfinished } from './model.ts';
import { PreviewPanel } from './PreviewPanel.tsx';
import { RuleGroup } from './RuleGroup.tsx';

const TYPING_MS = 400;

type Props = {
  root: GroupNode;
  onChange: (root: GroupNode) => void;
  fields: readonly CatalogueField[];
  /** The segment being edited can't name itself. */
  selfId?: string | undefined;
  /** What the server said on saving, if it refused. */
  problem: unknown;
  /** Under the preview: the save button. */
  children: ReactNode;
};

type Marks = ReadonlyMap<string, readonly { rest: string; message: string }[]>;

/** Problems of the rule by node. Paths come as "rule.children.0.value". */
function marksOf(problem: unknown, ids: Written['ids']): Marks {
  const marks = new Map<string, { rest: string; message: string }[]>();
  if (!(problem instanceof ApiError) || problem.status !== 422) return marks;
  const issues =
    problem.fields.length > 0
      ? problem.fields
      : [{ path: problem.at ?? '', message: problem.message, code: problem.code }];
  for (const issue of issues) {
    const message = fieldText(issue);
    const found = locate(ids, issue.path.replace(/^rule\.?/, ''));
    if (found !== undefined)
      marks.set(found.id, [...(marks.get(found.id) ?? []), { rest: found.rest, message }]);
  }
  return marks;
}

/** The rule's tree at the left, who fits at the right, both while one edits. */
export function RuleBuilder({ root, onChange, fields, selfId, problem, children }: Props) {
  const { t } = useTranslation('segments');
  const { settings } = useMe();
  const others = useList(segments.list(200));
  const [settledRoot] = useDebouncedValue(root, TYPING_MS);
  const settled = useMemo(() => toRule(settledRoot), [settledRoot]);
  const waiting = unfinished(root).length > 0;
  const preview = useQuery({
    ...segments.preview(settled.rule, selfId),
    enabled: !waiting && unfinished(settledRoot).length === 0,
    placeholderData: keepPreviousData,
  });
  const marks = marksOf(preview.error ?? problem, settled.ids);
  const editing: Editing = {
    fields,
    segments: (others.rows ?? [])
      .filter(({ id }) => id !== selfId)
      .map(({ id, name }) => ({ value: id, label: name })),
    currency: settings.baseCurrency,
    change: (id, next) => onChange(replaceNode(root, id, next)),
    errorAt: (id, path) =>
      marks.get(id)?.find(({ rest }) => rest === path || rest.startsWith(`${path}.`))?.message,
    errorsOf: (id) => [...new Set(marks.get(id)?.map(({ message }) => message))],
  };
  return (
    <EditingProvider value={editing}>
      <div className={classes['layout']}>
        <section aria-label={t('builder.label')}>
          <RuleGroup node={root} depth={0} onChange={onChange} />
        </section>
        <aside className={classes['aside']}>
          <PreviewPanel query={preview} waiting={waiting} />
          {children}
        </aside>
      </div>
    </EditingProvider>
  );
}
