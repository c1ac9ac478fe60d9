import type { FieldFault } from './answers.ts';
import type { FormLocale } from './contract.ts';

/** What a form's pages say by themselves, beside the texts of its owner. Pure. */

export type PageTexts = {
  required: string;
  optional: string;
  choose: string;
  button: string;
  problems: string;
  faults: Record<FieldFault, string>;
  notices: { expired: string; limited: string };
  thanks: { title: string; text: string };
  pending: { title: string; text: string };
  goOn: string;
  ask: { title: string; text: (address: string) => string; agree: string; button: string; keep: string };
  confirmed: { title: string; text: string };
  already: { title: string; text: string };
  closed: { title: string; text: string };
  unknown: { title: string; text: string };
  forged: { title: string; text: string };
  linkExpired: { title: string; text: string; again: string };
  withdrawn: { title: string; text: string };
  refused: { title: string; text: string };
};

const en: PageTexts = {
  required: 'required',
  optional: 'optional',
  choose: 'Choose…',
  button: 'Send',
  problems: 'Please look at these fields again:',
  faults: {
    required: 'Please fill this in.',
    email: 'This is no email address, such as name@example.com.',
    phone: 'This is no phone number, such as +44 20 7946 0000.',
    too_long: 'This is too long.',
    choice: 'Please choose one from the list.',
    characters: 'This has characters that cannot be stored.',
  },
  notices: {
    expired: 'This page was open for too long. Nothing is lost: please press the button once more.',
    limited:
      'Too many answers came from your network just now. Please wait a minute and press the button again.',
  },
  thanks: { title: 'Thank you', text: 'We have received your answer.' },
  pending: {
    title: 'One more step',
    text: 'We have sent you a mail. Please open it and confirm your address; the link in it works for seven days. If it does not come, look into the spam folder.',
  },
  goOn: 'Continue',
  ask: {
    title: 'Confirm your address',
    text: (address) => `Is ${address} your address, and did you fill in our form?`,
    agree: 'With this you agree:',
    button: 'Yes, confirm',
    keep: 'If it was not you, just close this page: nothing happens.',
  },
  confirmed: { title: 'Confirmed', text: 'Thank you. Your address is confirmed.' },
  already: {
    title: 'Already confirmed',
    text: 'Your address has been confirmed before. There is nothing left to do.',
  },
  closed: { title: 'This form is closed', text: 'It takes no more answers.' },
  unknown: { title: 'There is no such form', text: 'Please check the address of this page.' },
  forged: {
    title: 'This link does not work',
    text: 'It may have been cut when it was copied. Please open it from the mail itself.',
  },
  linkExpired: {
    title: 'This link is too old',
    text: 'It worked for seven days. Please fill in the form once more to get a new one.',
    again: 'To the form',
  },
  withdrawn: { title: 'This link does not work any more', text: 'The answer it belongs to was withdrawn.' },
  refused: { title: 'This did not work', text: 'Your answer could not be taken.' },
};

const ru: PageTexts = {
  required: 'обязательно',
  optional: 'необязательно',
  choose: 'Выберите…',
  button: 'Отправить',
  problems: 'Проверьте, пожалуйста, эти поля:',
  faults: {
    required: 'Заполните, пожалуйста, это поле.',
    email: 'Это не похоже на адрес почты вида name@example.com.',
    phone: 'Это не похоже на номер телефона вида +7 495 000-00-00.',
    too_long: 'Слишком длинный текст.',
    choice: 'Выберите вариант из списка.',
    characters: 'Здесь есть символы, которые нельзя сохранить.',
  },
  notices: {
    expired: 'Страница была открыта слишком долго. Ничего не потеряно: нажмите кнопку ещё раз.',
    limited:
      'Из вашей сети только что пришло слишком много ответов. Подождите минуту и нажмите кнопку снова.',
  },
  thanks: { title: 'Спасибо', text: 'Мы получили ваш ответ.' },
  pending: {
    title: 'Остался один шаг',
    text: 'Мы отправили вам письмо. Откройте его и подтвердите адрес: ссылка действует семь дней. Если письма нет, загляните в папку «Спам».',
  },
  goOn: 'Продолжить',
  ask: {
    title: 'Подтвердите адрес',
    text: (address) => `${address} — это ваш адрес, и вы заполнили нашу форму?`,
    agree: 'Этим вы соглашаетесь:',
    button: 'Да, подтверждаю',
    keep: 'Если это были не вы, просто закройте страницу: ничего не произойдёт.',
  },
  confirmed: { title: 'Готово', text: 'Спасибо, ваш адрес подтверждён.' },
  already: {
    title: 'Адрес уже подтверждён',
    text: 'Вы подтвердили его раньше. Больше ничего делать не нужно.',
  },
  closed: { title: 'Форма закрыта', text: 'Она больше не принимает ответы.' },
  unknown: { title: 'Такой формы нет', text: 'Проверьте адрес этой страницы.' },
  forged: {
    title: 'Ссылка не работает',
    text: 'Возможно, её обрезали при копировании. Откройте её прямо из письма.',
  },
  linkExpired: {
    title: 'Ссылка устарела',
    text: 'Она действовала семь дней. Заполните форму ещё раз, чтобы получить новую.',
    again: 'К форме',
  },
  withdrawn: { title: 'Ссылка больше не работает', text: 'Ответ, к которому она относится, отозван.' },
  refused: { title: 'Не получилось', text: 'Ваш ответ не удалось принять.' },
};

export const PAGE_TEXTS: Readonly<Record<FormLocale, PageTexts>> = { en, ru };
