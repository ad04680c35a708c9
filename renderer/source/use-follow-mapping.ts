import { useEffect, useRef, useState } from 'react';
import type { CallTree } from '../../profiles/call-tree';
import type { SourcePlace } from '../../main/api';
import { useClient } from '../state/client';
import { useRoute } from '../state/selection';
import { keyAt, placeOfKey } from './same-function';

interface Followed {
  tree: CallTree | null;
  /** The tree is of an earlier selection. */
  pending: boolean;
  functionKey: string | null;
  mapped: boolean;
}

/** Keeps the selected function selected when names and places switch between the original and what ran. */
export function useFollowMapping(id: string, { tree, pending, functionKey, mapped }: Followed): void {
  const client = useClient();
  const select = useRoute((state) => state.select);
  const before = useRef({ id, mapped });
  /** Where the function is on the side that is now shown, until the tree of that side is there. */
  const [wanted, setWanted] = useState<{ from: string; place: SourcePlace } | null>(null);

  useEffect(() => {
    const isSwitched = before.current.id === id && before.current.mapped !== mapped;
    before.current = { id, mapped };
    if (!isSwitched || functionKey === null) return;
    const { url, line, column } = placeOfKey(functionKey);
    if (url === '') return;
    const found = mapped
      ? client.call('sources.resolve', { id, urls: [url], positions: [0, line, column] }).then((answer) => {
          const original = answer.urls[answer.url[0] ?? -1];
          return original === undefined
            ? null
            : { url: original, line: answer.line[0] ?? 0, column: answer.column[0] ?? 0 };
        })
      : client.call('sources.generated', { id, url, line, column });
    found.then(
      (place) => setWanted(place && { from: functionKey, place }),
      // The details then say that the function is not in what is shown.
      () => setWanted(null),
    );
  }, [client, id, functionKey, mapped]);

  useEffect(() => {
    if (!wanted || pending || !tree) return;
    setWanted(null);
    const key = keyAt(tree.frames, wanted.place);
    if (key !== null && functionKey === wanted.from) select({ functionKey: key }, { replace: true });
  }, [wanted, pending, tree, functionKey, select]);
}
