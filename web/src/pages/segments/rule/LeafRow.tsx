import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CatalogueField } from '../../../api/segments.ts';
import type texts from '../../../i18n/en/segments.ts';
import { AttributeLeaf } from './AttributeLeaf.tsx';
import { BehaviourLeaf } from './BehaviourLeaf.tsx';
import classes from './builder.module.css';
import { CatalogueLeaf } from './CatalogueLeaf.tsx';
import { ConsentLeaf } from './ConsentLeaf.tsx';
import { useEditing } from './editing.ts';
import { EventLeaf } from './EventLeaf.tsx';
import { freshLeaf, offeredKinds } from './fresh.ts';
import { MessageLeaf } from './MessageLeaf.tsx';
import type { LeafDraft, LeafNode } from './model.ts';
import { NodeMenu, useNodeKeys } from './NodeMenu.tsx';
import { PurchaseLeaf } from './PurchaseLeaf.tsx';
import { SegmentLeaf } from './SegmentLeaf.tsx';
import { WantedLeaf } from './WantedLeaf.tsx';
import { FitSelect } from './FitSelect.tsx';

export type LeafProps = {
  leaf: LeafDraft;
  onChange: (leaf: LeafDraft) => void;
  errorAt: (path: string) => string | undefined;
};

const FORMS: Readonly<Record<string, (props: LeafProps) => React.ReactNode>> = {
  attribute: AttributeLeaf,
  purchase: PurchaseLeaf,
  behaviour: BehaviourLeaf,
  event: EventLeaf,
  wanted: WantedLeaf,
  message: MessageLeaf,
  consent: ConsentLeaf,
  segment: SegmentLeaf,
};

type KnownKind = keyof typeof texts.builder.kinds;

/** What a kind of condition is called; one of a module this console does not know keeps its own name. */
function useKindWord(): (kind: string) => string {
  const { t, i18n } = useTranslation('segments');
  return (kind) =>
    /^\w+$/.test(kind) && i18n.exists(`builder.kinds.${kind}`, { ns: 'segments' })
      ? t(`builder.kinds.${kind as KnownKind}`)
      : kind;
}

/** One condition: what it is about, then its own fields; problems stand right under it. */
export function LeafRow({ node }: { node: LeafNode }) {
  const { t } = useTranslation('segments');
  const { change, fields, errorAt, errorsOf, warningsOf, unfinished } = useEditing();
  const kindWord = useKindWord();
  const onKeys = useNodeKeys(node.id);
  const { leaf } = node;
  const Form = FORMS[leaf.type] ?? CatalogueLeaf;
  const props: LeafProps = {
    leaf,
    onChange: (next) => change(node.id, { ...node, leaf: next }),
    errorAt: (path) => errorAt(node.id, path),
  };
  const problems = errorsOf(node.id);
  return (
    <div
      className={classes['leaf']}
      data-wrong={problems.length > 0}
      data-lacking={unfinished(node.id)}
      data-node={node.id}
      role="group"
      aria-label={t('builder.condition', { kind: kindWord(leaf.type) })}
      onKeyDownCapture={onKeys}
    >
      <div className={classes['fields']}>
        <FitSelect
          least={140}
          aria-label={t('builder.kind')}
          allowDeselect={false}
          data={kindsFor(fields, leaf.type).map((value) => ({ value, label: kindWord(value) }))}
          value={leaf.type}
          onChange={(type) => type !== null && type !== leaf.type && props.onChange(freshLeaf(type, fields))}
        />
        <Form {...props} />
      </div>
      <NodeMenu id={node.id} label={t('builder.conditionMenu')} remove={t('builder.removeCondition')} />
      {unfinished(node.id) && (
        <Text size="sm" className={classes['warning'] ?? ''}>
          {t('builder.lacksValue')}
        </Text>
      )}
      {problems.map((problem) => (
        <Text key={problem} size="sm" c="red" className={classes['problem'] ?? ''} role="alert">
          {problem}
        </Text>
      ))}
      {warningsOf(node.id).map((warning) => (
        <Text key={warning} size="sm" className={classes['warning'] ?? ''}>
          {warning}
        </Text>
      ))}
    </div>
  );
}

function kindsFor(fields: readonly CatalogueField[], own: string): string[] {
  const offered = offeredKinds(fields);
  return offered.includes(own) ? offered : [...offered, own];
}
