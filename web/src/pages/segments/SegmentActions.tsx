import { Button, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots, IconPencil, IconRefresh, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { SegmentView } from '../../api/segments.ts';
import { segments } from '../../api/segments.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { useWrite } from '../../ui/mutation.ts';

/** What can be done to a segment. */
export function SegmentActions({ segment }: { segment: SegmentView }) {
  const { t } = useTranslation(['segments', 'common']);
  const navigate = useNavigate();
  const [asking, ask] = useDisclosure(false);
  const build = useWrite({
    run: () => segments.build(segment.id),
    touches: ['segments'],
    done: t('segments:rebuilding'),
  });
  const remove = useWrite({
    run: () => segments.remove(segment.id),
    touches: ['segments'],
    done: t('segments:deleted'),
    onDone: () => void navigate({ to: '/segments' }),
  });
  return (
    <>
      {segment.kind === 'dynamic' && (
        <ButtonLink
          to="/segments/$id/edit"
          params={{ id: segment.id }}
          variant="default"
          leftSection={<IconPencil size={16} />}
        >
          {t('segments:edit')}
        </ButtonLink>
      )}
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button variant="default" px="xs" aria-label={t('common:action.actions')}>
            <IconDots size={17} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {segment.kind === 'dynamic' && (
            <Menu.Item leftSection={<IconRefresh size={15} />} onClick={() => build.mutate(undefined)}>
              {t('segments:rebuild')}
            </Menu.Item>
          )}
          <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={ask.open}>
            {t('segments:delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Confirm
        opened={asking}
        onClose={ask.close}
        title={t('segments:deleteTitle', { name: segment.name })}
        text={t('segments:deleteText')}
        yes={t('segments:delete')}
        danger
        busy={remove.isPending}
        onYes={() => remove.mutate(undefined)}
      />
    </>
  );
}
