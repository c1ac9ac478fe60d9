/** What shows that somebody agreed: which words, where, when, from where, and how it was confirmed. Pure. */
export function proofOf(
  form: { formId: string; name: string },
  submission: {
    submissionId: string;
    version: number;
    locale: string;
    shown: string;
    page: string;
    ip: string;
    userAgent: string;
    submittedAt: Date;
  },
  text: string,
  confirmed: { at: Date; ip: string; userAgent: string } | null,
): Record<string, string | number> {
  const { submissionId, version, locale, shown, page, ip, userAgent, submittedAt } = submission;
  return {
    method: confirmed === null ? 'form' : 'double opt-in',
    text,
    formId: form.formId,
    formName: form.name,
    formVersion: version,
    submissionId,
    locale,
    shown,
    ...(page === '' ? {} : { page }),
    ip,
    userAgent,
    submittedAt: submittedAt.toISOString(),
    ...(confirmed === null
      ? {}
      : {
          confirmedAt: confirmed.at.toISOString(),
          confirmedIp: confirmed.ip,
          confirmedUserAgent: confirmed.userAgent,
        }),
  };
}
