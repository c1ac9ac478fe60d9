import type en from '../en/identity.ts';
import type { Russian } from '../types.ts';

export default {
  title: 'Один человек?',
} satisfies Russian<typeof en>;
