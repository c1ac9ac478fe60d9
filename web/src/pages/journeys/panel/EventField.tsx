import { Autocomplete, Button, Select, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useBoard } from '../canvas/board.ts';
import { EVENTS } from '../../segments/rule/known.ts';
import type { LeafDraft } from '../../segments/rule/model.ts';
import { addTest, mayAddTest } from '../../segments/rule/properties.ts';
import { PropertyTests } from '../../segments/rule/PropertyTests.tsx';
import type { Happening, NodeOf } from '../model/definition.ts';
import { titleOf } from '../model/words.ts';
import { SumField } from './fields.tsx';
import classes from './panel.module.css';

type Where = Extract<Happening, { type: 'event' }>['where'];
type Named = { name: string; where: Where };

/** An event by its name, and what its properties must say. */
export function EventField(props: {
  value: Named;
  error: string | undefined;
  onChange: (value: Named) => void;
}) {
  const { t } = useTranslation(['journeys', 'segments']);
  const { value, onChange } = props;
  const leaf: LeafDraft = { type: 'event', ...(value.where.length === 0 ? {} : { where: value.where }) };
  const put = ({ where }: LeafDraft): void =>
    // What is half written is checked by the server, with everything else.
    onChange({ ...value, where: (where ?? []) as Where });
  return (
    <Stack gap="xs">
      <Autocomplete
        label={t('journeys:form.event')}
        description={t('journeys:form.eventHint')}
        data={[...EVENTS]}
        maxLength={200}
        value={value.name}
        error={props.error}
        onChange={(name) => onChange({ ...value, name })}
      />
      {value.where.length > 0 && (
        <div>
          <Text size="sm" fw={550} mb={4}>
            {t('journeys:form.where')}
          </Text>
          <div className={classes['tests']}>
            <PropertyTests leaf={leaf} onChange={put} errorAt={() => undefined} />
          </div>
        </div>
      )}
      <Button
        size="xs"
        variant="subtle"
        style={{ alignSelf: 'flex-start' }}
        disabled={!mayAddTest(leaf)}
        onClick={() => put(addTest(leaf))}
      >
        {t('journeys:form.addProperty')}
      </Button>
    </Stack>
  );
}

/** Messages of this journey, to choose one. */
export function MessageSelect(props: {
  value: string | null;
  error: string | undefined;
  onChange: (id: string) => void;
}) {
  const { t } = useTranslation('journeys');
  const { definition } = useBoard();
  const messages = definition.nodes.filter((node): node is NodeOf<'message'> => node.type === 'message');
  return (
    <Select
      label={t('form.message')}
      allowDeselect={false}
      data={messages.map((node) => ({ value: node.id, label: titleOf(node, t) }))}
      value={messages.some(({ id }) => id === props.value) ? props.value : null}
      error={props.error}
      onChange={(id) => id !== null && props.onChange(id)}
    />
  );
}

const TYPES = ['order', 'response', 'event'] as const;
const DIDS = ['opened', 'clicked', 'bought'] as const;

/** Something to wait for, or that ends the journey well. */
export function HappeningField(props: {
  label: string;
  value: Happening;
  errorAt: (field: string) => string | undefined;
  onChange: (value: Happening) => void;
}) {
  const { t } = useTranslation('journeys');
  const { definition } = useBoard();
  const { value, onChange, errorAt } = props;
  const [first] = definition.nodes.filter(({ type }) => type === 'message');
  const fresh: Record<(typeof TYPES)[number], Happening | undefined> = {
    order: { type: 'order', minTotalMinor: 0 },
    response: first === undefined ? undefined : { type: 'response', node: first.id, did: 'clicked' },
    event: { type: 'event', name: '', where: [] },
  };
  return (
    <>
      <Select
        label={props.label}
        allowDeselect={false}
        data={TYPES.map((type) => ({
          value: type,
          label: t(`form.happenings.${type}`),
          disabled: fresh[type] === undefined,
        }))}
        value={value.type}
        onChange={(next) => {
          const made = TYPES.find((one) => one === next);
          const one = made === undefined || made === value.type ? undefined : fresh[made];
          if (one !== undefined) onChange(one);
        }}
      />
      {value.type === 'order' && (
        <SumField
          label={t('form.minTotal')}
          minor={value.minTotalMinor}
          onChange={(minTotalMinor) => onChange({ ...value, minTotalMinor })}
        />
      )}
      {value.type === 'response' && (
        <>
          <MessageSelect
            value={value.node}
            error={errorAt('node')}
            onChange={(node) => onChange({ ...value, node })}
          />
          <Select
            label={t('form.did')}
            allowDeselect={false}
            data={DIDS.map((did) => ({ value: did, label: t(`form.dids.${did}`) }))}
            value={value.did}
            onChange={(did) => onChange({ ...value, did: DIDS.find((one) => one === did) ?? value.did })}
          />
        </>
      )}
      {value.type === 'event' && (
        <EventField
          value={value}
          error={errorAt('name')}
          onChange={(next) => onChange({ type: 'event', ...next })}
        />
      )}
    </>
  );
}
