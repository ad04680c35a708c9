import { Button, Progress } from '@mantine/core';
import { useTasks } from '../state/tasks';

/** Long actions that run, each with its progress and a cancel. */
export function TaskList() {
  const tasks = useTasks((state) => state.tasks);
  return (
    <>
      {tasks.map((task) => (
        <span key={task.id} className="task" role="status">
          <span className="task-title">{task.text ? `${task.title}: ${task.text}` : task.title}</span>
          <Progress
            className="task-progress"
            size="xs"
            aria-label={task.title}
            value={task.fraction === null ? 100 : task.fraction * 100}
            animated={task.fraction === null}
          />
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => task.cancel()}>
            Cancel
          </Button>
        </span>
      ))}
    </>
  );
}
