import { Alert, Button, Group, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProgramView } from '../../../api/loyalty.ts';
import { ApiError } from '../../../api/problem.ts';
import type { LadderView } from '../../../api/standing.ts';
import { ladders } from '../../../api/standing.ts';
import { Confirm } from '../../../ui/Confirm.tsx';
import { ButtonLink } from '../../../ui/links.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { unitsOf } from '../amounts.ts';
import classes from '../beside.module.css';
import { draftOf, showErrors, useLadderForm } from './form.ts';
import { Preview, useMovesWords } from './Preview.tsx';
import { RulesPart } from './RulesPart.tsx';
import { TiersPart } from './TiersPart.tsx';
import { usePreview } from './usePreview.ts';
import { useFigure } from './words.ts';

type Props = { program: ProgramView; ladder: LadderView | null; onSaved: () => void };

/** Makes or changes the tiers of a program, with what it comes to beside the fields; saving asks first, for it moves members at once. */
export function LadderEditor({ program, ladder, onSaved }: Props) {
  const { t } = useTranslation(['ladders', 'common']);
  const client = useQueryClient();
  const form = useLadderForm(ladder, program.currency);
  const [version, setVersion] = useState(ladder?.version);
  const [conflict, setConflict] = useState(false);
  const [asking, setAsking] = useState(false);
  const { values } = form;
  const preview = usePreview(program, values);
  const figure = useFigure({ ladder: { measure: values.measure }, currency: program.currency });
  const movesWords = useMovesWords();
  const save = useWrite({
    run: () => {
      const { programId, ...draft } = draftOf(values, program.id, program.currency);
      const name = values.name.trim();
      return ladder === null || version === undefined
        ? ladders.create({ programId, name, ...draft })
        : ladders.change(ladder.id, { version, name, ...draft });
    },
    touches: ['standing'],
    done: t(ladder === null ? 'ladders:launched' : 'ladders:saved'),
    onDone: onSaved,
    onProblem: (error) => {
      setAsking(false);
      if (!(error instanceof ApiError) || error.code !== 'ladder_changed') return showErrors(form, error);
      void client
        .fetchQuery({ ...ladders.ofProgram(program.id), staleTime: 0 })
        .then((newer) => setVersion(newer?.version));
      setConflict(true);
      return true;
    },
  });
  const suggest = (thresholds: number[]) =>
    thresholds.forEach((threshold, index) =>
      form.setFieldValue(
        `tiers.${index}.threshold`,
        values.measure === 'spend' ? unitsOf(threshold, program.currency) : threshold,
      ),
    );
  const launch = t(ladder === null ? 'ladders:launch' : 'common:action.save');
  return (
    <form onSubmit={form.onSubmit(() => setAsking(true))} noValidate>
      <div className={classes['layout']}>
        <Stack gap="lg" miw={0}>
          {conflict && <Alert color="gold">{t('ladders:changedMeanwhile')}</Alert>}
          <RulesPart form={form} />
          <TiersPart form={form} currency={program.currency} />
        </Stack>
        <Stack gap="md" className={classes['aside'] ?? ''}>
          <Preview
            preview={preview}
            changes={ladder !== null}
            figure={figure}
            tiers={values.tiers.length}
            onSuggest={suggest}
          />
          <Group>
            <Button type="submit">{launch}</Button>
            <ButtonLink to="/loyalty/tiers" search={{ program: program.id }} variant="default">
              {t('common:action.cancel')}
            </ButtonLink>
          </Group>
        </Stack>
      </div>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t(ladder === null ? 'ladders:launchTitle' : 'ladders:saveTitle')}
        text={
          <>
            {t(ladder === null ? 'ladders:launchText' : 'ladders:saveText')}{' '}
            {preview.query.data !== undefined && preview.whole && !preview.old
              ? movesWords(preview.query.data)
              : ''}
          </>
        }
        yes={launch}
        busy={save.isPending}
        onYes={() => save.mutate(undefined)}
      />
    </form>
  );
}
