import type en from '../en/prices.ts';
import type { Russian } from '../types.ts';

export default { title: 'Прайс-листы' } satisfies Russian<typeof en>;
