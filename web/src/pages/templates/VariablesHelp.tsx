import { Accordion, Code, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Variables } from '../../api/templates.ts';
import { templates } from '../../api/templates.ts';
import { Loaded } from '../../ui/states.tsx';
import classes from './templates.module.css';

type Insert = (snippet: string, block: boolean) => void;
const LISTED = new Set([
  'default',
  'money',
  'date',
  'plural',
  'points',
  'tierProgress',
  'couponCard',
  'products',
]);

/** The helpers and names a text may use, put in by a click; asked for when somebody looks. `onInsert` null: nothing may be changed. */
export function VariablesHelp({ onInsert }: { onInsert: Insert | null }) {
  const { t } = useTranslation('templates');
  return (
    <Accordion variant="contained">
      <Accordion.Item value="variables">
        <Accordion.Control>{t('variables')}</Accordion.Control>
        <Accordion.Panel>
          <Loaded query={useQuery(templates.variables)}>
            {(known) => <Known {...known} onInsert={onInsert} />}
          </Loaded>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

function Known({ items, helpers, onInsert }: Variables & { onInsert: Insert | null }) {
  const { t } = useTranslation('templates');
  return (
    <Stack gap="md">
      {onInsert !== null && (
        <Text size="sm" c="dimmed">
          {t('insertHint')}
        </Text>
      )}
      <Stack gap={2}>
        {helpers
          .filter(({ name }) => LISTED.has(name))
          .map(({ name, example, shows, block }) => (
            <Row key={name} onPress={onInsert === null ? null : () => onInsert(example, block)}>
              <Text size="sm" fw={550}>
                {t(`helpers.${name}` as 'helpers.money')}
              </Text>
              <Code className={classes['snippet'] ?? ''}>{example}</Code>
              <Text size="sm" c="dimmed">
                → {shows}
              </Text>
            </Row>
          ))}
      </Stack>
      <Stack gap={2}>
        <Text size="sm" fw={550}>
          {t('names')}
        </Text>
        {items.map(({ name, kind, mayBeEmpty }) => {
          const snippet = snippetOf(name, kind, mayBeEmpty);
          return (
            <Row
              key={name}
              onPress={onInsert === null || snippet === null ? null : () => onInsert(snippet, false)}
            >
              <Group gap="xs">
                <Code>{`{{${name}}}`}</Code>
                <Text size="sm" c="dimmed">
                  {mayBeEmpty && t('mayBeEmpty')}
                </Text>
              </Group>
            </Row>
          );
        })}
      </Stack>
    </Stack>
  );
}

/** How a name is put in so that it can be saved; null: it stands for no single value, or belongs into a loop. */
function snippetOf(name: string, kind: string, mayBeEmpty: boolean): string | null {
  if (kind === 'list') return `{{#each ${name}}}{{name}}{{/each}}`;
  if (name.includes('[]') || name.includes('*')) return null;
  return mayBeEmpty ? `{{#if ${name}}}{{${name}}}{{/if}}` : `{{${name}}}`;
}

function Row({ onPress, children }: { onPress: (() => void) | null; children: React.ReactNode }) {
  if (onPress === null) return <div className={classes['row']}>{children}</div>;
  return (
    <UnstyledButton className={classes['row'] ?? ''} data-press onClick={onPress}>
      {children}
    </UnstyledButton>
  );
}
