import { Kbd, Modal } from '@mantine/core';
import { modKey } from './shortcuts';
import { useOverlays } from './overlays';

const keys: [title: string, rows: [keys: string[], meaning: string][]][] = [
  [
    'Everywhere',
    [
      [[modKey, 'K'], 'Command palette'],
      [['N'], 'New run'],
      [['S'], 'Stop and save the running recording'],
      [['Alt', '←'], 'Back'],
      [['Alt', '→'], 'Forward'],
      [['?'], 'This help'],
    ],
  ],
  [
    'In a run or session',
    [
      [['1'], 'Summary; 2 Flame, 3 Functions, 4 Memory, 5 Load, 6 Processes, 7 Output'],
      [['/'], 'Search'],
      [['['], 'Previous time range'],
      [[']'], 'Next time range'],
      [['Esc'], 'Clear the innermost selection: function, search, range, threads'],
    ],
  ],
  [
    'With the mouse',
    [
      [['drag'], 'On the lanes: select a time range that every view obeys'],
      [['click'], 'On a frame or a row: show the function’s details'],
      [['wheel'], 'On the flamegraph: zoom'],
    ],
  ],
];

/** `?`: the keys. */
export function HelpOverlay() {
  const { help, closeHelp } = useOverlays();
  return (
    <Modal opened={help} onClose={closeHelp} title="Keyboard" size={520} centered>
      {keys.map(([title, rows]) => (
        <section key={title} className="help-section">
          <h3>{title}</h3>
          <dl>
            {rows.map(([combination, meaning]) => (
              <div key={combination.join()}>
                <dt>
                  {combination.map((key) => (
                    <Kbd key={key} size="xs">
                      {key}
                    </Kbd>
                  ))}
                </dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  );
}
