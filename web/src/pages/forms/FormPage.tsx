import { Anchor, Badge, Button, Collapse, Grid, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconExternalLink, IconPencil, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { FormView } from '../../api/forms.ts';
import { forms } from '../../api/forms.ts';
import { locale } from '../../i18n/index.ts';
import { shareText } from '../../lib/format.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import { Figure } from '../../ui/format.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Section } from '../../ui/Section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { StatTile } from '../../ui/StatTile.tsx';
import { useMayWriteForms } from './may.ts';
import { Submissions } from './Submissions.tsx';

const route = getRouteApi('/app/forms/$id');

export default function FormPage() {
  const { id } = route.useParams();
  return <Loaded query={useQuery(forms.one(id))}>{(form) => <Form form={form} />}</Loaded>;
}

function Form({ form }: { form: FormView }) {
  const { t } = useTranslation('forms');
  return (
    <>
      <PageHeader
        title={form.name}
        up={{ to: '/forms', label: t('title') }}
        badge={<Badge color={form.live ? 'pine' : 'gray'}>{form.live ? t('live') : t('closed')}</Badge>}
        description={`${form.sourceName} · ${t('version', { version: form.version })}`}
        actions={<Actions form={form} />}
      />
      <Stack gap="lg">
        <Counts form={form} />
        <Submissions form={form} />
        <Embed form={form} />
      </Stack>
    </>
  );
}

function Actions({ form }: { form: FormView }) {
  const { t } = useTranslation('forms');
  const writes = useMayWriteForms();
  const turn = useWrite({
    run: (live: boolean) => forms.change(form.id, { version: form.version, live }),
    touches: ['forms'],
    done: (one) => (one.live ? t('openedDone') : t('closedDone')),
  });
  return (
    <>
      <Button
        component="a"
        href={form.url}
        target="_blank"
        rel="noopener"
        variant="default"
        leftSection={<IconExternalLink size={16} />}
      >
        {t('open')}
      </Button>
      {writes && (
        <>
          <Button
            variant="default"
            loading={turn.isPending}
            leftSection={form.live ? <IconPlayerPause size={16} /> : <IconPlayerPlay size={16} />}
            onClick={() => turn.mutate(!form.live)}
          >
            {form.live ? t('close') : t('reopen')}
          </Button>
          <ButtonLink to="/forms/$id/edit" params={{ id: form.id }} leftSection={<IconPencil size={16} />}>
            {t('edit')}
          </ButtonLink>
        </>
      )}
    </>
  );
}

function Counts({ form: { counts, doubleOptIn } }: { form: FormView }) {
  const { t } = useTranslation('forms');
  const share = (part: number, whole: number): string | undefined =>
    whole === 0 ? undefined : shareText(Math.min(1, part / whole), locale());
  const ofViews = share(counts.submits, counts.views);
  const ofSubmits = share(counts.confirmed, counts.submits);
  const span = { base: 6, md: doubleOptIn ? 3 : 4 };
  return (
    <Grid gap="md">
      <Grid.Col span={span}>
        <StatTile label={t('views')} why={t('viewsWhy')} value={<Figure value={counts.views} />} />
      </Grid.Col>
      <Grid.Col span={span}>
        <StatTile
          label={t('submits')}
          why={t('submitsWhy')}
          value={<Figure value={counts.submits} />}
          {...(ofViews === undefined ? {} : { hint: t('ofViews', { share: ofViews }) })}
        />
      </Grid.Col>
      {doubleOptIn && (
        <Grid.Col span={span}>
          <StatTile
            label={t('confirmed')}
            why={t('confirmedWhy')}
            value={<Figure value={counts.confirmed} />}
            {...(ofSubmits === undefined ? {} : { hint: t('ofSubmits', { share: ofSubmits }) })}
          />
        </Grid.Col>
      )}
      <Grid.Col span={span}>
        <StatTile label={t('spam')} why={t('spamWhy')} value={<Figure value={counts.spam} />} />
      </Grid.Col>
    </Grid>
  );
}

function Embed({ form }: { form: FormView }) {
  const { t } = useTranslation('forms');
  const [opened, code] = useDisclosure(false);
  return (
    <Section
      title={t('embed.section')}
      actions={
        <Button size="xs" variant="default" onClick={code.toggle} aria-expanded={opened}>
          {opened ? t('embed.hide') : t('embed.show')}
        </Button>
      }
      hint={
        <>
          {t('embed.link')}:{' '}
          <Anchor href={form.url} target="_blank" rel="noopener" style={{ overflowWrap: 'anywhere' }}>
            {form.url}
          </Anchor>
        </>
      }
    >
      <Collapse expanded={opened}>
        <Stack gap="md">
          <CopyField label={t('embed.frame')} value={form.embed.frame} />
          {form.definition.spam.plainPosts ? (
            <CopyField label={t('embed.html')} value={form.embed.html} />
          ) : (
            <Text size="sm" c="dimmed">
              {t('embed.htmlOff')}
            </Text>
          )}
        </Stack>
      </Collapse>
    </Section>
  );
}
