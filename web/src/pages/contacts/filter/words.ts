import { useTranslation } from 'react-i18next';
import type { ContactField, FilterCondition } from '../../../api/contacts.ts';
import { NO_VALUE, useOpWords } from '../../../conditions/ops.ts';
import type contacts from '../../../i18n/en/contacts.ts';
import { locale } from '../../../i18n/index.ts';
import { useChoicesOf } from '../../../lib/fieldChoices.ts';
import { dateText } from '../../../lib/format.ts';
import { textOf } from '../../../lib/textOf.ts';

/** How a condition reads: "Country is Germany". */
export function useFilterWords(fields: readonly ContactField[]) {
  const { t, i18n } = useTranslation(['contacts', 'conditions']);
  const opWord = useOpWords();
  const choicesOf = useChoicesOf();

  /** Our word for a known field, the API's label for a custom attribute. */
  const fieldWord = (field: ContactField): string =>
    i18n.exists(`field.${field.key}`, { ns: 'contacts' })
      ? t(`contacts:field.${field.key as keyof typeof contacts.field}`)
      : field.label;

  const valueWord = (field: ContactField | undefined, value: unknown): string => {
    if (Array.isArray(value)) return value.map((one) => valueWord(field, one)).join(', ');
    if (typeof value === 'boolean') return value ? t('conditions:yes') : t('conditions:no');
    if (field?.type === 'date' && typeof value === 'string') return dateText(value, locale());
    return choicesOf(field?.key ?? '')?.find((choice) => choice.value === value)?.label ?? textOf(value);
  };

  const phrase = ({ field: key, op, value }: FilterCondition): string => {
    const field = fields.find((one) => one.key === key);
    const kind = field?.type ?? 'text';
    const name = field === undefined ? key : fieldWord(field);
    if (NO_VALUE.has(op)) return `${name} ${opWord(op, kind)}`;
    const shown =
      op === 'between' && Array.isArray(value)
        ? value.map((one) => valueWord(field, one)).join(` ${t('conditions:and')} `)
        : valueWord(field, value);
    return `${name} ${opWord(op, kind)} ${shown}`;
  };

  return { fieldWord, phrase };
}
