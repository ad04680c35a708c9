import { Button, Menu, Modal } from '@mantine/core';
import { IconFileExport } from '@tabler/icons-react';
import { useState } from 'react';
import type { Scenario, ScenarioFormat } from '../../../../main/api';
import { toAppError } from '../../../../main/errors';
import { useClient } from '../../../state/client';
import { save } from '../../../state/files';
import { reportError } from '../../../state/report-error';

const formats: { format: ScenarioFormat; label: string; note: string }[] = [
  { format: 'yaml', label: 'Scenario as YAML', note: 'for scorchmark load, with all it can say' },
  { format: 'json', label: 'Scenario as JSON', note: 'the same in full' },
  { format: 'k6', label: 'k6 script', note: 'k6 run, k6-operator' },
  { format: 'artillery', label: 'Artillery YAML', note: 'artillery run, its cloud runners' },
  { format: 'locust', label: 'Locust file', note: 'locust, with its workers' },
];

/** Takes the scenario elsewhere; what a format cannot express is listed. */
export function ExportMenu({ scenario }: { scenario: Scenario | null }) {
  const client = useClient();
  const [notes, setNotes] = useState<{ format: string; fileName: string; notes: string[] } | null>(null);
  const write = async (format: ScenarioFormat, label: string): Promise<void> => {
    if (!scenario) return;
    try {
      const written = await client.call('scenarios.write', { scenario, format });
      await save(client, {
        name: written.fileName,
        content: written.text,
        type: 'text/plain',
        title: `${label} saved`,
      });
      if (written.notes.length > 0)
        setNotes({ format: label, fileName: written.fileName, notes: written.notes });
    } catch (thrown) {
      reportError(toAppError(thrown));
    }
  };
  return (
    <>
      <Menu position="bottom-end" width={280}>
        <Menu.Target>
          <Button
            variant="default"
            size="compact-sm"
            disabled={!scenario}
            title={scenario ? undefined : 'The scenario is not complete yet'}
            leftSection={<IconFileExport size={14} />}
          >
            Export
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {formats.map(({ format, label, note }) => (
            <Menu.Item key={format} onClick={() => void write(format, label)}>
              {label}
              <div className="hint">{note}</div>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={notes !== null}
        onClose={() => setNotes(null)}
        title={`Saved as ${notes?.fileName ?? ''}`}
        size={560}
        centered
      >
        <p>{notes?.format} cannot express everything as it is here:</p>
        <ul className="scenario-notes" aria-label="Notes">
          {notes?.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      </Modal>
    </>
  );
}
