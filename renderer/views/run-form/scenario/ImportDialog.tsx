import { Button, FileButton, Group, Modal, Select, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Client, Scenario } from '../../../../main/api';
import { toAppError, type AppError } from '../../../../main/errors';
import { ErrorPanel } from '../../../components/ErrorPanel';
import { useClient } from '../../../state/client';

type Kind = 'auto' | 'har' | 'curl' | 'openapi' | 'scenario';

const kinds: { value: Kind; label: string }[] = [
  { value: 'auto', label: 'Find out what it is' },
  { value: 'har', label: 'HAR file' },
  { value: 'curl', label: 'curl command' },
  { value: 'openapi', label: 'OpenAPI document' },
  { value: 'scenario', label: 'Scenario (YAML, JSON)' },
];

/** Makes a scenario of a HAR file, a curl command, an OpenAPI document, or a scenario file. */
export function ImportDialog({
  opened,
  onClose,
  onImported,
}: {
  opened: boolean;
  onClose: () => void;
  onImported: (scenario: Scenario) => void;
}) {
  const client = useClient();
  const [kind, setKind] = useState<Kind>('auto');
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<AppError | null>(null);
  const [notes, setNotes] = useState<string[] | null>(null);
  const close = (): void => {
    setText('');
    setNotes(null);
    setError(null);
    onClose();
  };
  const read = async (content: string): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const { scenario, notes: found } = await readScenario(client, content, kind);
      onImported(scenario);
      if (found.length === 0) close();
      else setNotes(found);
    } catch (thrown) {
      setError(toAppError(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={opened} onClose={close} title="Import a scenario" size={640} centered>
      {notes ? (
        <>
          <p>It is in the form now. Not everything could be taken over as it was:</p>
          <ul className="scenario-notes" aria-label="Notes">
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
          <Group justify="flex-end" mt="lg">
            <Button onClick={close}>Show the scenario</Button>
          </Group>
        </>
      ) : (
        <div className="scenario-import">
          <div className="form-row align-end">
            <Select
              label="What it is"
              data={kinds}
              value={kind}
              onChange={(chosen) => chosen && setKind(chosen)}
              allowDeselect={false}
              w={220}
            />
            <FileButton onChange={(file) => file && void file.text().then(read)}>
              {(props) => (
                <Button {...props} variant="default" loading={busy}>
                  Choose a file
                </Button>
              )}
            </FileButton>
          </div>
          <Textarea
            label="Or paste it"
            placeholder="curl 'http://127.0.0.1:3000/orders' -H 'content-type: application/json' -d '{…}'"
            classNames={{ input: 'mono' }}
            autosize
            minRows={6}
            maxRows={14}
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          {error && <ErrorPanel error={error.toJSON()} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Keep what is there
            </Button>
            <Button loading={busy} disabled={text.trim() === ''} onClick={() => void read(text)}>
              Make a scenario of it
            </Button>
          </Group>
        </div>
      )}
    </Modal>
  );
}

async function readScenario(
  client: Client,
  text: string,
  kind: Kind,
): Promise<{ scenario: Scenario; notes: string[] }> {
  const isScenario =
    kind === 'scenario' ||
    (kind === 'auto' &&
      /^\s*["']?(flows|steps|stages|users|load)["']?\s*:/m.test(text) &&
      !/^\s*["']?(openapi|swagger|log)["']?\s*:/m.test(text));
  if (isScenario) return { scenario: await client.call('scenarios.parse', { text }), notes: [] };
  return client.call('scenarios.import', { text, ...(kind !== 'auto' && { kind }) });
}
