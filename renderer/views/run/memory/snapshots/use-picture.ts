import { useEffect, useState, type RefObject } from 'react';
import { currentColorScheme, onColorSchemeChange } from '../../../../theme/color-scheme';
import type { ColorScheme } from '../../../../theme/colors';

export interface Picture {
  widthPx: number;
  heightPx: number;
  scheme: ColorScheme;
  font: string;
}

/** What a canvas that fills its parent is drawn by; changes when it must be drawn anew. */
export function usePicture(host: RefObject<HTMLElement | null>): Picture {
  const [size, setSize] = useState({ widthPx: 0, heightPx: 0 });
  const [scheme, setScheme] = useState(currentColorScheme);
  useEffect(() => onColorSchemeChange(() => setScheme(currentColorScheme())), []);
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const observer = new ResizeObserver(() =>
      setSize({ widthPx: element.clientWidth, heightPx: element.clientHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [host]);
  const font = `11px ${getComputedStyle(document.documentElement).getPropertyValue('--sm-mono')}`;
  return { ...size, scheme, font };
}
