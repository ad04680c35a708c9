import { Button, Switch, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { AppInfo } from '../../../main/api';
import { formatDurationMs, formatNumber } from '../../../profiles/format';
import type { FieldErrors } from './form-state';
import { useForm } from './form-store';
import { RequestFields } from './RequestFields';

/** Which load to put on the target once it listens. */
export function LoadFields({ info, errors }: { info: AppInfo; errors: FieldErrors }) {
  const { form, change } = useForm();
  const preset = info.presets.find((each) => each.name === form.preset);
  return (
    <section className="form-section">
      <h2>Load</h2>
      <div className="presets" role="radiogroup" aria-label="Load">
        <button
          type="button"
          role="radio"
          aria-checked={form.preset === null}
          aria-label="No load"
          className="preset"
          onClick={() => change({ preset: null })}
        >
          <strong>None</strong>
          <span className="muted">you drive it</span>
        </button>
        {info.presets.map((each) => (
          <button
            key={each.name}
            type="button"
            role="radio"
            aria-checked={form.preset === each.name}
            aria-label={`Load ${each.name}`}
            className="preset"
            title={each.description}
            onClick={() => change({ preset: each.name })}
          >
            <strong>{each.name}</strong>
            <span className="muted">
              {formatNumber(each.users)} users · {formatDurationMs(each.durationMs)}
            </span>
          </button>
        ))}
      </div>
      {preset && (
        <>
          <p className="muted preset-description">{preset.description}</p>
          <div className="form-row">
            <TextInput
              label="Users"
              placeholder={String(preset.users)}
              inputMode="numeric"
              value={form.users}
              error={errors['users']}
              onChange={(event) => change({ users: event.currentTarget.value })}
              w={120}
            />
            <TextInput
              label="Duration (s)"
              placeholder={String(preset.durationMs / 1000)}
              inputMode="decimal"
              value={form.durationSeconds}
              error={errors['durationSeconds']}
              onChange={(event) => change({ durationSeconds: event.currentTarget.value })}
              w={120}
            />
            <Switch
              className="form-row-switch"
              label="Stop the target when the load has ended"
              checked={form.stopTargetAtEnd}
              onChange={(event) => change({ stopTargetAtEnd: event.currentTarget.checked })}
            />
          </div>
          <fieldset className="form-group">
            <legend>Requests</legend>
            {form.requests.length === 0 && (
              <p className="muted">GET / at the address the target listens on.</p>
            )}
            {form.requests.map((_row, index) => (
              <RequestFields key={index} index={index} errors={errors} />
            ))}
            <Button
              className="align-start"
              size="compact-xs"
              variant="default"
              leftSection={<IconPlus size={12} />}
              onClick={() =>
                change({ requests: [...form.requests, { method: 'GET', url: '/', headers: '', body: '' }] })
              }
            >
              Add request
            </Button>
          </fieldset>
        </>
      )}
    </section>
  );
}
