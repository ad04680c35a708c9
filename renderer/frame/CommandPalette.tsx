import { Kbd } from '@mantine/core';
import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useCommands } from './use-commands';

/** ⌘/Ctrl K: every command by name. */
export function CommandPalette() {
  const commands = useCommands();
  const groups: SpotlightActionGroupData[] = (['Run', 'Go to', 'Session', 'View'] as const)
    .map((group) => ({
      group,
      actions: commands
        .filter((command) => command.group === group)
        .map((command) => ({
          id: command.id,
          label: command.label,
          leftSection: command.icon,
          rightSection: command.keys && <Kbd size="xs">{command.keys}</Kbd>,
          onClick: command.run,
        })),
    }))
    .filter((group) => group.actions.length > 0);
  return (
    <Spotlight
      actions={groups}
      nothingFound="No command of that name"
      shortcut={['mod + K']}
      highlightQuery
      scrollable
      maxHeight={420}
      size={560}
      radius="md"
      transitionProps={{ duration: 80 }}
      searchProps={{
        leftSection: <IconSearch size={16} aria-hidden />,
        placeholder: 'What do you want to do?',
        'aria-label': 'Search commands',
      }}
    />
  );
}
