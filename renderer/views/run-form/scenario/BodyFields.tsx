import { Select, TextInput } from '@mantine/core';
import type { BodyDraft } from './scenario-draft';
import { Lines } from './StepFields';

const placeholders: Record<BodyDraft['type'], string> = {
  none: '',
  json: '{ "item": "{{ id }}", "quantity": 1 }',
  form: 'name=value',
  multipart: 'title=A lamp\npicture=@lamp.png;type=image/png',
  text: '',
  file: '',
};

/** What is sent with a request. */
export function BodyFields({
  body,
  error,
  onChange,
}: {
  body: BodyDraft;
  error: string | undefined;
  onChange: (change: Partial<BodyDraft>) => void;
}) {
  const hasType = body.type === 'text' || body.type === 'file';
  return (
    <>
      <div className="form-row">
        <Select
          label="Body"
          data={[
            { value: 'none', label: 'None' },
            { value: 'json', label: 'JSON' },
            { value: 'form', label: 'Form fields' },
            { value: 'multipart', label: 'Multipart' },
            { value: 'text', label: 'Text' },
            { value: 'file', label: 'A file' },
          ]}
          value={body.type}
          onChange={(type) => type && onChange({ type })}
          allowDeselect={false}
          w={140}
        />
        {body.type === 'file' && (
          <TextInput
            label="File"
            placeholder="body.bin"
            className="grow"
            classNames={{ input: 'mono' }}
            value={body.file}
            error={error}
            onChange={(event) => onChange({ file: event.currentTarget.value })}
          />
        )}
        {hasType && (
          <TextInput
            label="Content type"
            placeholder={body.type === 'text' ? 'text/plain' : 'application/octet-stream'}
            value={body.contentType}
            onChange={(event) => onChange({ contentType: event.currentTarget.value })}
            w={200}
          />
        )}
      </div>
      {body.type !== 'none' && body.type !== 'file' && (
        <Lines
          label={body.type === 'form' || body.type === 'multipart' ? 'Fields' : 'Content'}
          placeholder={placeholders[body.type]}
          value={body.text}
          error={error}
          onChange={(text) => onChange({ text })}
        />
      )}
    </>
  );
}
