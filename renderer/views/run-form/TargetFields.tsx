import { ActionIcon, Button, SegmentedControl, Switch, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { AppInfo } from '../../../main/api';
import { AttachFields } from './AttachFields';
import { parseCommandLine } from './argv';
import type { FieldErrors } from './form-state';
import { useForm } from './form-store';

/** What to profile: a command, or a process that runs already. */
export function TargetFields({ info, errors }: { info: AppInfo; errors: FieldErrors }) {
  const { form, change } = useForm();
  return (
    <section className="form-section">
      <div className="form-section-head">
        <h2>Target</h2>
        <SegmentedControl
          aria-label="Kind of target"
          value={form.mode}
          onChange={(mode) => change({ mode: mode })}
          data={[
            { value: 'launch', label: 'Start a command' },
            { value: 'attach', label: 'Attach to a process' },
          ]}
        />
      </div>
      {form.mode === 'attach' ? (
        <AttachFields errors={errors} />
      ) : (
        <LaunchFields info={info} errors={errors} />
      )}
    </section>
  );
}

function LaunchFields({ info, errors }: { info: AppInfo; errors: FieldErrors }) {
  const { form, change } = useForm();
  const hasMore = form.env.length > 0 || !!form.nodeFlags || !!form.nodeBinary || form.shell;
  const [more, setMore] = useState(hasMore);
  const shown = more || hasMore || ['env', 'nodeFlags', 'nodeBinary'].some((field) => errors[field]);
  return (
    <>
      <TextInput
        label="Command"
        placeholder="node server.js"
        value={form.command}
        error={errors['command']}
        onChange={(event) => change({ command: event.currentTarget.value })}
        classNames={{ input: 'mono' }}
        data-autofocus
        autoFocus
        spellCheck={false}
        autoComplete="off"
      />
      <CommandPreview platform={info.platform} />
      <TextInput
        label="Working folder"
        placeholder={info.cwd}
        value={form.cwd}
        error={errors['cwd']}
        onChange={(event) => change({ cwd: event.currentTarget.value })}
        classNames={{ input: 'mono' }}
        spellCheck={false}
      />
      {!shown && (
        <Button
          className="align-start"
          variant="subtle"
          color="gray"
          size="compact-xs"
          onClick={() => setMore(true)}
        >
          Environment, Node flags, Node binary, shell…
        </Button>
      )}
      {shown && <LaunchOptions info={info} errors={errors} />}
    </>
  );
}

function LaunchOptions({ info, errors }: { info: AppInfo; errors: FieldErrors }) {
  const { form, change } = useForm();
  return (
    <>
      <EnvironmentRows error={errors['env']} />
      <div className="form-row">
        <TextInput
          className="grow"
          label="Node flags"
          placeholder="--max-old-space-size=512"
          value={form.nodeFlags}
          error={errors['nodeFlags']}
          onChange={(event) => change({ nodeFlags: event.currentTarget.value })}
          classNames={{ input: 'mono' }}
          spellCheck={false}
        />
        <TextInput
          className="grow"
          label="Node binary"
          placeholder={`node on PATH (the workbench runs ${info.nodeVersion})`}
          value={form.nodeBinary}
          error={errors['nodeBinary']}
          onChange={(event) => change({ nodeBinary: event.currentTarget.value })}
          classNames={{ input: 'mono' }}
          spellCheck={false}
        />
      </div>
      <Switch
        label="Run through the shell"
        description="For pipes, && and variables. Otherwise the command starts directly, exactly as shown."
        checked={form.shell}
        onChange={(event) => change({ shell: event.currentTarget.checked })}
      />
    </>
  );
}

/** The words the target will get, so that quoting holds no surprises. */
function CommandPreview({ platform }: { platform: string }) {
  const { form, change } = useForm();
  if (!form.command.trim()) return null;
  if (form.shell)
    return (
      <div className="argv-preview">
        <span className="muted">The shell gets this line as it stands.</span>
      </div>
    );
  const { env, argv, shellSyntax } = parseCommandLine(form.command, platform);
  return (
    <div className="argv-preview" aria-label="Command as words">
      {Object.entries(env).map(([name, value]) => (
        <code key={name} className="argv-env" title="Environment variable">
          {name}={value}
        </code>
      ))}
      {argv.map((word, index) => (
        <code key={`${index} ${word}`}>{word === '' ? <i>empty</i> : word}</code>
      ))}
      {shellSyntax && (
        <span className="argv-warning">
          <code>{shellSyntax}</code> is passed on as a plain word.{' '}
          <Button size="compact-xs" variant="subtle" onClick={() => change({ shell: true })}>
            Run through the shell
          </Button>
        </span>
      )}
    </div>
  );
}

function EnvironmentRows({ error }: { error: string | undefined }) {
  const { form, change } = useForm();
  const { env } = form;
  const edit = (at: number, field: 'name' | 'value', text: string): void =>
    change({ env: env.map((pair, index) => (index === at ? { ...pair, [field]: text } : pair)) });
  return (
    <fieldset className="form-group">
      <legend>Environment</legend>
      {env.map((pair, index) => (
        <div className="form-row" key={index}>
          <TextInput
            aria-label={`Name of variable ${index + 1}`}
            placeholder="NAME"
            value={pair.name}
            onChange={(event) => edit(index, 'name', event.currentTarget.value)}
            classNames={{ input: 'mono' }}
            error={!!error && !pair.name.trim()}
            w={220}
          />
          <TextInput
            aria-label={`Value of variable ${index + 1}`}
            placeholder="value"
            className="grow"
            value={pair.value}
            onChange={(event) => edit(index, 'value', event.currentTarget.value)}
            classNames={{ input: 'mono' }}
          />
          <ActionIcon
            aria-label={`Remove variable ${index + 1}`}
            size={30}
            onClick={() => change({ env: env.filter((_pair, at) => at !== index) })}
          >
            <IconX size={14} />
          </ActionIcon>
        </div>
      ))}
      {error && <div className="field-error">{error}</div>}
      <Button
        className="align-start"
        size="compact-xs"
        variant="default"
        leftSection={<IconPlus size={12} />}
        onClick={() => change({ env: [...env, { name: '', value: '' }] })}
      >
        Add variable
      </Button>
    </fieldset>
  );
}
