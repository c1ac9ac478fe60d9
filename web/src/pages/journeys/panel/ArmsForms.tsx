import { ActionIcon, Button, Group, Paper, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { locale } from '../../../i18n/index.ts';
import { percentText } from '../../../lib/format.ts';
import type { Arm, Condition, NodeOf } from '../model/definition.ts';
import { evenShares, MAX_ARMS, newArm, newNodeId } from '../model/definition.ts';
import { MessageSelect } from './EventField.tsx';
import { WholeField } from './fields.tsx';
import type { StepForm } from './Forms.tsx';
import { useErrorAt } from './problems.ts';
import { RuleField } from './RuleField.tsx';

const MAX_NAME = 120;
const BY = ['rule', 'message'] as const;
const DIDS = ['opened', 'clicked', 'bought', 'sent', 'failed'] as const;

const swapped = <T,>(rows: readonly T[], index: number, by: number): T[] => {
  const next = [...rows];
  const [taken] = next.splice(index, 1);
  if (taken !== undefined) next.splice(index + by, 0, taken);
  return next;
};

export function BranchForm({ node, onChange, disabled }: StepForm<'branch'>) {
  const { t } = useTranslation('journeys');
  const { arms } = node;
  const put = (next: Arm[]) => onChange({ ...node, arms: next });
  return (
    <Stack gap="sm">
      <div>
        <Text size="sm" fw={600}>
          {t('form.arms')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('form.armsHint')}
        </Text>
      </div>
      {arms.map((arm, index) => (
        <Paper key={arm.id} p="sm" role="group" aria-label={t('form.arm', { number: index + 1 })}>
          <Group justify="space-between" mb={4} wrap="nowrap">
            <Text size="sm" fw={600}>
              {t('form.arm', { number: index + 1 })}
            </Text>
            {!disabled && arms.length > 1 && (
              <Group gap={2} wrap="nowrap">
                <Small
                  label={t('form.armUp')}
                  disabled={index === 0}
                  onClick={() => put(swapped(arms, index, -1))}
                >
                  <IconArrowUp size={15} />
                </Small>
                <Small
                  label={t('form.armDown')}
                  disabled={index === arms.length - 1}
                  onClick={() => put(swapped(arms, index, 1))}
                >
                  <IconArrowDown size={15} />
                </Small>
                <Small
                  label={t('form.removeArm')}
                  onClick={() => put(arms.filter(({ id }) => id !== arm.id))}
                >
                  <IconX size={15} />
                </Small>
              </Group>
            )}
          </Group>
          <ArmFields
            nodeId={node.id}
            index={index}
            arm={arm}
            disabled={disabled}
            onChange={(next) => put(arms.map((one) => (one.id === arm.id ? next : one)))}
          />
        </Paper>
      ))}
      {!disabled && arms.length < MAX_ARMS && (
        <Button
          size="xs"
          variant="light"
          leftSection={<IconPlus size={15} />}
          style={{ alignSelf: 'flex-start' }}
          onClick={() => put([...arms, newArm(newNodeId('arm'))])}
        >
          {t('form.addArm')}
        </Button>
      )}
    </Stack>
  );
}

function Small(props: { label: string; disabled?: boolean; onClick: () => void; children: React.ReactNode }) {
  return (
    <ActionIcon
      size="sm"
      variant="subtle"
      color="gray"
      aria-label={props.label}
      title={props.label}
      disabled={props.disabled ?? false}
      onClick={props.onClick}
    >
      {props.children}
    </ActionIcon>
  );
}

function ArmFields(props: {
  nodeId: string;
  index: number;
  arm: Arm;
  disabled: boolean;
  onChange: (arm: Arm) => void;
}) {
  const { t } = useTranslation('journeys');
  const errorAt = useErrorAt(props.nodeId);
  const { arm, onChange } = props;
  const { when } = arm;
  const at = `arms.${props.index}.when`;
  const set = (next: Condition) => onChange({ ...arm, when: next });
  return (
    <Stack gap="xs">
      <Select
        label={t('form.armBy')}
        allowDeselect={false}
        data={BY.map((type) => ({ value: type, label: t(`form.by.${type}`) }))}
        value={when.type}
        onChange={(next) => {
          if (next === 'rule' && when.type !== 'rule') set({ type: 'rule', rule: null });
          if (next === 'message' && when.type !== 'message')
            set({ type: 'message', node: null, did: 'opened' });
        }}
      />
      {when.type === 'rule' ? (
        <RuleField
          value={when.rule}
          error={errorAt(`${at}.rule`)}
          disabled={props.disabled}
          onChange={(rule, words) =>
            onChange({
              ...arm,
              name: arm.name.trim() || words.slice(0, MAX_NAME),
              when: { type: 'rule', rule },
            })
          }
        />
      ) : (
        <>
          <MessageSelect
            value={when.node}
            error={errorAt(`${at}.node`)}
            onChange={(id) => set({ ...when, node: id })}
          />
          <Select
            label={t('form.did')}
            allowDeselect={false}
            data={DIDS.map((did) => ({ value: did, label: t(`form.dids.${did}`) }))}
            value={when.did}
            onChange={(did) => set({ ...when, did: DIDS.find((one) => one === did) ?? when.did })}
          />
          <WholeField
            label={t('form.withinHours')}
            description={t('form.withinHint')}
            value={when.withinHours}
            min={1}
            max={8_760}
            onChange={(withinHours) => set({ ...when, withinHours })}
            onClear={() => set({ type: 'message', node: when.node, did: when.did })}
          />
        </>
      )}
      <TextInput
        label={t('form.armName')}
        maxLength={MAX_NAME}
        value={arm.name}
        onChange={(event) => onChange({ ...arm, name: event.currentTarget.value })}
      />
    </Stack>
  );
}

type Share = NodeOf<'split'>['arms'][number];

const LETTERS = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J'];

const nextName = (arms: readonly Share[]): string =>
  LETTERS.find((letter) => arms.every(({ name }) => name !== letter)) ?? '';

export function SplitForm({ node, onChange, disabled }: StepForm<'split'>) {
  const { t } = useTranslation('journeys');
  const { arms } = node;
  const put = (next: Share[]) => onChange({ ...node, arms: next });
  const sum = arms.reduce((all, { percent }) => all + percent, 0);
  const whole = Math.abs(sum - 100) <= 0.1;
  return (
    <Stack gap="sm">
      <div>
        <Text size="sm" fw={600}>
          {t('form.shares')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('form.sharesHint')}
        </Text>
      </div>
      {arms.map((arm, index) => {
        const change = (next: Share) => put(arms.map((one) => (one.id === arm.id ? next : one)));
        return (
          <Group key={arm.id} gap="xs" align="flex-end" wrap="nowrap">
            <TextInput
              label={t('form.armName')}
              flex={1}
              maxLength={MAX_NAME}
              value={arm.name}
              onChange={(event) => change({ ...arm, name: event.currentTarget.value })}
            />
            <div style={{ width: 110 }}>
              <WholeField
                label={t('form.share', { name: arm.name || index + 1 })}
                value={arm.percent}
                min={0}
                max={100}
                decimals={2}
                onChange={(percent) => change({ ...arm, percent })}
              />
            </div>
            <ActionIcon
              size={36}
              variant="subtle"
              color="gray"
              aria-label={t('form.removeArm')}
              disabled={disabled || arms.length <= 2}
              onClick={() => put(evenShares(arms.filter(({ id }) => id !== arm.id)))}
            >
              <IconX size={16} />
            </ActionIcon>
          </Group>
        );
      })}
      {!whole && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {t('form.sum', { sum: percentText(Math.round(sum * 100) / 100, locale()) })}
        </Text>
      )}
      {!disabled && (
        <Group gap="xs">
          <Button
            size="xs"
            variant="light"
            disabled={arms.length >= MAX_ARMS}
            onClick={() =>
              put(evenShares([...arms, { id: newNodeId('arm'), name: nextName(arms), percent: 0 }]))
            }
          >
            {t('form.addArm')}
          </Button>
          <Button size="xs" variant="subtle" onClick={() => put(evenShares(arms))}>
            {t('form.even')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
