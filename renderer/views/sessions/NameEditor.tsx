import { TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import type { SessionMeta } from '../../../main/api';
import { toAppError } from '../../../main/errors';
import { useClient } from '../../state/client';

/** Renames in place: Enter keeps, Escape drops. A refused name stays in the field with the reason. */
export function NameEditor({ session, onDone }: { session: SessionMeta; onDone: () => void }) {
  const client = useClient();
  const [name, setName] = useState(session.name);
  const [error, setError] = useState<string | null>(null);
  const finished = useRef(false);
  const save = async (): Promise<void> => {
    if (finished.current) return;
    finished.current = true;
    if (name.trim() === session.name) return onDone();
    try {
      await client.call('sessions.update', { id: session.id, name });
      onDone();
    } catch (thrown) {
      finished.current = false;
      setError(toAppError(thrown).message);
    }
  };
  return (
    <TextInput
      aria-label="Name"
      className="grow"
      size="xs"
      value={name}
      error={error !== null}
      title={error ?? undefined}
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setName(event.currentTarget.value)}
      onBlur={() => void save()}
      onClick={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') void save();
        if (event.key === 'Escape') {
          finished.current = true;
          onDone();
        }
      }}
    />
  );
}
