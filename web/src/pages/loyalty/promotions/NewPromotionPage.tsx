import { SimpleGrid, Text, UnstyledButton } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../../lib/me.ts';
import { ButtonLink } from '../../../ui/links.tsx';
import { PageHeader } from '../../../ui/PageHeader.tsx';
import { Designer } from './designer/Designer.tsx';
import type { Template } from './designer/templates.ts';
import { formOf, TEMPLATES } from './designer/templates.ts';
import classes from './promotions.module.css';

const route = getRouteApi('/app/loyalty/promotions/new');

export default function NewPromotionPage() {
  const { t } = useTranslation('promotions');
  const { settings } = useMe();
  const { from } = route.useSearch();
  return (
    <>
      <PageHeader
        title={t('newTitle')}
        up={{ to: '/loyalty/promotions', label: t('title') }}
        description={from === undefined ? t('chooseHint') : t(`template.${from}.text`)}
        actions={
          from !== undefined && (
            <ButtonLink variant="default" to="/loyalty/promotions/new">
              {t('otherTemplate')}
            </ButtonLink>
          )
        }
      />
      {from === undefined ? (
        <Choose />
      ) : (
        <Designer key={from} initial={formOf(from, t(`template.${from}.name`), settings.timeZone)} />
      )}
    </>
  );
}

/** Where to start from, in words. */
function Choose() {
  const { t } = useTranslation('promotions');
  const navigate = route.useNavigate();
  const choose = (from: Template) => void navigate({ search: { from } });
  return (
    <SimpleGrid
      cols={{ base: 1, xs: 2, md: 3 }}
      spacing="md"
      component="ul"
      className={classes['plain'] ?? ''}
    >
      {TEMPLATES.map((template) => (
        <li key={template} className={classes['cell']}>
          <UnstyledButton className={classes['template'] ?? ''} onClick={() => choose(template)}>
            <Text fw={600}>{t(`template.${template}.name`)}</Text>
            <Text size="sm" c="dimmed">
              {t(`template.${template}.text`)}
            </Text>
          </UnstyledButton>
        </li>
      ))}
    </SimpleGrid>
  );
}
