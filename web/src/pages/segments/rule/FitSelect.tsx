import { Select } from '@mantine/core';
import type { SelectProps } from '@mantine/core';

type Props = Omit<SelectProps, 'data' | 'value' | 'w' | 'maw' | 'miw' | 'flex'> & {
  data: readonly { value: string; label: string }[];
  value: string | null;
  /** Never narrower, in pixels. */
  least: number;
};

/** Beside the words: the paddings and the arrow, in widths of a digit. */
const AROUND_CH = 6;

/** A list as wide as what is chosen in it, in whatever language: words that are cut off ask for nothing one could check. */
export function FitSelect({ data, value, least, placeholder, ...rest }: Props) {
  const shown = data.find((one) => one.value === value)?.label ?? placeholder ?? '';
  return (
    <Select
      size="sm"
      {...rest}
      {...(placeholder === undefined ? {} : { placeholder })}
      data={[...data]}
      value={value}
      w={`min(100%, max(${least}px, ${shown.length + AROUND_CH}ch))`}
    />
  );
}
