import { Alert, Button, Group, Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProgramView } from '../../../api/loyalty.ts';
import { programs } from '../../../api/loyalty.ts';
import { ApiError } from '../../../api/problem.ts';
import { useMe } from '../../../lib/me.ts';
import { useWrite } from '../../../ui/mutation.ts';
import { Fields, Part } from './fields.tsx';
import type { Form } from './form.ts';
import { showErrors, toSettings, useProgramForm } from './form.ts';
import { MemberPart } from './MemberPart.tsx';
import { ReckoningPart, SpendPart } from './SpendParts.tsx';
import { ReturnsPart, TermsPart } from './TermParts.tsx';

const OTHERS = {
  spending: SpendPart,
  terms: TermsPart,
  returns: ReturnsPart,
  members: MemberPart,
  reckoning: ReckoningPart,
};
export type ProgramPart = 'basics' | keyof typeof OTHERS;
const PARTS: readonly ProgramPart[] = ['basics', 'spending', 'terms', 'returns', 'members', 'reckoning'];

/** Settings of a program, new or existing, each with what it comes to. Who may not change them reads them. */
export function ProgramForm({
  program,
  parts = PARTS,
  draft = false,
  submit,
  onSaved,
}: {
  program?: ProgramView;
  parts?: readonly ProgramPart[];
  /** A new one takes no members before it is launched. */
  draft?: boolean;
  /** What the button says. */
  submit?: string;
  onSaved: (saved: ProgramView) => void;
}) {
  const { t } = useTranslation(['loyalty', 'common']);
  const { may, settings } = useMe();
  const client = useQueryClient();
  const form = useProgramForm(program, settings.baseCurrency);
  const [version, setVersion] = useState(program?.version);
  const [conflict, setConflict] = useState(false);
  const takeNewer = async (id: string) => {
    setConflict(true);
    setVersion((await client.fetchQuery({ ...programs.one(id), staleTime: 0 })).version);
  };
  const save = useWrite({
    run: ({ name, currency, zone, settings: fields }: Form['values']) => {
      const given = toSettings(fields, currency);
      return program === undefined || version === undefined
        ? programs.create({
            name,
            ...(currency === '' ? {} : { currency }),
            ...(zone === '' ? {} : { zone }),
            settings: given,
            draft,
          })
        : programs.change(program.id, { version, name, settings: given });
    },
    touches: ['loyalty'],
    done: t(program === undefined ? 'loyalty:programs.created' : 'loyalty:programs.saved'),
    onDone: (saved) => {
      setConflict(false);
      setVersion(saved.version);
      onSaved(saved);
    },
    onProblem: (error) => {
      if (program === undefined || !(error instanceof ApiError) || error.code !== 'program_changed')
        return showErrors(form, error);
      void takeNewer(program.id);
      return true;
    },
  });
  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
      {/* A fieldset that is off turns off every field in it. */}
      <fieldset disabled={!may('loyalty:write')} style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
        <Stack gap="lg" maw={860}>
          {conflict && <Alert color="gold">{t('loyalty:programs.changedMeanwhile')}</Alert>}
          {parts.map((part) => (
            <OnePart key={part} part={part} form={form} fresh={program === undefined} />
          ))}
          {may('loyalty:write') && (
            <Group>
              <Button type="submit" loading={save.isPending}>
                {submit ?? t(program === undefined ? 'common:action.create' : 'common:action.save')}
              </Button>
            </Group>
          )}
        </Stack>
      </fieldset>
    </form>
  );
}

function OnePart({ part, form, fresh }: { part: ProgramPart; form: Form; fresh: boolean }) {
  if (part === 'basics') return <BasicsPart form={form} fresh={fresh} />;
  const Part = OTHERS[part];
  return <Part form={form} />;
}

function BasicsPart({ form, fresh }: { form: Form; fresh: boolean }) {
  const { t } = useTranslation('loyalty');
  return (
    <Part title={t('form.basics')} hint={t('form.basicsHint')}>
      <Fields>
        <TextInput
          label={t('form.name')}
          description={t('form.nameHint')}
          autoFocus={fresh}
          {...form.getInputProps('name')}
        />
      </Fields>
      <Fields>
        <TextInput
          label={t('form.currency')}
          description={fresh ? t('form.currencyHint') : undefined}
          disabled={!fresh}
          maxLength={3}
          {...form.getInputProps('currency')}
        />
        <TextInput
          label={t('form.zone')}
          description={fresh ? t('form.zoneHint') : undefined}
          disabled={!fresh}
          {...form.getInputProps('zone')}
        />
      </Fields>
    </Part>
  );
}
