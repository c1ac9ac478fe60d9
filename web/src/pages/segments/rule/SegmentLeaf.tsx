import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useEditing } from './editing.ts';
import type { LeafProps } from './LeafRow.tsx';
import { FitSelect } from './FitSelect.tsx';

export function SegmentLeaf({ leaf, onChange, errorAt }: LeafProps) {
  const { t } = useTranslation('segments');
  const { segments } = useEditing();
  const segmentId = leaf['segmentId'];
  return (
    <>
      <Text size="sm">{t('builder.inSegment')}</Text>
      <FitSelect
        aria-label={t('builder.segment')}
        placeholder={t('builder.segment')}
        searchable
        least={200}
        data={[...segments]}
        value={typeof segmentId === 'string' ? segmentId : null}
        error={errorAt('segmentId') !== undefined}
        onChange={(next) =>
          onChange(next === null ? { type: 'segment' } : { type: 'segment', segmentId: next })
        }
      />
    </>
  );
}
