import { Accordion, Code, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { templates } from '../../api/templates.ts';
import { Loaded } from '../../ui/states.tsx';

/** The names a text may use, and its helpers; asked for when somebody looks. */
export function VariablesHelp() {
  const { t } = useTranslation('templates');
  return (
    <Accordion variant="contained">
      <Accordion.Item value="variables">
        <Accordion.Control>{t('variables')}</Accordion.Control>
        <Accordion.Panel>
          <Variables />
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

function Variables() {
  const { t } = useTranslation('templates');
  return (
    <Loaded query={useQuery(templates.variables)}>
      {({ items, helpers }) => (
        <Stack gap={4}>
          {items.map(({ name, mayBeEmpty }) => (
            <Text size="sm" key={name}>
              <Code>{`{{${name}}}`}</Code> {mayBeEmpty && t('mayBeEmpty')}
            </Text>
          ))}
          {helpers.map(({ name, use }) => (
            <Text size="sm" key={name} c="dimmed">
              {use}
            </Text>
          ))}
        </Stack>
      )}
    </Loaded>
  );
}
