import { ActionIcon, JsonInput, Select, Text, Tooltip } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { AttributeLeaf } from './AttributeLeaf.tsx';
import { BehaviourLeaf } from './BehaviourLeaf.tsx';
import classes from './builder.module.css';
import { useEditing } from './editing.ts';
import { EventLeaf } from './EventLeaf.tsx';
import { freshLeaf } from './fresh.ts';
import type { LeafDraft, LeafNode } from './model.ts';
import { PurchaseLeaf } from './PurchaseLeaf.tsx';

export type LeafProps = {
  leaf: LeafDraft;
  onChange: (leaf: LeafDraft) => void;
  errorAt: (path: string) => string | undefined;
};

const KINDS = ['attribute', 'purchase', 'behaviour', 'event', 'segment'] as const;

/** One condition: what it is about, then its own fields; problems stand right under it. */
export function LeafRow({ node }: { node: LeafNode }) {
  const { t } = useTranslation('segments');
  const { change, fields, errorAt, errorsOf } = useEditing();
  const { leaf } = node;
  const known = KINDS.find((kind) => kind === leaf.type);
  const props: LeafProps = {
    leaf,
    onChange: (next) => change(node.id, { ...node, leaf: next }),
    errorAt: (path) => errorAt(node.id, path),
  };
  const problems = errorsOf(node.id);
  return (
    <div className={classes['leaf']} data-wrong={problems.length > 0}>
      <div className={classes['fields']}>
        <Select
          size="sm"
          w={130}
          aria-label={t('builder.kind')}
          allowDeselect={false}
          data={[
            ...KINDS.map((kind) => ({ value: kind as string, label: t(`builder.kinds.${kind}`) })),
            ...(known === undefined ? [{ value: leaf.type, label: leaf.type }] : []),
          ]}
          value={leaf.type}
          onChange={(type) => type !== null && type !== leaf.type && props.onChange(freshLeaf(type, fields))}
        />
        {known === 'attribute' && <AttributeLeaf {...props} />}
        {known === 'purchase' && <PurchaseLeaf {...props} />}
        {known === 'behaviour' && <BehaviourLeaf {...props} />}
        {known === 'event' && <EventLeaf {...props} />}
        {known === 'segment' && <SegmentLeaf {...props} />}
        {known === undefined && <OtherLeaf {...props} />}
      </div>
      <Tooltip label={t('builder.removeCondition')}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t('builder.removeCondition')}
          onClick={() => change(node.id, undefined)}
        >
          <IconTrash size={16} />
        </ActionIcon>
      </Tooltip>
      {problems.map((problem) => (
        <Text key={problem} size="sm" c="red" className={classes['problem'] ?? ''} role="alert">
          {problem}
        </Text>
      ))}
    </div>
  );
}

function SegmentLeaf({ leaf, onChange, errorAt }: LeafProps) {
  const { t } = useTranslation('segments');
  const { segments } = useEditing();
  const segmentId = leaf['segmentId'];
  return (
    <>
      <Text size="sm">{t('builder.inSegment')}</Text>
      <Select
        size="sm"
        aria-label={t('builder.segment')}
        searchable
        flex={1}
        miw={200}
        data={[...segments]}
        value={typeof segmentId === 'string' ? segmentId : null}
        error={errorAt('segmentId') !== undefined}
        onChange={(next) =>
          onChange(next === null ? { type: 'segment' } : { type: 'segment', segmentId: next })
        }
      />
    </>
  );
}

/** A kind of condition the builder has no fields for: its own words, as the API takes them. */
function OtherLeaf({ leaf, onChange }: LeafProps) {
  const { t } = useTranslation('segments');
  return (
    <JsonInput
      aria-label={t('builder.json')}
      autosize
      formatOnBlur
      flex={1}
      miw={260}
      defaultValue={JSON.stringify(leaf, null, 2)}
      onChange={(text) => {
        try {
          const value = JSON.parse(text) as LeafDraft;
          if (typeof value.type === 'string') onChange(value);
        } catch {
          // not JSON yet: the last good one stays
        }
      }}
    />
  );
}
