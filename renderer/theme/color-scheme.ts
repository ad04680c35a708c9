/** Which of the two themes is shown, for drawing code that cannot use CSS variables. */
import type { ColorScheme } from './colors';

const attribute = 'data-mantine-color-scheme';

export function currentColorScheme(): ColorScheme {
  const set = document.documentElement.getAttribute(attribute);
  if (set === 'dark' || set === 'light') return set;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Calls back when the theme changes. Returns the function that stops it. */
export function onColorSchemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: [attribute] });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', listener);
  return () => {
    observer.disconnect();
    system.removeEventListener('change', listener);
  };
}

export function prefersReducedMotion(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
