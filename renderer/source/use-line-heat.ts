import { useMemo } from 'react';
import { exactValue, formatValue } from '../../profiles/format';
import type { ProfileUnit } from '../../profiles/types';
import type { Scope } from '../explorer/types';
import { useExplorer } from '../explorer/use-explorer';
import type { RecordingModel } from '../state/recording';
import { lineHeat } from './heat';
import type { HeatOptions } from './heat-gutter';

export interface FileHeat extends HeatOptions {
  /** Self weight of the file of which no line is known. */
  unknownSelf: number;
}

const none = { lines: new Map(), unknownSelf: 0 } as const;

/** What each line of a file cost in the scope. `url` null: nothing is asked. */
export function useLineHeat(
  model: RecordingModel,
  scope: Scope,
  file: { url: string | null; unit: ProfileUnit; slot: string },
): FileHeat {
  const { url, unit, slot } = file;
  const { answer, pending } = useExplorer(model, 'lines', url === null ? null : { scope, url }, slot);
  return useMemo(() => {
    const known =
      url === null || pending || !answer
        ? none
        : { lines: lineHeat(answer), unknownSelf: answer.unknownSelf };
    return {
      ...known,
      format: (value: number) => formatValue(value, unit),
      exact: (value: number) => exactValue(value, unit),
    };
  }, [answer, pending, url, unit]);
}
