import { Alert, Button, Group, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RuleView } from '../../../api/earning.ts';
import { rules } from '../../../api/earning.ts';
import type { ProgramView } from '../../../api/loyalty.ts';
import { ApiError } from '../../../api/problem.ts';
import { useMe } from '../../../lib/me.ts';
import { useWrite } from '../../../ui/mutation.ts';
import classes from '../beside.module.css';
import { Backtest } from './Backtest.tsx';
import { Example } from './Example.tsx';
import type { Kind } from './form.ts';
import { ORDER_KINDS, showErrors, useRuleForm } from './form.ts';
import { LimitsPart, TermsPart } from './LimitsPart.tsx';
import { GoodsPart, WhatPart } from './WhatPart.tsx';
import { MultipliersPart, WhoPart } from './WhoPart.tsx';
import { definitionOf } from './write.ts';

type Props = {
  program: ProgramView;
  rule: RuleView | null;
  kind?: Kind;
  onSaved: (saved: RuleView) => void;
};

/** An earning rule, new or existing, with its sentence, an example and a try on past orders beside the fields. */
export function RuleForm({ program, rule, kind = 'amount', onSaved }: Props) {
  const { t } = useTranslation(['earning', 'common']);
  const { may } = useMe();
  const client = useQueryClient();
  const form = useRuleForm(rule, kind, program.currency);
  const [version, setVersion] = useState(rule?.version);
  const [conflict, setConflict] = useState(false);
  const currency = rule?.definition.currency ?? program.currency;
  const draft = definitionOf(form.values, currency, program.zone, rule?.definition);
  const ofOrders = ORDER_KINDS.includes(form.values.earns.type);
  const save = useWrite({
    run: async (launch: boolean) => {
      const saved =
        rule === null || version === undefined
          ? await rules.create(program.id, draft)
          : await rules.change(rule.id, version, draft);
      return launch ? rules.move(saved.id, saved.version, 'live') : saved;
    },
    touches: ['loyalty'],
    done: (saved) => t(saved.state === 'live' ? 'earning:savedLive' : 'earning:saved'),
    onDone: (saved) => {
      setConflict(false);
      setVersion(saved.version);
      onSaved(saved);
    },
    onProblem: (error) => {
      if (rule === null || !(error instanceof ApiError) || error.code !== 'rule_changed')
        return showErrors(form, error);
      void client
        .fetchQuery({ ...rules.one(rule.id), staleTime: 0 })
        .then((newer) => setVersion(newer.version));
      setConflict(true);
      return true;
    },
  });
  const writes = may('loyalty:write') && rule?.state !== 'ended';
  const waits = rule === null || rule.state === 'draft';
  return (
    <form onSubmit={form.onSubmit(() => save.mutate(waits))} noValidate>
      <fieldset disabled={!writes} style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
        <div className={classes['layout']}>
          <Stack gap="lg" miw={0}>
            {conflict && <Alert color="gold">{t('earning:changedMeanwhile')}</Alert>}
            <WhatPart form={form} currency={currency} launched={rule !== null && rule.launchedAt !== null} />
            <GoodsPart form={form} />
            <WhoPart form={form} programId={program.id} currency={currency} />
            <MultipliersPart form={form} programId={program.id} />
            <LimitsPart form={form} />
            <TermsPart form={form} />
          </Stack>
          <Stack gap="md" className={classes['aside'] ?? ''}>
            <Example program={program} draft={draft} ofOrders={ofOrders} />
            {writes && (
              <Group>
                <Button type="submit" loading={save.isPending}>
                  {t(waits ? 'earning:launch' : 'common:action.save')}
                </Button>
                {waits && (
                  <Button variant="default" disabled={save.isPending} onClick={() => save.mutate(false)}>
                    {t('earning:saveDraft')}
                  </Button>
                )}
              </Group>
            )}
            {writes && ofOrders && (
              <Backtest
                program={program}
                change={rule === null ? { definition: draft } : { ruleId: rule.id, definition: draft }}
                onProblem={(error) => showErrors(form, error)}
              />
            )}
          </Stack>
        </div>
      </fieldset>
    </form>
  );
}
