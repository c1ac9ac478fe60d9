import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { CatalogueField, Language, LeafType } from '../leaf.ts';
import { OPS } from '../contract.values.ts';
import { compared, quote } from '../phrases.ts';
import { cellName } from '../rfm/cells.ts';
import { RFM_MEASURES } from '../rfm/contract.ts';
import type { RfmLeaf, RfmMeasure } from '../rfm/contract.ts';
import { contactRfm, rfmState } from '../rfm/schema.ts';
import { decimal, ofNumber } from './purchase.compare.ts';
import { list } from './rows.ts';

/**
 * The scores of recency, frequency and money, or their cell, as they were computed last: somebody's place among all others changes
 * with the others, so that it is kept and told of, never worked out within a rule.
 */
export const rfmType: LeafType<RfmLeaf> = {
  type: 'rfm',
  compile: (leaf, env) => {
    const source = env.source({ key: 'rfm', from: sql`${contactRfm} f`, where: [] });
    const column = (name: string): SQL => source.agg(`max(f.${name})`, []);
    return {
      value: sql`(${condition(leaf, column)}) is true`,
      until: () => null,
      needs: [source.key],
      actual: () => ({
        kind: leaf.measure === 'cell' ? 'text' : 'number',
        sql: column(leaf.measure),
      }),
    };
  },
  dependencies: () => [{ kind: 'rfm', key: '*' }],
  futureFacts: null,
  words: rfmWords,
  // The moment of the fact is when the scores were computed.
  facts: (_leaf, env, contactId) =>
    env
      .source({
        key: 'rfm with its moment',
        from: sql`(select r.*, s.computed_at as occurred_at from ${contactRfm} r, ${rfmState} s where s.computed_at is not null) f`,
        where: [],
      })
      .newest(
        contactId,
        [],
        sql`'rfm' as kind, f.cell as what, jsonb_build_object('recency', f.recency, 'frequency', f.frequency,
          'money', f.money, 'orders', f.orders, 'lastAt', f.last_at) as value, f.revenue::text as amount,
          ${env.baseCurrency}::text as currency`,
      ),
  fields: rfmFields,
};

function condition(leaf: RfmLeaf, column: (name: string) => SQL): SQL {
  if (leaf.measure !== 'cell') return ofNumber(leaf, decimal).test(column(leaf.measure));
  const cell = column('cell');
  return leaf.op === 'in'
    ? sql`${cell} = any(${list(leaf.value)})`
    : sql`${cell} <> all(${list(leaf.value)})`;
}

const LABELS: Readonly<Record<RfmMeasure, Record<Language, string>>> = {
  recency: { en: 'RFM: recency', ru: 'RFM: давность' },
  frequency: { en: 'RFM: frequency', ru: 'RFM: частота' },
  money: { en: 'RFM: money', ru: 'RFM: деньги' },
};

const SUBJECTS: Readonly<Record<RfmMeasure, Record<Language, string>>> = {
  recency: { en: 'the score of recency', ru: 'оценка давности' },
  frequency: { en: 'the score of frequency', ru: 'оценка частоты' },
  money: { en: 'the score of money', ru: 'оценка суммы' },
};

/** "the score of recency is at least 4", "is in the RFM cell “Champions”". */
function rfmWords(leaf: RfmLeaf, language: Language): string {
  if (leaf.measure !== 'cell')
    return `${SUBJECTS[leaf.measure][language]} ${compared(leaf, language, (value) => quote(value, language))}`;
  const named = leaf.value.map((cell) => quote(cellName(cell, language), language)).join(', ');
  if (language === 'ru') return `RFM-группа ${leaf.op === 'in' ? '— одна из' : '— ни одна из'} ${named}`;
  return `the RFM cell is ${leaf.op === 'in' ? 'one of' : 'none of'} ${named}`;
}

function rfmFields(): CatalogueField[] {
  return [
    ...RFM_MEASURES.map((measure) => ({
      leaf: 'rfm',
      field: measure,
      kind: 'score',
      ops: [...OPS.equality, ...OPS.order, 'between'],
      label: LABELS[measure],
    })),
    {
      leaf: 'rfm',
      field: 'cell',
      kind: 'rfmCell',
      ops: [...OPS.membership],
      label: { en: 'RFM: cell', ru: 'RFM: группа' },
    },
  ];
}
