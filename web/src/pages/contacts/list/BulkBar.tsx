import { Button, CloseButton, Group, Modal, Paper, Select, Stack, TagsInput, Text } from '@mantine/core';
import { IconTag, IconUserCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BulkChange, Wanted } from '../../../api/contacts.ts';
import { contacts } from '../../../api/contacts.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText } from '../../../lib/format.ts';
import { useOwners } from '../../../lib/owners.ts';
import { useWrite } from '../../../ui/mutation.ts';

type Props = {
  picked: ReadonlySet<string>;
  /** Not only the rows shown but everyone who fits the filter. */
  everyone: boolean;
  wanted: Wanted;
  onEveryone: () => void;
  onClear: () => void;
};

/** What one can do with the selected contacts; appears once something is selected. */
export function BulkBar(props: Props) {
  const { t } = useTranslation(['contacts', 'common']);
  const { picked, everyone, wanted } = props;
  const count = useQuery({ ...contacts.count(wanted), enabled: picked.size > 0 });
  const [doing, setDoing] = useState<'tags' | 'owner'>();
  const total = count.data?.count ?? picked.size;
  const number = everyone ? total : picked.size;
  const change = useWrite({
    run: (input: BulkChange) => contacts.bulk(everyone ? wanted : { ids: [...picked] }, input),
    touches: ['contacts'],
    done: ({ changed }) => t('contacts:bulk.done', { count: changed }),
    onDone: () => {
      setDoing(undefined);
      props.onClear();
    },
  });
  if (picked.size === 0) return null;
  const shown = numberText(total, locale());
  return (
    <Paper p="xs" px="md" mb="sm" role="region" aria-label={t('common:action.actions')}>
      <Group justify="space-between">
        <Group gap="sm">
          <Text size="sm" fw={600} aria-live="polite">
            {everyone
              ? t('contacts:bulk.allPicked', { shown })
              : t('contacts:bulk.picked', { count: picked.size })}
          </Text>
          {!everyone && total > picked.size && (
            <Button size="compact-sm" variant="subtle" onClick={props.onEveryone}>
              {t('contacts:bulk.all', { shown })}
            </Button>
          )}
        </Group>
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            leftSection={<IconTag size={15} />}
            onClick={() => setDoing('tags')}
          >
            {t('contacts:bulk.tag')}
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconUserCheck size={15} />}
            onClick={() => setDoing('owner')}
          >
            {t('contacts:bulk.assign')}
          </Button>
          <CloseButton onClick={props.onClear} aria-label={t('common:action.clear')} />
        </Group>
      </Group>
      <TagsDialog
        opened={doing === 'tags'}
        number={number}
        busy={change.isPending}
        onClose={() => setDoing(undefined)}
        onApply={change.mutate}
      />
      <OwnerDialog
        opened={doing === 'owner'}
        number={number}
        busy={change.isPending}
        onClose={() => setDoing(undefined)}
        onApply={change.mutate}
      />
    </Paper>
  );
}

type DialogProps = {
  opened: boolean;
  number: number;
  busy: boolean;
  onClose: () => void;
  onApply: (change: BulkChange) => void;
};

function TagsDialog({ opened, number, busy, onClose, onApply }: DialogProps) {
  const { t } = useTranslation(['contacts', 'common']);
  const [addTags, setAdd] = useState<string[]>([]);
  const [removeTags, setRemove] = useState<string[]>([]);
  return (
    <Modal opened={opened} onClose={onClose} title={t('contacts:bulk.tagTitle')}>
      <Stack>
        <TagsInput
          label={t('contacts:bulk.addTags')}
          description={t('contacts:tagsHint')}
          value={addTags}
          onChange={setAdd}
          data-autofocus
        />
        <TagsInput label={t('contacts:bulk.removeTags')} value={removeTags} onChange={setRemove} />
        <Button
          loading={busy}
          disabled={addTags.length + removeTags.length === 0}
          onClick={() =>
            onApply({
              ...(addTags.length === 0 ? {} : { addTags }),
              ...(removeTags.length === 0 ? {} : { removeTags }),
            })
          }
        >
          {t('contacts:bulk.apply', { shown: numberText(number, locale()) })}
        </Button>
      </Stack>
    </Modal>
  );
}

function OwnerDialog({ opened, number, busy, onClose, onApply }: DialogProps) {
  const { t } = useTranslation(['contacts', 'common']);
  const owners = useOwners();
  const [ownerId, setOwner] = useState<string | null>(null);
  return (
    <Modal opened={opened} onClose={onClose} title={t('contacts:bulk.assignTitle')}>
      <Stack>
        <Select
          label={t('contacts:field.ownerId')}
          placeholder={t('contacts:noOwner')}
          searchable
          clearable
          data={owners.choices}
          value={ownerId}
          onChange={setOwner}
          data-autofocus
        />
        <Button loading={busy} onClick={() => onApply({ ownerId })}>
          {t('contacts:bulk.apply', { shown: numberText(number, locale()) })}
        </Button>
      </Stack>
    </Modal>
  );
}
