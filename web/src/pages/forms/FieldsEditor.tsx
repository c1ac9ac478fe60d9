import {
  ActionIcon,
  Button,
  Group,
  Menu,
  Select,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { FormField, FormLocale } from '../../api/forms.ts';
import { Section } from '../../ui/Section.tsx';
import { changedAt, FIELD_TYPES, isOwn, moved, newField, shownWords, without, worded } from './draft.ts';
import type { PartProps } from './FormEditor.tsx';
import classes from './forms.module.css';

/** What is asked, in its order. */
export function FieldsEditor({ definition, set, locale, errors }: PartProps) {
  const { t } = useTranslation('forms');
  const { fields } = definition;
  return (
    <Section
      title={t('fields.section')}
      actions={
        <Menu position="bottom-end" shadow="md">
          <Menu.Target>
            <Button size="xs" variant="default" leftSection={<IconPlus size={15} />}>
              {t('fields.add')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {FIELD_TYPES.filter((type) => !isOwn(type) || fields.every((field) => field.type !== type)).map(
              (type) => (
                <Menu.Item
                  key={type}
                  onClick={() => set({ fields: [...fields, newField(definition, type)] })}
                >
                  {t(`fields.types.${type}`)}
                </Menu.Item>
              ),
            )}
          </Menu.Dropdown>
        </Menu>
      }
    >
      <Stack gap="sm">
        {errors['fields'] !== undefined && (
          <Text size="sm" c="red">
            {errors['fields']}
          </Text>
        )}
        {fields.map((field, index) => (
          <FieldPart
            key={index}
            field={field}
            locale={locale}
            number={index + 1}
            last={index === fields.length - 1}
            error={wordsOf(errors, `fields.${index}.`)}
            onChange={(change) => set({ fields: changedAt(fields, index, change) })}
            onMove={(by) => set({ fields: moved(fields, index, by) })}
            onRemove={() => set({ fields: without(fields, index) })}
          />
        ))}
      </Stack>
    </Section>
  );
}

/** Everything said about a part, in one line. */
export function wordsOf(errors: Record<string, string>, prefix: string): string | undefined {
  const said = Object.entries(errors).flatMap(([path, text]) => (path.startsWith(prefix) ? [text] : []));
  return said.length === 0 ? undefined : [...new Set(said)].join(' ');
}

type FieldProps = {
  field: FormField;
  locale: FormLocale;
  number: number;
  last: boolean;
  error: string | undefined;
  onChange: (change: Partial<FormField>) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
};

function FieldPart(props: FieldProps) {
  const { field, locale, number, error, onChange } = props;
  const { t } = useTranslation('forms');
  const [opened, details] = useDisclosure(false);
  const name = shownWords(field.label, locale) || t('fields.unnamed', { number });
  const needsMore = field.type === 'select' || field.type === 'hidden';
  return (
    <div className={classes['part']} data-wrong={error !== undefined} role="group" aria-label={name}>
      <div className={classes['row']}>
        <TextInput
          label={t('fields.label')}
          value={field.label[locale] ?? ''}
          placeholder={shownWords(field.label, locale)}
          onChange={(event) => onChange({ label: worded(field.label, locale, event.currentTarget.value) })}
        />
        <Select
          label={t('fields.type')}
          allowDeselect={false}
          data={FIELD_TYPES.map((value) => ({ value, label: t(`fields.types.${value}`) }))}
          value={field.type}
          onChange={(type) => type !== null && onChange({ type })}
        />
        <Tools {...props} name={name} />
      </div>
      <Group mt="xs" justify="space-between">
        {field.type === 'hidden' ? (
          <span />
        ) : (
          <Switch
            size="sm"
            label={t('fields.required')}
            checked={field.required}
            onChange={(event) => onChange({ required: event.currentTarget.checked })}
          />
        )}
        {!needsMore && (
          <Button size="compact-sm" variant="subtle" onClick={details.toggle} aria-expanded={opened}>
            {opened ? t('fields.less') : t('fields.more')}
          </Button>
        )}
      </Group>
      {(opened || needsMore) && <Details field={field} locale={locale} onChange={onChange} />}
      {error !== undefined && (
        <Text size="sm" c="red" mt="xs">
          {error}
        </Text>
      )}
    </div>
  );
}

function Tools({ number, last, name, onMove, onRemove }: FieldProps & { name: string }) {
  const { t } = useTranslation('forms');
  return (
    <Group gap={2} wrap="nowrap" justify="flex-end">
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        disabled={number === 1}
        aria-label={t('fields.up', { name })}
        onClick={() => onMove(-1)}
      >
        <IconArrowUp size={16} />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        disabled={last}
        aria-label={t('fields.down', { name })}
        onClick={() => onMove(1)}
      >
        <IconArrowDown size={16} />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={t('fields.remove', { name })}
        onClick={onRemove}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </Group>
  );
}

function Details({ field, locale, onChange }: Pick<FieldProps, 'field' | 'locale' | 'onChange'>) {
  const { t } = useTranslation('forms');
  const { type } = field;
  return (
    <Stack gap="xs" mt="xs">
      {type === 'select' && <Options field={field} locale={locale} onChange={onChange} />}
      {type === 'hidden' && (
        <TextInput
          label={t('fields.value')}
          description={t('fields.valueHint', { key: field.key })}
          value={field.value}
          onChange={(event) => onChange({ value: event.currentTarget.value })}
        />
      )}
      {type !== 'hidden' && (
        <TextInput
          label={t('fields.hint')}
          value={field.hint[locale] ?? ''}
          onChange={(event) => onChange({ hint: worded(field.hint, locale, event.currentTarget.value) })}
        />
      )}
      <div className={classes['pair']}>
        <TextInput
          label={t('fields.key')}
          value={field.key}
          onChange={(event) => onChange({ key: event.currentTarget.value })}
        />
        {!isOwn(type) && (
          <TextInput
            label={t('fields.attribute')}
            placeholder={t('fields.attributeHint')}
            value={field.attribute ?? ''}
            onChange={(event) => onChange({ attribute: event.currentTarget.value || null })}
          />
        )}
      </div>
    </Stack>
  );
}

function Options({ field, locale, onChange }: Pick<FieldProps, 'field' | 'locale' | 'onChange'>) {
  const { t } = useTranslation('forms');
  const { options } = field;
  return (
    <>
      <TagsInput
        label={t('fields.options')}
        description={t('fields.optionsHint')}
        value={options.map(({ value }) => value)}
        onChange={(values) =>
          onChange({
            options: values.map(
              (value) => options.find((one) => one.value === value) ?? { value, label: {} },
            ),
          })
        }
      />
      {options.length > 0 && (
        <div className={classes['pair']}>
          {options.map((option, index) => (
            <TextInput
              key={option.value}
              size="xs"
              label={t('fields.optionLabel', { value: option.value })}
              placeholder={shownWords(option.label, locale) || option.value}
              value={option.label[locale] ?? ''}
              onChange={(event) =>
                onChange({
                  options: changedAt(options, index, {
                    label: worded(option.label, locale, event.currentTarget.value),
                  }),
                })
              }
            />
          ))}
        </div>
      )}
    </>
  );
}
