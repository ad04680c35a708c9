/** The mark: three bars of a flamegraph. */
export function FlameMark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden>
      <rect x="2" y="16.5" width="20" height="5" rx="1" fill="var(--sm-accent)" />
      <rect x="2" y="10" width="13" height="5" rx="1" fill="var(--sm-accent)" opacity="0.75" />
      <rect x="6" y="3.5" width="6" height="5" rx="1" fill="var(--sm-accent)" opacity="0.5" />
    </svg>
  );
}
