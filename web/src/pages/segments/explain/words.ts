import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { segments } from '../../../api/segments.ts';
import type texts from '../../../i18n/en/segments.ts';
import { language } from '../../../i18n/index.ts';
import { useChoicesOf } from '../../../lib/fieldChoices.ts';
import { useOwners } from '../../../lib/owners.ts';

type Cell = keyof typeof texts.rfm.cells;
type Grade = keyof typeof texts.builder.grades;

/** An owner is told by an id. */
const ID = /^[\w-]{16,}$/;

/** What the API tells by keys, as people say it: fields, consents, cells, grades and people. */
export function useFactWords() {
  const { t, i18n } = useTranslation(['segments', 'contacts']);
  const { data: fields = [] } = useQuery(segments.catalogue);
  const choicesOf = useChoicesOf();
  const owners = useOwners();
  const has = (key: string, ns: 'segments' | 'contacts') => /^[\w.]+$/.test(key) && i18n.exists(key, { ns });
  const fieldWord = (key: string): string => {
    const own = key.replace(/^(attributes|traits)\./, '');
    const names = new Set([key, `attributes.${own}`, `traits.${own}`]);
    const found = fields.find(({ leaf, field }) => leaf === 'attribute' && names.has(field));
    return found?.label[language()] ?? own;
  };
  const cellWord = (cell: string): string =>
    has(`rfm.cells.${cell}`, 'segments') ? t(`segments:rfm.cells.${cell as Cell}`) : cell;
  const gradeWord = (grade: string): string =>
    has(`builder.grades.${grade}`, 'segments') ? t(`segments:builder.grades.${grade as Grade}`) : grade;
  return {
    fieldWord,
    cellWord,
    gradeWord,
    /** "email / marketing", as consents are told. */
    consentWord: (told: string): string => {
      const [channel = '', purpose = ''] = told.split(' / ');
      return t('segments:explain.consent', {
        purpose: has(`timeline.purpose.${purpose}`, 'contacts')
          ? t(`contacts:timeline.purpose.${purpose as 'marketing'}`)
          : purpose,
        channel: has(`timeline.channel.${channel}`, 'contacts')
          ? t(`contacts:timeline.channel.${channel as 'email'}`)
          : channel,
      });
    },
    /** The value of a field of a contact; `field` is its key, where that is known. */
    valueWord: (value: string, field?: string): string =>
      choicesOf(field ?? '')?.find((one) => one.value === value)?.label ??
      (ID.test(value) ? (owners.nameOf(value) ?? value) : value),
  };
}
