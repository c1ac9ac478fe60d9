import { Button, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CatalogueField, SegmentView } from '../../api/segments.ts';
import { segments } from '../../api/segments.ts';
import { ApiError, fieldErrors } from '../../api/problem.ts';
import { useWrite } from '../../ui/mutation.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { freshAttribute } from './rule/fresh.ts';
import { fromRule, newGroup, newLeaf, toRule, unfinished } from './rule/model.ts';
import { RuleBuilder } from './rule/RuleBuilder.tsx';

/** Name and rule of a segment, new or existing, with who fits beside it. */
export function SegmentEditor({
  fields,
  segment,
}: {
  fields: readonly CatalogueField[];
  segment?: SegmentView;
}) {
  const { t } = useTranslation(['segments', 'common']);
  const navigate = useNavigate();
  const [name, setName] = useState(segment?.name ?? '');
  const [root, setRoot] = useState(() =>
    segment === undefined ? newGroup([newLeaf(freshAttribute(fields))]) : fromRule(segment.rule),
  );
  const save = useWrite({
    run: (input: { name: string; rule: unknown }) =>
      segment === undefined
        ? segments.create(input)
        : segments.change(segment.id, { ...input, version: segment.version }),
    touches: ['segments'],
    done: t('segments:saved'),
    onDone: ({ id }) => void navigate({ to: '/segments/$id', params: { id } }),
    onProblem: (error) => error instanceof ApiError && error.status === 422,
  });
  const nameError = fieldErrors(save.error)['name'];
  return (
    <>
      <PageHeader
        title={segment === undefined ? t('segments:newTitle') : t('segments:editTitle')}
        up={{ to: '/segments', label: t('segments:title') }}
      />
      <TextInput
        label={t('segments:name')}
        maw={420}
        mb="md"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={nameError}
        autoFocus={segment === undefined}
      />
      <RuleBuilder
        root={root}
        onChange={(next) => {
          save.reset();
          setRoot(next);
        }}
        fields={fields}
        selfId={segment?.id}
        problem={save.error}
      >
        <Button
          fullWidth
          loading={save.isPending}
          disabled={name.trim() === '' || unfinished(root).length > 0}
          onClick={() => save.mutate({ name: name.trim(), rule: toRule(root).rule })}
        >
          {t('common:action.save')}
        </Button>
      </RuleBuilder>
    </>
  );
}
