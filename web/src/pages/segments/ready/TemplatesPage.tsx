import { SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SegmentTemplate } from '../../../api/segments.ready.ts';
import { segmentTemplates } from '../../../api/segments.ready.ts';
import { language } from '../../../i18n/index.ts';
import { ButtonLink } from '../../../ui/links.tsx';
import { PageHeader } from '../../../ui/PageHeader.tsx';
import { EmptyState, Loaded } from '../../../ui/states.tsx';
import { Writers } from '../Writers.tsx';
import classes from './ready.module.css';
import { TemplateDrawer } from './TemplateDrawer.tsx';

const GROUPS = ['purchases', 'interest', 'people', 'loyalty', 'sales', 'rfm'] as const;

/** Where a new segment begins: one that is ready, or a rule of one's own. */
export default function TemplatesPage() {
  const { t } = useTranslation('segments');
  return (
    <Writers title={t('ready.title')}>
      <PageHeader
        title={t('ready.title')}
        up={{ to: '/segments', label: t('title') }}
        description={t('ready.description')}
        actions={
          <ButtonLink to="/segments/new" leftSection={<IconPlus size={17} />}>
            {t('ready.own')}
          </ButtonLink>
        }
      />
      <Loaded query={useQuery(segmentTemplates.all)} lines={8}>
        {(all) => (all.length === 0 ? <EmptyState title={t('ready.none')} /> : <Gallery all={all} />)}
      </Loaded>
    </Writers>
  );
}

function Gallery({ all }: { all: readonly SegmentTemplate[] }) {
  const { t } = useTranslation('segments');
  const [chosen, choose] = useState<SegmentTemplate>();
  const groups = GROUPS.map((group) => ({ group, items: all.filter((one) => one.group === group) }));
  return (
    <Stack gap="xl">
      {groups
        .filter(({ items }) => items.length > 0)
        .map(({ group, items }) => (
          <section key={group} aria-labelledby={`group-${group}`}>
            <Title order={2} id={`group-${group}`}>
              {t(`ready.groups.${group}`)}
            </Title>
            <Text size="sm" c="dimmed" mb="sm">
              {t(`ready.groupHints.${group}`)}
            </Text>
            <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 4 }} spacing="sm">
              {items.map((one) => (
                <button key={one.id} type="button" className={classes['card']} onClick={() => choose(one)}>
                  <span className={classes['name']}>{one.name[language()].replace(/^RFM: /, '')}</span>
                  <span className={classes['text']}>{one.description[language()]}</span>
                </button>
              ))}
            </SimpleGrid>
          </section>
        ))}
      <TemplateDrawer key={chosen?.id} template={chosen} onClose={() => choose(undefined)} />
    </Stack>
  );
}
