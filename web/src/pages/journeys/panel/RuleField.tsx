import { Alert, Button, Modal, Stack, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconListCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CatalogueField } from '../../../api/segments.ts';
import { segments } from '../../../api/segments.ts';
import { language } from '../../../i18n/index.ts';
import { Loaded } from '../../../ui/states.tsx';
import { freshAttribute } from '../../segments/rule/fresh.ts';
import { useRuleHistory } from '../../segments/rule/history.ts';
import { fromRule, newGroup, newLeaf, toRule, unfinished } from '../../segments/rule/model.ts';
import { RuleBuilder } from '../../segments/rule/RuleBuilder.tsx';
import type { Condition } from '../model/definition.ts';

type Rule = Extract<Condition, { type: 'rule' }>['rule'];

/** A rule about the contact: said in words, written in the builder of segments with who fits beside it. */
export function RuleField(props: {
  value: Rule;
  error: string | undefined;
  disabled: boolean;
  /** With the rule in words, to call what it decides by. */
  onChange: (rule: Rule, words: string) => void;
}) {
  const { t } = useTranslation('journeys');
  const [open, setOpen] = useState(false);
  const phone = useMediaQuery('(max-width: 48em)');
  const { value } = props;
  const preview = useQuery({ ...segments.preview(value, undefined), enabled: value !== null });
  return (
    <Stack gap={6}>
      <Text size="sm" {...(value === null ? { c: 'dimmed' } : {})} style={{ overflowWrap: 'anywhere' }}>
        {value === null ? t('form.ruleNone') : (preview.data?.words[language()] ?? '…')}
      </Text>
      {props.error !== undefined && (
        <Text size="xs" c="var(--mantine-color-error)">
          {props.error}
        </Text>
      )}
      {!props.disabled && (
        <Button
          size="xs"
          variant="light"
          leftSection={<IconListCheck size={15} />}
          style={{ alignSelf: 'flex-start' }}
          onClick={() => setOpen(true)}
        >
          {t(value === null ? 'form.writeRule' : 'form.changeRule')}
        </Button>
      )}
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={t('form.ruleTitle')}
        size={1180}
        fullScreen={phone ?? false}
        closeOnClickOutside={false}
      >
        {open && (
          <Writing
            value={value}
            onTake={(rule, words) => {
              props.onChange(rule, words);
              setOpen(false);
            }}
          />
        )}
      </Modal>
    </Stack>
  );
}

type Taking = { value: Rule; onTake: (rule: Rule, words: string) => void };

function Writing(props: Taking) {
  return (
    <Loaded query={useQuery(segments.catalogue)}>{(fields) => <Builder fields={fields} {...props} />}</Loaded>
  );
}

function Builder({ fields, value, onTake }: Taking & { fields: readonly CatalogueField[] }) {
  const { t } = useTranslation(['journeys', 'segments']);
  const history = useRuleHistory(() =>
    value === null ? newGroup([newLeaf(freshAttribute(fields))]) : fromRule(value),
  );
  const lacking = unfinished(history.root).length;
  const { rule } = toRule(history.root);
  const preview = useQuery({ ...segments.preview(rule, undefined), enabled: lacking === 0 });
  const words = preview.data?.words[language()];
  return (
    <RuleBuilder history={history} fields={fields} problem={undefined}>
      <Button
        fullWidth
        disabled={lacking > 0 || words === undefined}
        // The builder writes what the API reads; the preview has just read it.
        onClick={() => onTake(rule as Rule, words ?? '')}
      >
        {t('journeys:form.ruleTake')}
      </Button>
      {lacking > 0 && (
        <Alert mt="xs" p="xs" color="gold">
          {t('segments:builder.lacking', { count: lacking })}
        </Alert>
      )}
    </RuleBuilder>
  );
}
