import { Button, Text, TextInput } from '@mantine/core';
import { useBlocker, useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CatalogueField, SegmentView } from '../../api/segments.ts';
import { segments } from '../../api/segments.ts';
import { fieldErrors } from '../../api/problem.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { shownInForm } from './refusal.ts';
import { freshAttribute } from './rule/fresh.ts';
import { useRuleHistory } from './rule/history.ts';
import { fromRule, newGroup, newLeaf, toRule, unfinished } from './rule/model.ts';
import { RuleBuilder } from './rule/RuleBuilder.tsx';
import type { DraftSearch } from './search.ts';

/** Name and rule of a segment, new or existing, with who fits beside it. */
export function SegmentEditor({
  fields,
  segment,
  draft = {},
}: {
  fields: readonly CatalogueField[];
  segment?: SegmentView;
  draft?: DraftSearch;
}) {
  const { t } = useTranslation(['segments', 'common']);
  const navigate = useNavigate();
  const rule = segment?.rule ?? draft.rule;
  const [name, setName] = useState(segment?.name ?? draft.name ?? '');
  const history = useRuleHistory(() =>
    rule === undefined ? newGroup([newLeaf(freshAttribute(fields))]) : fromRule(rule),
  );
  const { root } = history;
  const saved = useRef(false);
  const dirty = history.undo !== undefined || name !== (segment?.name ?? draft.name ?? '');
  const save = useWrite({
    run: (input: { name: string; rule: unknown }) =>
      segment === undefined
        ? segments.create(input)
        : segments.change(segment.id, { ...input, version: segment.version }),
    touches: ['segments'],
    done: t('segments:saved'),
    onDone: ({ id }) => {
      saved.current = true;
      void navigate({ to: '/segments/$id', params: { id } });
    },
    onProblem: (error) => shownInForm(error),
  });
  const nameError = fieldErrors(save.error)['name'];
  const lacking = unfinished(root).length;
  return (
    <>
      <PageHeader
        title={segment === undefined ? t('segments:newTitle') : t('segments:editTitle')}
        up={{ to: '/segments', label: t('segments:title') }}
        actions={
          segment === undefined && (
            <ButtonLink to="/segments/templates" variant="default">
              {t('segments:ready.open')}
            </ButtonLink>
          )
        }
      />
      <TextInput
        label={t('segments:name')}
        maw={420}
        mb="md"
        value={name}
        onChange={(event) => {
          if (save.error !== null) save.reset();
          setName(event.currentTarget.value);
        }}
        error={nameError}
        autoFocus={segment === undefined}
      />
      <RuleBuilder
        history={{
          ...history,
          change: (next, id) => {
            if (save.error !== null) save.reset();
            history.change(next, id);
          },
        }}
        fields={fields}
        selfId={segment?.id}
        problem={save.error}
      >
        <Button
          fullWidth
          loading={save.isPending}
          disabled={name.trim() === '' || lacking > 0}
          onClick={() => save.mutate({ name: name.trim(), rule: toRule(root).rule })}
        >
          {t('common:action.save')}
        </Button>
        {(name.trim() === '' || lacking > 0) && (
          <Text size="xs" c="dimmed" mt={6}>
            {lacking > 0 ? t('segments:builder.lacking', { count: lacking }) : t('segments:builder.noName')}
          </Text>
        )}
      </RuleBuilder>
      <Leaving dirty={() => dirty && !saved.current} />
    </>
  );
}

/** Asks before edits are lost: inside the console by its own question, by the browser's when the page goes. */
function Leaving({ dirty }: { dirty: () => boolean }) {
  const { t } = useTranslation('segments');
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty() && current.pathname !== next.pathname,
    enableBeforeUnload: dirty,
    withResolver: true,
  });
  return (
    <Confirm
      opened={blocker.status === 'blocked'}
      onClose={() => blocker.reset?.()}
      title={t('leaving.title')}
      text={t('leaving.text')}
      yes={t('leaving.yes')}
      danger
      onYes={() => blocker.proceed?.()}
    />
  );
}
