import { useEffect, useState } from 'react';
import type { SourcePlace } from '../../main/api';
import { useClient } from '../state/client';

/** The same code as people wrote it and as it ran. */
export interface Sides {
  /** null: no source map knows it, or it was written as it ran. */
  original: SourcePlace | null;
  /** null: it ran, but where in what script is not known. */
  generated: SourcePlace | null;
}

/**
 * Both sides of a place; null until it is known.
 * @param mapped the place is shown as source maps know it, where they do; else as it ran
 */
export function useSides(id: string, place: SourcePlace, mapped: boolean): Sides | null {
  const client = useClient();
  const { url, line, column } = place;
  const key = `${id}\n${url}\n${line}\n${column}\n${mapped}`;
  const [state, setState] = useState<{ key: string; sides: Sides } | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const here: SourcePlace = { url, line, column };
    const other = async (): Promise<Sides> => {
      if (mapped) {
        const generated = await client.call('sources.generated', { id, ...here });
        return generated ? { original: here, generated } : { original: null, generated: here };
      }
      const answer = await client.call('sources.resolve', { id, urls: [url], positions: [0, line, column] });
      const original = answer.urls[answer.url[0] ?? -1];
      return {
        generated: here,
        original:
          original === undefined
            ? null
            : { url: original, line: answer.line[0] ?? 0, column: answer.column[0] ?? 0 },
      };
    };
    other().then(
      (sides) => isCurrent && setState({ key, sides }),
      // Without maps there is one side; reading its text says what is wrong.
      () => isCurrent && setState({ key, sides: { original: null, generated: here } }),
    );
    return () => {
      isCurrent = false;
    };
  }, [client, id, url, line, column, mapped, key]);
  return state?.key === key ? state.sides : null;
}
