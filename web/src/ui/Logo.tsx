/** The mark: an open ring and the answer that comes back into it. */
export function LogoMark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#2b6b55" />
      <path
        d="M22.6 10.1A8.9 8.9 0 1 0 24.9 16"
        fill="none"
        stroke="#fff"
        strokeWidth="3.4"
        strokeLinecap="round"
      />
      <circle cx="24.2" cy="8.4" r="2.7" fill="#e89068" />
    </svg>
  );
}
