import { useEffect, useState } from 'react';
import { useClient } from '../../../state/client';

/** Whether any source of the session has originals to show names of. Until that is known: no. */
export function useOriginalNames(sessionId: string | null): boolean {
  const client = useClient();
  const [known, setKnown] = useState<{ id: string; originals: boolean } | null>(null);
  useEffect(() => {
    if (sessionId === null) return;
    let current = true;
    client.call('sources.list', { id: sessionId }).then(
      (sources) =>
        current &&
        setKnown({ id: sessionId, originals: sources.some((source) => source.originals.length > 0) }),
      // Without sources there is nothing to switch; views that show sources say why.
      () => current && setKnown({ id: sessionId, originals: false }),
    );
    return () => {
      current = false;
    };
  }, [client, sessionId]);
  return known !== null && known.id === sessionId && known.originals;
}
