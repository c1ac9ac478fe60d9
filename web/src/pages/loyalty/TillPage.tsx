import { SimpleGrid } from '@mantine/core';
import { IconScan } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MemberView, ProgramView } from '../../api/loyalty.ts';
import { useMe } from '../../lib/me.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Section } from '../../ui/Section.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Areas } from './Areas.tsx';
import { OfProgram } from './ProgramChoice.tsx';
import { Finder } from './till/Finder.tsx';
import { Found } from './till/Found.tsx';

const route = getRouteApi('/app/loyalty/till');

/** For a clerk: who stands there, and what they may spend. */
export default function TillPage() {
  const { t } = useTranslation('till');
  const { may } = useMe();
  const { program } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} />
      <Areas now="till" />
      {may('loyalty:write') || may('loyalty:sell') ? (
        <OfProgram
          chosen={program}
          onChoose={(id) => void navigate({ search: { program: id }, replace: true })}
        >
          {(found) => <Till key={found.id} program={found} />}
        </OfProgram>
      ) : (
        <EmptyState icon={<IconScan />} title={t('notYours')} text={t('notYoursText')} />
      )}
    </>
  );
}

function Till({ program }: { program: ProgramView }) {
  const { t } = useTranslation('till');
  const [member, setMember] = useState<MemberView>();
  const [customer, setCustomer] = useState(0);
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg" style={{ alignItems: 'start' }}>
      <Section title={t('who')}>
        <Finder key={customer} program={program} onFound={setMember} />
      </Section>
      {member === undefined ? (
        <Section title={t('found')}>
          <EmptyState icon={<IconScan />} title={t('nothing')} text={t('nothingText')} />
        </Section>
      ) : (
        <Found
          key={member.id}
          program={program}
          member={member}
          onNext={() => {
            setMember(undefined);
            setCustomer((now) => now + 1);
          }}
        />
      )}
    </SimpleGrid>
  );
}
