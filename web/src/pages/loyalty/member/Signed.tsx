import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { locale } from '../../../i18n/index.ts';
import { signedText } from '../../../lib/format.ts';

/** Points with their sign: what came, what went. */
export function Signed({ points }: { points: number }) {
  useTranslation();
  return (
    <Text span inherit fw={550} c={points > 0 ? 'pine' : undefined} className="otk-figure">
      {signedText(points, locale())}
    </Text>
  );
}
