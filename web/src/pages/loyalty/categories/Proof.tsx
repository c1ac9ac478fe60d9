import { Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** What was shown, and where it is kept: a link when that is an address. */
export function Proof({ proof, at }: { proof: string; at: string | null }) {
  const { t } = useTranslation('loyalty');
  if (proof === '' && at === null)
    return (
      <Text inherit c="dimmed">
        {t('approvals.noProof')}
      </Text>
    );
  return (
    <Text inherit style={{ overflowWrap: 'anywhere' }}>
      {proof}
      {proof !== '' && at !== null && ' · '}
      {at !== null &&
        (/^https?:\/\//i.test(at) ? (
          <Anchor inherit href={at} target="_blank" rel="noreferrer noopener">
            {at}
          </Anchor>
        ) : (
          at
        ))}
    </Text>
  );
}
