import { Anchor, Button, Group, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks';
import { IconDownload, IconTicket } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CouponCampaignView, CouponState, CouponView } from '../../../api/coupons.ts';
import { coupons } from '../../../api/coupons.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { DateTime, None } from '../../../ui/format.tsx';
import { AnchorLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/Section.tsx';
import { EmptyState } from '../../../ui/states.tsx';
import { CodeState } from './CodeDrawer.tsx';
import { VoidDialog } from './VoidDialog.tsx';
import { CODE_STATES } from './states.ts';

const route = getRouteApi('/app/loyalty/coupons/$id');
const TYPING_MS = 300;
const NONE: ReadonlySet<string> = new Set();

type Props = { campaign: CouponCampaignView; onOpen: (code: string) => void };

/** The codes of a campaign: found by code and state, taken along as a file, taken out of use. */
export function Codes({ campaign, onOpen }: Props) {
  const { t } = useTranslation('coupons');
  if (campaign.codeKind === 'generic')
    return (
      <Section title={t('codes.title')}>
        <Text size="sm">{t('codes.genericHint', { code: campaign.pattern })}</Text>
      </Section>
    );
  return <UniqueCodes campaign={campaign} onOpen={onOpen} />;
}

function UniqueCodes({ campaign, onOpen }: Props) {
  const { t } = useTranslation('coupons');
  const { may } = useMe();
  const { codes: state, q } = route.useSearch();
  const [picked, setPicked] = useState(NONE);
  const [voiding, setVoiding] = useState(false);
  const list = useList(
    coupons.codes(campaign.id, {
      ...(state === undefined ? {} : { state }),
      ...(q === undefined ? {} : { code: q }),
    }),
  );
  const filtered = state !== undefined || q !== undefined;
  return (
    <Section title={t('codes.title')} hint={t('codes.hint')} flush actions={<Export campaign={campaign} />}>
      <Filters />
      {picked.size > 0 && (
        <Group px="md" pb="xs" gap="sm">
          <Text size="sm" role="status">
            {t('codes.picked', { count: picked.size })}
          </Text>
          <Button size="xs" variant="default" color="red" onClick={() => setVoiding(true)}>
            {t('codes.void')}
          </Button>
        </Group>
      )}
      <DataTable
        label={t('codes.title')}
        columns={useColumns(onOpen)}
        {...list}
        rowKey={({ code }) => code}
        rowName={({ code }) => code}
        onOpen={({ code }) => onOpen(code)}
        {...(may('loyalty:write') ? { picking: { picked, onChange: setPicked } } : {})}
        empty={
          <EmptyState
            icon={<IconTicket />}
            title={t(filtered ? 'codes.noneFound' : 'codes.none')}
            text={t(filtered ? 'codes.noneFoundText' : 'codes.noneText')}
          />
        }
      />
      {voiding && (
        <VoidDialog codes={[...picked]} onClose={() => setVoiding(false)} onDone={() => setPicked(NONE)} />
      )}
    </Section>
  );
}

/** Codes are worth money: it takes the right to change coupons besides that to export. */
function Export({ campaign }: { campaign: CouponCampaignView }) {
  const { t } = useTranslation('coupons');
  const { may } = useMe();
  const { codes: state } = route.useSearch();
  if (!may('loyalty:write') || !may('contacts:export')) return null;
  return (
    <Button
      component="a"
      href={coupons.csvUrl(campaign.id, state === undefined ? {} : { state })}
      download
      size="xs"
      variant="default"
      leftSection={<IconDownload size={15} />}
    >
      {t('codes.export')}
    </Button>
  );
}

function Filters() {
  const { t } = useTranslation('coupons');
  const { codes: state, q = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(q);
  const [explained, { toggle }] = useDisclosure(false);
  const put = (next: { codes?: CouponState | undefined; q?: string | undefined }) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
  const search = useDebouncedCallback((text: string) => put({ q: text || undefined }), TYPING_MS);
  return (
    <>
      <Group px="md" pb="xs" gap="sm" align="center">
        <TextInput
          size="xs"
          aria-label={t('codes.search')}
          placeholder={t('codes.search')}
          flex={1}
          miw={160}
          maw={320}
          spellCheck={false}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            search(event.currentTarget.value.trim());
          }}
        />
        <Select
          size="xs"
          aria-label={t('codes.state')}
          placeholder={t('codes.any')}
          clearable
          w={170}
          data={CODE_STATES.map((value) => ({ value, label: t(`codes.states.${value}`) }))}
          value={state ?? null}
          onChange={(next) => put({ codes: next ?? undefined })}
        />
        <Anchor component="button" type="button" size="sm" aria-expanded={explained} onClick={toggle}>
          {t('codes.meaning')}
        </Anchor>
      </Group>
      {explained && (
        <dl style={{ margin: 0, padding: '0 var(--mantine-spacing-md) var(--mantine-spacing-xs)' }}>
          {CODE_STATES.map((one) => (
            <Group key={one} gap="xs" wrap="nowrap" mb={4} align="baseline">
              <dt style={{ minWidth: 110 }}>
                <CodeState state={one} />
              </dt>
              <Text component="dd" m={0} size="sm">
                {t(`codes.help.${one}`)}
              </Text>
            </Group>
          ))}
        </dl>
      )}
    </>
  );
}

function useColumns(onOpen: (code: string) => void): Column<CouponView>[] {
  const { t } = useTranslation('coupons');
  return [
    {
      key: 'code',
      header: t('codes.code'),
      main: true,
      cell: ({ code }) => (
        <Anchor component="button" type="button" size="sm" c="inherit" fw={550} onClick={() => onOpen(code)}>
          {code}
        </Anchor>
      ),
    },
    { key: 'state', header: t('codes.state'), cell: ({ state }) => <CodeState state={state} /> },
    {
      key: 'owner',
      header: t('codes.owner'),
      cell: ({ contactId }) =>
        contactId === null ? (
          <Text inherit c="dimmed" component="span">
            {t('codes.nobody')}
          </Text>
        ) : (
          <Owner contactId={contactId} />
        ),
    },
    {
      key: 'issued',
      header: t('codes.issuedAt'),
      cell: ({ issuedAt }) => <DateTime at={issuedAt} mode="date" />,
    },
    {
      key: 'until',
      header: t('codes.until'),
      cell: ({ validUntil }) => (validUntil === null ? <None /> : <DateTime at={validUntil} mode="date" />),
    },
    {
      key: 'used',
      header: t('codes.usedAt'),
      cell: ({ usedAt }) => (usedAt === null ? <None /> : <DateTime at={usedAt} mode="date" />),
    },
  ];
}

function Owner({ contactId }: { contactId: string }) {
  const { t } = useTranslation('coupons');
  return (
    <AnchorLink to="/contacts/$id" params={{ id: contactId }}>
      {t('codes.toOwner')}
    </AnchorLink>
  );
}
