import { Button, CloseButton, Group, Popover } from '@mantine/core';
import { IconFilterPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FilterCondition } from '../../../api/contacts.ts';
import { contacts } from '../../../api/contacts.ts';
import classes from './filter.module.css';
import { FilterForm } from './FilterForm.tsx';
import { useFilterWords } from './words.ts';

/** The conditions of a list as chips: each reads as a phrase, opens for change, and goes with its cross. */
export function FilterBar({
  value,
  onChange,
}: {
  value: readonly FilterCondition[];
  onChange: (value: FilterCondition[]) => void;
}) {
  const { t } = useTranslation('contacts');
  const fields = useQuery(contacts.fields);
  const words = useFilterWords(fields.data ?? []);
  /** Which chip is open: its index, or 'new'. */
  const [open, setOpen] = useState<number | 'new'>();
  const put = (index: number | 'new', condition: FilterCondition) => {
    onChange(
      index === 'new' ? [...value, condition] : value.map((one, at) => (at === index ? condition : one)),
    );
    setOpen(undefined);
  };
  const editor = (index: number | 'new', initial?: FilterCondition) => (
    <FilterForm
      fields={fields.data ?? []}
      {...(initial === undefined ? {} : { initial })}
      onApply={(condition) => put(index, condition)}
    />
  );
  return (
    <Group gap="xs">
      {value.map((condition, index) => {
        const text = words.phrase(condition);
        return (
          <Popover
            key={JSON.stringify(condition)}
            opened={open === index}
            onChange={(on) => setOpen(on ? index : undefined)}
            trapFocus
            shadow="md"
            position="bottom-start"
          >
            <Popover.Target>
              <span className={classes['chip']}>
                <button
                  type="button"
                  className={classes['text']}
                  onClick={() => setOpen(index)}
                  aria-label={t('filter.change', { text })}
                >
                  {text}
                </button>
                <CloseButton
                  size="sm"
                  onClick={() => onChange(value.filter((_, at) => at !== index))}
                  aria-label={t('filter.remove', { text })}
                />
              </span>
            </Popover.Target>
            <Popover.Dropdown className={classes['form'] ?? ''}>{editor(index, condition)}</Popover.Dropdown>
          </Popover>
        );
      })}
      <Popover
        opened={open === 'new'}
        onChange={(on) => setOpen(on ? 'new' : undefined)}
        trapFocus
        shadow="md"
        position="bottom-start"
      >
        <Popover.Target>
          <Button variant="default" leftSection={<IconFilterPlus size={16} />} onClick={() => setOpen('new')}>
            {t('filter.add')}
          </Button>
        </Popover.Target>
        <Popover.Dropdown className={classes['form'] ?? ''}>{editor('new')}</Popover.Dropdown>
      </Popover>
    </Group>
  );
}
