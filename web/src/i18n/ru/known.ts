import type en from '../en/known.ts';
import type { Russian } from '../types.ts';

export default {
  status: {
    active: 'Активен',
    inactive: 'Неактивен',
    archived: 'В архиве',
    blocked: 'Заблокирован',
  },
  source: {
    api: 'API',
    console: 'Консоль',
    form: 'Форма',
    import: 'Импорт',
    shop: 'Магазин',
    site: 'Сайт',
    till: 'Касса',
    tracking: 'Отслеживание на сайте',
  },
} satisfies Russian<typeof en>;
