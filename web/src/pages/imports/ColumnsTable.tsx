import { Select, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ImportKind } from '../../api/imports.ts';
import type { FirstRows } from './firstRows.ts';
import type { ColumnMap } from './mapping.ts';

/** Each column of the file with the field it feeds and what stands in it. */
export function ColumnsTable(props: {
  kind: ImportKind;
  head: FirstRows;
  map: ColumnMap;
  onChange: ((map: ColumnMap) => void) | undefined;
}) {
  const { t, i18n } = useTranslation(['imports', 'contacts']);
  const { kind, head, map, onChange } = props;
  const fieldWord = (name: string): string =>
    i18n.exists(`field.${name}`, { ns: 'contacts' }) ? t(`contacts:field.${name as 'email'}`) : name;
  const choices = (column: string) => [
    { value: '', label: t('imports:skip') },
    ...kind.fields.map(({ name, required }) => ({
      value: name,
      label: required ? `${fieldWord(name)} *` : fieldWord(name),
    })),
    ...(kind.kind === 'contacts'
      ? [{ value: `attributes.${column}`, label: t('imports:attribute', { name: column }) }]
      : []),
  ];
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('imports:column')}</Table.Th>
            {onChange !== undefined && <Table.Th>{t('imports:field')}</Table.Th>}
            <Table.Th>{t('imports:sample')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {head.columns.map((column, index) => (
            <Table.Tr key={column}>
              <Table.Td fw={550}>{column}</Table.Td>
              {onChange !== undefined && (
                <Table.Td w={260}>
                  <Select
                    size="xs"
                    aria-label={`${t('imports:field')}: ${column}`}
                    searchable
                    allowDeselect={false}
                    data={choices(column)}
                    value={map[column] ?? ''}
                    onChange={(field) => onChange({ ...map, [column]: field ?? '' })}
                  />
                </Table.Td>
              )}
              <Table.Td>
                <Text size="sm" c="dimmed" lineClamp={1}>
                  {head.rows.map((row) => row[index] ?? '').join(' · ')}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
