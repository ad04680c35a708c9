/** A multipart body as it went over the wire, taken apart again. */
import type { Body } from '../../scenario';

export type MultipartBody = Extract<Body, { type: 'multipart' }>;

/** Undefined when it is none, or a part of it has no name. Contents of files are not looked at: they are named only. */
export function multipartOfText(text: string, contentType: string | undefined): MultipartBody | undefined {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? '') ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return undefined;
  const [, ...pieces] = `\r\n${text}`.split(
    new RegExp(`\\r?\\n--${boundary.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`),
  );
  const parts: MultipartBody['parts'] = [];
  for (const piece of pieces) {
    if (piece.startsWith('--')) break;
    const [, head = '', value = ''] = /^[ \t]*\r?\n(.*?)\r?\n\r?\n(.*)$/s.exec(`${piece}`) ?? [];
    const name = parameterOf(head, 'name');
    if (name === undefined) return undefined;
    const fileName = parameterOf(head, 'filename');
    if (fileName === undefined) parts.push({ name, value });
    else {
      const type = /^content-type:\s*(.+?)\s*$/im.exec(head)?.[1];
      parts.push({
        name,
        file: fileName === '' ? 'file' : fileName,
        ...(type !== undefined && { contentType: type }),
      });
    }
  }
  return parts.length > 0 ? { type: 'multipart', parts } : undefined;
}

/** Browsers write quotes and line breaks in names as %22, %0D and %0A. */
function parameterOf(head: string, name: string): string | undefined {
  const found = new RegExp(`^content-disposition:.*?;\\s*${name}="([^"]*)"`, 'im').exec(head)?.[1];
  return found?.replace(/%22/g, '"').replace(/%0D/gi, '\r').replace(/%0A/gi, '\n');
}

/** What has to be said of its files. */
export const filesNote =
  'The contents of files in forms are not taken over: put the files beside the scenario under their names.';
