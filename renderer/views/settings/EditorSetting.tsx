import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { editorNames, editorTitles } from '../../source/open-in-editor';
import { usePreferences } from '../../state/preferences';

const custom = 'custom';
const example = '/usr/bin/myeditor --line {line} {file}';

/** What "Open in editor" starts. */
export function EditorSetting() {
  const { editor, set } = usePreferences();
  const isKnown = (editorNames as readonly string[]).includes(editor);
  const [isCustom, setCustom] = useState(!isKnown);
  const [command, setCommand] = useState(isKnown ? '' : editor);
  const problem = problemOf(command);
  const change = (text: string): void => {
    setCommand(text);
    if (problemOf(text) === null) set({ editor: text.trim() });
  };
  return (
    <section className="setting">
      <div>
        <h2>Editor</h2>
        <p className="muted">
          What “Open in editor” starts on the machine that Scorchmark runs on. A command of your own needs{' '}
          {'{file}'}; {'{line}'} and {'{column}'} are filled in too. It never goes through a shell.
        </p>
      </div>
      <div className="setting-value setting-editor">
        <Select
          aria-label="Editor"
          value={isCustom ? custom : editor}
          onChange={(value) => {
            if (value === null) return;
            setCustom(value === custom);
            if (value !== custom) set({ editor: value });
            else if (command !== '' && problem === null) set({ editor: command.trim() });
          }}
          data={[
            ...editorNames.map((value) => ({ value, label: editorTitles[value] })),
            { value: custom, label: 'Another command' },
          ]}
          allowDeselect={false}
          w={320}
        />
        {isCustom && (
          <TextInput
            aria-label="Editor command"
            placeholder={example}
            value={command}
            onChange={(event) => change(event.currentTarget.value)}
            error={command === '' ? null : problem}
            description={command === '' ? `For example: ${example}` : undefined}
            w={320}
            styles={{ input: { fontFamily: 'var(--sm-mono)' } }}
          />
        )}
      </div>
    </section>
  );
}

/** Why the command cannot be used; null when it can. */
function problemOf(command: string): string | null {
  if (command.trim() === '') return 'Give a command.';
  return /\{file\}/.test(command.trim().replace(/^\S+/, '')) ? null : 'It has no {file} after the program.';
}
