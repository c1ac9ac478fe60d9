import {
  ActionIcon,
  Alert,
  Button,
  Drawer,
  Group,
  Paper,
  SegmentedControl,
  Text,
  TextInput,
  Tooltip,
} from '@mantine/core';
import { useHotkeys, useMediaQuery } from '@mantine/hooks';
import { IconArrowBackUp, IconArrowForwardUp, IconLayoutGrid, IconLock } from '@tabler/icons-react';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JourneyView } from '../../../api/journeys.ts';
import { notifyDone } from '../../../ui/notify.ts';
import { DateTime } from '../../../ui/format.tsx';
import { Loading } from '../../../ui/states.tsx';
import type { Board, Hands } from '../canvas/board.ts';
import { BoardProvider } from '../canvas/board.ts';
import type { Kind } from '../model/definition.ts';
import { ENTRY, exitsAt, newNode, nodeOf, targetOf } from '../model/definition.ts';
import { added, connected, firstOpen, inserted, moved, removed, replaced, tidied } from '../model/edit.ts';
import { titleOf } from '../model/words.ts';
import { useTold } from '../names.ts';
import { StepPanel } from '../panel/StepPanel.tsx';
import { Aside } from './Aside.tsx';
import classes from './editor.module.css';
import { Outline } from './Outline.tsx';
import type { Check } from './useCheck.ts';
import type { Draft } from './useDraft.ts';

const Canvas = lazy(() => import('../canvas/Canvas.tsx'));

type View = 'canvas' | 'list';

/** The draft: drawn or listed, with the form of the chosen step beside it. */
export function DraftTab(props: {
  journey: JourneyView;
  draft: Draft;
  check: Check;
  editable: boolean;
  actions: (go: (id: string) => void) => React.ReactNode;
}) {
  const { journey, draft, check, editable } = props;
  const { definition } = draft;
  const told = useTold(definition);
  const phone = useMediaQuery('(max-width: 48em)') ?? false;
  const narrow = useMediaQuery('(max-width: 75em)') ?? false;
  const [view, setView] = useState<View>('canvas');
  const [selected, select] = useState<string>();
  const [focus, setFocus] = useState<{ id: string; at: number }>();
  const shown = phone ? 'list' : view;
  const go = (id: string): void => {
    select(id);
    setFocus((before) => ({ id, at: (before?.at ?? 0) + 1 }));
  };
  const hands = useHands(draft, editable, select, go);
  const board: Board = {
    definition,
    told,
    selected,
    select,
    problems: check.byNode,
    hands,
    counts: undefined,
    trail: undefined,
  };
  useHotkeys(
    [
      ['mod+Z', () => draft.undo?.()],
      ['mod+shift+Z', () => draft.redo?.()],
      ['mod+Y', () => draft.redo?.()],
      ['mod+S', () => void draft.save()],
    ],
    [],
  );
  const panel =
    selected === undefined ? undefined : (
      <StepPanel
        id={selected}
        onEntry={(entry) => draft.change({ ...definition, entry }, ENTRY)}
        onNode={(node) => draft.change(replaced(definition, node), node.id)}
      />
    );
  const aside = <Aside check={check} onGo={go} onAdd={(kind) => addBy(kind, board, hands)} />;
  return (
    <BoardProvider value={board}>
      <Bar
        draft={draft}
        editable={editable}
        view={view}
        onView={phone ? undefined : setView}
        actions={props.actions(go)}
      />
      <Notices journey={journey} draft={draft} editable={editable} />
      <div className={classes['layout']}>
        {shown === 'canvas' ? (
          <div className={classes['board']}>
            <Suspense fallback={<Loading lines={6} />}>
              <Canvas focus={focus} />
            </Suspense>
          </div>
        ) : (
          <div className={classes['list']}>
            <Outline />
          </div>
        )}
        <Paper p="md" className={classes['aside'] ?? ''} data-aside>
          {narrow ? aside : (panel ?? aside)}
        </Paper>
      </div>
      <Drawer
        opened={narrow && panel !== undefined}
        onClose={() => select(undefined)}
        withCloseButton={false}
        size={phone ? '100%' : 'md'}
      >
        {panel}
      </Drawer>
    </BoardProvider>
  );
}

/** From the palette: after the chosen step, or at the first way that leads nowhere, or before the end. */
function addBy(kind: Kind, { definition, selected }: Board, hands: Hands | undefined): void {
  if (kind === 'goal') return hands?.add(kind);
  const from = selected ?? ENTRY;
  const open = firstOpen(definition, from);
  if (open !== undefined) return hands?.insert(open, kind);
  const [exit] = exitsAt(definition, from);
  if (kind === 'exit' || exit === undefined) return hands?.add(kind);
  const last = selected === undefined ? lastPlace(definition) : { from, exit };
  hands?.insert(last, kind);
}

/** The last line of the way that is read first. */
function lastPlace(definition: Board['definition']): { from: string; exit: string } {
  let place = { from: ENTRY, exit: 'next' };
  const seen = new Set<string>([ENTRY]);
  for (;;) {
    const to = targetOf(definition, place);
    const [exit] = to === undefined ? [] : exitsAt(definition, to);
    if (to === undefined || exit === undefined || seen.has(to)) return place;
    seen.add(to);
    place = { from: to, exit };
  }
}

function useHands(
  draft: Draft,
  editable: boolean,
  select: (id: string | undefined) => void,
  go: (id: string) => void,
): Hands | undefined {
  const { t } = useTranslation('journeys');
  const latest = useRef(draft);
  latest.current = draft;
  const going = useRef(go);
  going.current = go;
  return useMemo(() => {
    if (!editable) return undefined;
    const put = (kind: Kind, into: (node: ReturnType<typeof newNode>) => Draft['definition']): void => {
      const node = newNode(kind);
      latest.current.change(into(node));
      going.current(node.id);
    };
    return {
      insert: (place, kind) => put(kind, (node) => inserted(latest.current.definition, place, node)),
      add: (kind, at) => put(kind, (node) => added(latest.current.definition, node, at)),
      connect: (place, to) => latest.current.change(connected(latest.current.definition, place, to)),
      move: (places) => latest.current.change(moved(latest.current.definition, places)),
      remove: (ids, lines) => {
        const { definition } = latest.current;
        const own = ids.filter((id) => id !== ENTRY);
        if (own.length + lines.length === 0) return;
        const names = own
          .map((id) => nodeOf(definition, id))
          .flatMap((node) => (node === undefined ? [] : [titleOf(node, t)]));
        const without = lines.reduce((all, place) => connected(all, place, undefined), definition);
        latest.current.change(own.reduce(removed, without));
        select(undefined);
        if (names.length > 0) notifyDone(t('editor.removed', { name: names.join(', ') }));
      },
    };
  }, [editable, select, t]);
}

function Bar(props: {
  draft: Draft;
  editable: boolean;
  view: View;
  onView: ((view: View) => void) | undefined;
  actions: React.ReactNode;
}) {
  const { t } = useTranslation('journeys');
  const { draft, editable } = props;
  const steps = [
    ['undo', IconArrowBackUp, draft.undo],
    ['redo', IconArrowForwardUp, draft.redo],
    ['tidy', IconLayoutGrid, () => draft.change(tidied(draft.definition))],
  ] as const;
  return (
    <div className={classes['bar']}>
      {props.onView !== undefined && (
        <SegmentedControl
          size="sm"
          aria-label={t('view.label')}
          value={props.view}
          onChange={(next) => props.onView?.(next === 'list' ? 'list' : 'canvas')}
          data={[
            { value: 'canvas', label: t('view.canvas') },
            { value: 'list', label: t('view.list') },
          ]}
        />
      )}
      {editable && (
        <Group gap={2}>
          {steps.map(([key, Icon, act]) => (
            <Tooltip key={key} label={t(`editor.${key}`)}>
              <ActionIcon
                size={36}
                variant="subtle"
                color="gray"
                aria-label={t(`editor.${key}`)}
                disabled={act === undefined}
                onClick={act}
              >
                <Icon size={19} />
              </ActionIcon>
            </Tooltip>
          ))}
        </Group>
      )}
      {editable && (
        <TextInput
          className={classes['grow'] ?? ''}
          maw={340}
          aria-label={t('editor.nameLabel')}
          value={draft.name}
          maxLength={200}
          error={draft.name.trim() === ''}
          onChange={(event) => draft.rename(event.currentTarget.value)}
        />
      )}
      <span className={classes['grow']} />
      {editable && (
        <>
          <Text size="sm" c="dimmed" role="status">
            {draft.dirty ? t('editor.unsaved') : t('editor.allSaved')}
          </Text>
          <Button
            variant="default"
            loading={draft.busy}
            disabled={!draft.dirty || draft.conflict || draft.name.trim() === ''}
            onClick={() => void draft.save()}
          >
            {t('editor.save')}
          </Button>
        </>
      )}
      {props.actions}
    </div>
  );
}

function Notices({ journey, draft, editable }: { journey: JourneyView; draft: Draft; editable: boolean }) {
  const { t } = useTranslation('journeys');
  if (draft.conflict)
    return (
      <Alert color="red" mb="sm" title={t('conflict.title')} role="alert">
        <Text size="sm">
          <DateTime at={journey.updatedAt} />. {t('conflict.text')}
        </Text>
        <Group gap="xs" mt="xs">
          <Button size="xs" variant="default" onClick={draft.takeTheirs}>
            {t('conflict.theirs')}
          </Button>
          <Button size="xs" color="red" loading={draft.busy} onClick={() => void draft.saveOver()}>
            {t('conflict.mine')}
          </Button>
        </Group>
      </Alert>
    );
  if (editable) return null;
  return (
    <Alert color="gray" mb="sm" icon={<IconLock size={17} />} p="xs">
      {t(journey.state === 'stopped' ? 'editor.stoppedNote' : 'editor.readOnly')}
    </Alert>
  );
}
