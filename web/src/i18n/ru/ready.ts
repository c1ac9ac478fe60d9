import type en from '../en/ready.ts';
import type { Russian } from '../types.ts';

export default {
  open: 'Готовые',
  title: 'Готовые кампании',
  description:
    'Выберите кампанию: получится черновик с условием начала и текстами на русском и английском. Ничего не уйдёт, пока вы её не запустите.',
  campaigns: 'Кампании',
  language: 'Язык писем',
  dark: 'Тёмная',
  use: 'Сделать черновик',
  made: 'Черновик готов: просмотрите его и запустите',
  needsProgram: 'Нужна программа лояльности',
} satisfies Russian<typeof en>;
