/** What the API refuses, by its stable codes. In English the API's own sentences are shown; other languages name codes here. */
export default {
  field: {
    required: 'Fill this in.',
    longest: 'Write at most {{maximum}} characters.',
    shortest: 'Write at least {{minimum}} characters.',
    most: 'Give at most {{maximum}}.',
    least: 'Give at least {{minimum}}.',
    biggest: 'This must be at most {{maximum}}.',
    smallest: 'This must be at least {{minimum}}.',
    choice: 'Choose one of: {{values}}.',
    unknown: 'Not known here: {{keys}}.',
    email: 'Not an email address.',
    url: 'Not a full address, such as https://shop.example/tea.',
    moment: 'Not a date or time.',
    format: 'This is not written as it should be.',
    type: 'This is of the wrong kind.',
  },
  code: {},
  /** Words that schemas bring of their own, by the letters in them. */
  said: {},
  noPage: 'There is nothing at this address',
  noPageText: 'It may have been deleted, or the address is mistyped.',
} as const;
