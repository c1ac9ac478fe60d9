import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '../../api/audit.ts';
import { useOwners } from '../../lib/owners.ts';
import { textOf } from '../../lib/textOf.ts';
import { None } from '../../ui/format.tsx';

/** Ids and sums that say nothing to a reader; the whole of what was written is in the title. */
const SILENT = new Set(['sha256', 'noteId', 'submissionId', 'sourceId', 'segmentId', 'templateId', 'teamId']);
const LISTS_OF_FIELDS = new Set(['keys', 'fields']);
const PEOPLE = new Set(['ownerId', 'assigneeId']);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

type Area = 'audit' | 'common' | 'contacts' | 'work';

const isBag = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** What a change was about, as "word: value" pairs in the reader's language. */
export function Details({ entry: { details, name } }: { entry: AuditEntry }) {
  const said = useSaid();
  if (!isBag(details)) return <None />;
  const text = Object.entries(details)
    // The name stands beside already.
    .filter(([key, value]) => !(key === 'name' && value === name))
    .flatMap(([key, value]) => said(key, value) ?? [])
    .join(' · ');
  if (text === '') return <None />;
  return (
    <Text
      size="sm"
      c="dimmed"
      lineClamp={2}
      title={JSON.stringify(details)}
      style={{ overflowWrap: 'anywhere' }}
    >
      {text}
    </Text>
  );
}

/** One detail in words; undefined for what says nothing. */
function useSaid(): (key: string, value: unknown) => string | undefined {
  const { t, i18n } = useTranslation(['audit', 'common', 'contacts', 'work']);
  const { nameOf } = useOwners();
  const wordOf = (ns: Area, path: string): string | undefined =>
    /^[\w.-]+$/.test(path) && i18n.exists(path, { ns }) ? t(`${ns}:${path}` as 'audit:title') : undefined;

  const keyWord = (key: string): string =>
    wordOf('audit', `detail.${key}`) ?? wordOf('contacts', `field.${key}`) ?? key;
  const fieldWord = (key: string): string => wordOf('contacts', `field.${key}`) ?? keyWord(key);

  const valueWord = (key: string, value: unknown): string | undefined => {
    if (isNothing(value)) return undefined;
    if (Array.isArray(value)) {
      if (LISTS_OF_FIELDS.has(key)) return value.map((one) => fieldWord(textOf(one))).join(', ');
      if (value.some((one) => isBag(one))) return t('audit:value.changed');
      const ids = value.filter((one) => typeof one === 'string' && UUID.test(one));
      return ids.length > 0 ? String(value.length) : value.map((one) => valueWord(key, one)).join(', ');
    }
    if (isBag(value)) {
      if (!('from' in value && 'to' in value)) return t('audit:value.changed');
      return `${valueWord(key, value['from']) ?? '—'} → ${valueWord(key, value['to']) ?? '—'}`;
    }
    const text = textOf(value);
    if (PEOPLE.has(key)) return nameOf(text);
    if (UUID.test(text)) return undefined;
    if (key === 'role' || key === 'visibility') return wordOf('common', `${key}.${text}`) ?? text;
    return wordOf('audit', `value.${text}`) ?? wordOf('work', `calls.outcomes.${text}`) ?? text;
  };

  return (key, value) => {
    if (SILENT.has(key)) return undefined;
    const word = valueWord(key, value);
    return word === undefined ? undefined : `${keyWord(key)}: ${word}`;
  };
}
