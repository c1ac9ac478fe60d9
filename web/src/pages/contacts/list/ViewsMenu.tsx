import { ActionIcon, Button, Checkbox, Group, Menu, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconBookmark, IconChevronDown, IconDeviceFloppy, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ViewAnswer } from '../../../api/contacts.ts';
import { views } from '../../../api/contacts.ts';
import { showFieldErrors } from '../../../lib/formErrors.ts';
import { useWrite } from '../../../ui/mutation.ts';
import type { ContactSearch } from '../search.ts';

type Query = ViewAnswer['query'];

const queryOf = ({ q, filter, sort }: ContactSearch): Query => ({
  ...(q === undefined ? {} : { search: q }),
  ...(filter === undefined ? {} : { filter }),
  ...(sort === undefined ? {} : { sort }),
});

const searchOf = ({ id, query }: ViewAnswer): ContactSearch => ({
  view: id,
  ...(query.search === undefined ? {} : { q: query.search }),
  ...(query.filter === undefined || query.filter.length === 0 ? {} : { filter: query.filter }),
  ...(query.sort === undefined ? {} : { sort: query.sort }),
});

/** Named searches: open one, save the present one, keep it up to date. */
export function ViewsMenu({
  search,
  onOpen,
}: {
  search: ContactSearch;
  onOpen: (search: ContactSearch) => void;
}) {
  const { t } = useTranslation('contacts');
  const list = useQuery(views.all);
  const [saving, save] = useDisclosure(false);
  const current = list.data?.find(({ id }) => id === search.view);
  const changed =
    current !== undefined && JSON.stringify(queryOf(searchOf(current))) !== JSON.stringify(queryOf(search));
  const update = useWrite({
    run: (view: ViewAnswer) => views.change(view.id, { query: queryOf(search) }),
    touches: ['views'],
    done: t('view.saved'),
  });
  const remove = useWrite({
    run: (view: ViewAnswer) => views.remove(view.id),
    touches: ['views'],
    done: t('view.removed'),
    onDone: () => onOpen({}),
  });
  const label =
    current === undefined
      ? t('view.label')
      : changed
        ? `${current.name} (${t('view.changed')})`
        : current.name;
  return (
    <>
      <Menu position="bottom-start" shadow="md" width={300}>
        <Menu.Target>
          <Button
            variant="default"
            leftSection={<IconBookmark size={16} />}
            rightSection={<IconChevronDown size={14} />}
          >
            {label}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => onOpen({})}>{t('view.all')}</Menu.Item>
          {list.data?.map((view) => (
            <Menu.Item
              key={view.id}
              onClick={() => onOpen(searchOf(view))}
              fw={view.id === search.view ? 600 : 400}
            >
              {view.name}
            </Menu.Item>
          ))}
          <Menu.Divider />
          {current?.mine === true && changed && (
            <Menu.Item leftSection={<IconDeviceFloppy size={15} />} onClick={() => update.mutate(current)}>
              {t('view.update', { name: current.name })}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconDeviceFloppy size={15} />} onClick={save.open}>
            {t('view.save')}
          </Menu.Item>
          {current?.mine === true && (
            <Menu.Item
              color="red"
              leftSection={<IconTrash size={15} />}
              onClick={() => remove.mutate(current)}
            >
              {t('view.remove', { name: current.name })}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {current !== undefined && (
        <ActionIcon
          variant="subtle"
          color="gray"
          size="input-sm"
          aria-label={t('view.all')}
          onClick={() => onOpen({})}
        >
          ×
        </ActionIcon>
      )}
      <SaveDialog
        opened={saving}
        onClose={save.close}
        query={queryOf(search)}
        onSaved={(view) => {
          save.close();
          onOpen(searchOf(view));
        }}
      />
    </>
  );
}

function SaveDialog(props: {
  opened: boolean;
  onClose: () => void;
  query: Query;
  onSaved: (view: ViewAnswer) => void;
}) {
  const { t } = useTranslation(['contacts', 'common']);
  const form = useForm({ initialValues: { name: '', shared: false } });
  const create = useWrite({
    run: (values: { name: string; shared: boolean }) => views.create({ ...values, query: props.query }),
    touches: ['views'],
    done: t('contacts:view.saved'),
    onDone: (view) => {
      form.reset();
      props.onSaved(view);
    },
    onProblem: (error) => showFieldErrors(form, error),
  });
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={t('contacts:view.save')}>
      <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
        <Stack>
          <TextInput
            label={t('contacts:view.name')}
            required
            withAsterisk={false}
            data-autofocus
            {...form.getInputProps('name')}
          />
          <Checkbox
            label={t('contacts:view.shared')}
            {...form.getInputProps('shared', { type: 'checkbox' })}
          />
          <Group justify="flex-end">
            <Button type="submit" loading={create.isPending}>
              {t('common:action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
