import { Select, SimpleGrid, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Section } from '../../../ui/Section.tsx';
import type { Form } from './form.ts';

/** A part of the settings under its own heading. */
export function Part(props: { title: string; hint: string; children: ReactNode }) {
  return (
    <Section title={props.title} hint={props.hint}>
      <Stack gap="lg">{props.children}</Stack>
    </Section>
  );
}

/** Fields side by side, and below them what they come to for one order or one day. */
export function Fields({ example, children }: { example?: string; children: ReactNode }) {
  return (
    <div>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" style={{ alignItems: 'end' }}>
        {children}
      </SimpleGrid>
      {example !== undefined && <Example text={example} />}
    </div>
  );
}

function Example({ text }: { text: string }) {
  const { t } = useTranslation('loyalty');
  return (
    <Text
      size="sm"
      mt={8}
      pl="sm"
      aria-live="polite"
      style={{ borderInlineStart: '3px solid var(--otk-accent-line)', overflowWrap: 'anywhere' }}
    >
      <Text span inherit c="dimmed">
        {t('form.example')}:{' '}
      </Text>
      {text}
    </Text>
  );
}

/** One of a few kinds, each in words. */
export function Choice<Kind extends string>(props: {
  form: Form;
  path: string;
  label: string;
  kinds: readonly Kind[];
  words: (kind: Kind) => string;
}) {
  return (
    <Select
      label={props.label}
      allowDeselect={false}
      data={props.kinds.map((value) => ({ value, label: props.words(value) }))}
      {...props.form.getInputProps(props.path)}
    />
  );
}
