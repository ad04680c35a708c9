import { Kbd, Modal } from '@mantine/core';
import { flameKeys } from '../flame/keys';
import { treeKeys } from '../functions/tree-keys';
import { modKey } from './shortcuts';
import { useOverlays } from './overlays';

type Rows = readonly { keys: readonly string[]; text: string }[];

const sections: [title: string, rows: Rows][] = [
  [
    'Everywhere',
    [
      { keys: [`${modKey} K`], text: 'Command palette' },
      { keys: ['N'], text: 'New run' },
      { keys: ['S'], text: 'Stop and save the running recording' },
      { keys: ['Alt ←', 'Alt →'], text: 'Back and forward through everything that was selected' },
      { keys: ['?'], text: 'This help' },
    ],
  ],
  [
    'In a run or session',
    [
      { keys: ['1 … 7'], text: 'Summary, Flame, Functions, Memory, Load, Processes, Output' },
      { keys: ['/'], text: 'Search a function or file; /^regular expression/ between slashes' },
      { keys: ['Enter', 'Shift Enter'], text: 'In the search field: next and previous match' },
      { keys: ['[', ']'], text: 'Previous and next time range' },
      {
        keys: ['Esc'],
        text: 'Clear the innermost selection: function, search, last step, range, threads',
      },
      { keys: ['Right-click', 'Shift F10'], text: 'On a frame or a row: what can be done with it' },
      { keys: ['Drag'], text: 'On the lanes: select a time range that every view obeys' },
    ],
  ],
  ['On flame graphs and charts', flameKeys],
  ['In call trees and tables', treeKeys],
  [
    'In heap snapshots',
    [
      { keys: [`${modKey} K`], text: 'Take heap snapshot, compare the last two' },
      { keys: ['↑', '↓'], text: 'Row by row; the object’s details follow' },
      { keys: ['→', '←'], text: 'Open and close a row: instances, references, retainers' },
      { keys: ['/'], text: 'Filter constructors, strings and lists' },
      { keys: ['Z', 'Backspace'], text: 'In the dominators: zoom into the object, and back' },
      { keys: ['Esc'], text: 'Close the object’s details' },
    ],
  ],
];

/** `?`: the keys. */
export function HelpOverlay() {
  const { help, closeHelp } = useOverlays();
  return (
    <Modal opened={help} onClose={closeHelp} title="Keyboard" size={980} centered>
      <div className="help-columns">
        {sections.map(([title, rows]) => (
          <section key={title} className="help-section">
            <h3>{title}</h3>
            <dl>
              {rows.map(({ keys, text }) => (
                <div key={`${keys.join()} ${text}`}>
                  <dt>
                    {keys.map((key) => (
                      <Kbd key={key} size="xs">
                        {key}
                      </Kbd>
                    ))}
                  </dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
