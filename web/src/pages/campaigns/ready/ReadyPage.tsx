import {
  Badge,
  Button,
  Card,
  Group,
  SegmentedControl,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReadyCampaign, ReadyLocale } from '../../../api/ready.ts';
import { ready } from '../../../api/ready.ts';
import { language } from '../../../i18n/index.ts';
import { useMe } from '../../../lib/me.ts';
import { useWrite } from '../../../ui/mutation.ts';
import { PageHeader } from '../../../ui/PageHeader.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { MailFrame } from '../MailFrame.tsx';
import type { Scheme } from '../MailFrame.tsx';
import classes from './ready.module.css';

/** Campaigns that are written already: each shows its mail, and becomes a draft when it is chosen. */
export default function ReadyPage() {
  const { t } = useTranslation('ready');
  const [locale, setLocale] = useState<ReadyLocale>(language());
  const [dark, setDark] = useState(false);
  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('description')}
        up={{ to: '/campaigns', label: t('campaigns') }}
        actions={
          <Group gap="md">
            <SegmentedControl
              size="xs"
              aria-label={t('language')}
              value={locale}
              onChange={(next) => setLocale(next === 'ru' ? 'ru' : 'en')}
              data={[
                { value: 'en', label: 'English' },
                { value: 'ru', label: 'Русский' },
              ]}
            />
            <Switch
              size="sm"
              label={t('dark')}
              checked={dark}
              onChange={(event) => setDark(event.currentTarget.checked)}
            />
          </Group>
        }
      />
      <Loaded page query={useQuery(ready.all)}>
        {(items) => (
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="lg">
            {items.map((one) => (
              <ReadyCard key={one.key} ready={one} locale={locale} scheme={dark ? 'dark' : 'light'} />
            ))}
          </SimpleGrid>
        )}
      </Loaded>
    </>
  );
}

function ReadyCard(props: { ready: ReadyCampaign; locale: ReadyLocale; scheme: Scheme }) {
  const { t } = useTranslation('ready');
  const { may } = useMe();
  const navigate = useNavigate();
  const { key, name, description, possible } = props.ready;
  const preview = useQuery(ready.preview(key, props.locale));
  const make = useWrite({
    run: () => ready.make({ key, locale: props.locale }),
    touches: ['campaigns', 'templates', 'segments'],
    done: t('made'),
    onDone: ({ campaignId }) => void navigate({ to: '/campaigns/$id', params: { id: campaignId } }),
  });
  return (
    <Card withBorder padding="md" component="article" aria-label={name[language()]}>
      <Stack gap="sm" h="100%">
        <div className={classes['shot']}>
          <div className={classes['scaled']}>
            {preview.data !== undefined && (
              <MailFrame
                title={name[language()]}
                html={preview.data.html}
                height={FRAME_PX}
                scheme={props.scheme}
              />
            )}
          </div>
        </div>
        <Group gap="xs" justify="space-between">
          <Title order={3} size="h4">
            {name[language()]}
          </Title>
          {!possible && <Badge color="gray">{t('needsProgram')}</Badge>}
        </Group>
        <Text size="sm" c="dimmed" className={classes['words'] ?? ''}>
          {description[language()]}
        </Text>
        {may('campaigns:write') && (
          <Button
            variant="light"
            disabled={!possible}
            loading={make.isPending}
            onClick={() => make.mutate(undefined)}
          >
            {t('use')}
          </Button>
        )}
      </Stack>
    </Card>
  );
}

/** The mail at its own width, made small by the style sheet. */
const FRAME_PX = 800;
