import { Alert, Anchor, Button, Group, SimpleGrid, Text, TextInput } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CodeCheck } from '../../../api/coupons.ts';
import { coupons } from '../../../api/coupons.ts';
import { AnchorLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/Section.tsx';
import { ErrorState, Loading } from '../../../ui/states.tsx';
import { CodeDrawer } from './CodeDrawer.tsx';
import type { Picked } from './ContactPicker.tsx';
import { ContactPicker } from './ContactPicker.tsx';
import { useOfferWords } from './useOfferWords.ts';
import { useWhy } from './useWhy.ts';

/** Support's box: a code goes in, one sentence comes out. The address keeps the code, so that the answer can be sent on. */
export function CheckCode({
  code,
  onCode,
}: {
  code: string | undefined;
  onCode: (code: string | undefined) => void;
}) {
  const { t } = useTranslation('coupons');
  const [typed, setTyped] = useState(code ?? '');
  const [buyer, setBuyer] = useState<Picked | null>(null);
  useEffect(() => setTyped(code ?? ''), [code]);
  return (
    <Section title={t('check.title')} hint={t('check.hint')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onCode(typed.trim() || undefined);
        }}
      >
        <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md" style={{ alignItems: 'end' }}>
          <TextInput
            label={t('check.code')}
            value={typed}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <ContactPicker
            label={t('check.buyer')}
            placeholder={t('check.buyerHint')}
            value={buyer}
            onChange={setBuyer}
          />
          <Group>
            <Button type="submit" variant="default" disabled={typed.trim() === ''}>
              {t('check.submit')}
            </Button>
          </Group>
        </SimpleGrid>
      </form>
      {code !== undefined && <Answer code={code} contactId={buyer?.id} />}
    </Section>
  );
}

function Answer({ code, contactId }: { code: string; contactId: string | undefined }) {
  const check = useQuery(coupons.check(code, contactId));
  if (check.data !== undefined) return <Told check={check.data} />;
  if (check.error !== null) return <ErrorState error={check.error} retry={() => void check.refetch()} />;
  return <Loading lines={1} />;
}

function Told({ check }: { check: CodeCheck }) {
  const { t } = useTranslation('coupons');
  const why = useWhy();
  const offerWords = useOfferWords();
  const [looking, look] = useState(false);
  const { campaign, coupon, refused } = check;
  const good = refused === null;
  return (
    <Alert
      mt="md"
      color={good ? 'pine' : 'gold'}
      icon={good ? <IconCircleCheck size={20} /> : <IconCircleX size={20} />}
      role="status"
      title={why(check)}
    >
      {campaign !== null && (
        <Text size="sm">
          {t('check.campaign')}:{' '}
          <AnchorLink to="/loyalty/coupons/$id" params={{ id: campaign.id }}>
            {campaign.name}
          </AnchorLink>
          {'. '}
          {t('check.gives', { gives: offerWords(campaign.offer, campaign.currency).sentence })}
        </Text>
      )}
      {coupon !== null && (
        <Anchor component="button" type="button" size="sm" onClick={() => look(true)}>
          {t('check.see')}
        </Anchor>
      )}
      {looking && coupon !== null && <CodeDrawer code={coupon.code} onClose={() => look(false)} />}
    </Alert>
  );
}
