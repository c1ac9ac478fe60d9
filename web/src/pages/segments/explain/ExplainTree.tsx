import { Badge, Text } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ExplainNode } from '../../../api/segments.ts';
import { language } from '../../../i18n/index.ts';
import { DateTime } from '../../../ui/format.tsx';
import { AnchorLink } from '../../../ui/links.tsx';
import { useActualText } from './actual.ts';
import classes from './explain.module.css';
import { Facts } from './Facts.tsx';

type Mode = 'all' | 'any' | 'none';

/** A `not` over `any` reads as one group, as the builder shows it. */
function groupOf(node: ExplainNode): { mode: Mode; children: ExplainNode[] } | undefined {
  if (node.type === 'all' || node.type === 'any') return { mode: node.type, children: node.children };
  const [only] = node.children;
  if (node.type !== 'not' || only === undefined) return undefined;
  return { mode: 'none', children: only.type === 'any' ? only.children : [only] };
}

/** Those children of a group that make it what it is: a single "no" decides an "all" that fails. */
function decides(mode: Mode, groupValue: boolean, child: boolean): boolean {
  if (mode === 'all') return groupValue || !child;
  if (mode === 'any') return groupValue ? child : true;
  return groupValue || child;
}

export function ExplainTree({ root, today }: { root: ExplainNode; today: boolean }) {
  return (
    <ul className={classes['tree']}>
      <Node node={root} decisive today={today} />
    </ul>
  );
}

function Node(props: {
  node: ExplainNode;
  decisive: boolean;
  /** A past moment is asked about with what is known today: what came later is among it. */
  today: boolean;
  /** Some beside it do not decide: only then it says something. */
  marked?: boolean;
  inverted?: boolean;
  /** Below a "none", what does not hold is as wished. */
  against?: boolean;
}) {
  const { t } = useTranslation('segments');
  const { node, decisive, today } = props;
  const group = groupOf(node);
  const deciding = (child: ExplainNode): boolean =>
    group === undefined || decides(group.mode, node.value, child.value);
  const below = group?.children ?? node.children;
  const mixed = decisive && below.some((child) => !deciding(child));
  const met = group?.children.filter(({ value }) => value).length ?? 0;
  return (
    <li className={classes['node']} data-decisive={decisive}>
      <div className={classes['line']}>
        <span className={classes['mark']} data-good={node.value !== (props.against === true)}>
          {node.value ? <IconCheck size={16} aria-hidden="true" /> : <IconX size={16} aria-hidden="true" />}
          <span className="otk-hidden">{node.value ? t('explain.yes') : t('explain.no')}</span>
        </span>
        <div className={classes['body']}>
          {group === undefined ? (
            <Leaf node={node} today={today} />
          ) : (
            <Text size="sm" fw={600}>
              {t(`builder.${group.mode}`)}{' '}
              <Text span size="sm" c="dimmed" fw={400}>
                {t('explain.met', { met, of: group.children.length })}
              </Text>
            </Text>
          )}
          {props.inverted === true && (
            <Text size="xs" c="dimmed">
              {node.value ? t('explain.mustNotButIs') : t('explain.mustNotAndIsNot')}
            </Text>
          )}
        </div>
        {decisive && props.marked === true && (
          <Badge color={node.value ? 'pine' : 'gray'} size="sm">
            {t('explain.decides')}
          </Badge>
        )}
      </div>
      {below.length > 0 && (
        <ul className={classes['tree']}>
          {below.map((child) => (
            <Node
              key={child.path}
              node={child}
              today={today}
              decisive={decisive && deciding(child)}
              marked={mixed}
              inverted={group?.mode === 'none'}
              against={(props.against === true) !== (group?.mode === 'none')}
            />
          ))}
        </ul>
      )}
    </li>
  );
}

/** What was asked, in words; the figure found; what changes it by itself; the facts. */
function Leaf({ node, today }: { node: ExplainNode; today: boolean }) {
  const { t } = useTranslation('segments');
  const actualText = useActualText();
  const actual = actualText(node);
  return (
    <>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {node.words[language()]}
      </Text>
      {actual !== undefined && (
        <Text size="sm" c="dimmed">
          {t('explain.actual')}{' '}
          <Text span size="sm" fw={650} c="var(--mantine-color-text)">
            {actual}
          </Text>
        </Text>
      )}
      {node.segment !== null && (
        <AnchorLink to="/segments/$id" params={{ id: node.segment.id }} size="sm">
          {node.segment.name}
        </AnchorLink>
      )}
      {node.validUntil !== null && (
        <Text size="xs" c="dimmed">
          {t(today ? 'explain.today.changesAt' : 'explain.changesAt')} <DateTime at={node.validUntil} />
        </Text>
      )}
      <Facts facts={node.facts} />
    </>
  );
}
