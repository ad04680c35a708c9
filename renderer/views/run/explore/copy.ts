import { AppError } from '../../../../main/errors';
import { reportError, tell } from '../../../state/report-error';

/** Puts a text on the clipboard and says so. */
export async function copyText(what: string, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell(`${what} copied`);
  } catch {
    reportError(
      new AppError('INTERNAL', 'The clipboard cannot be written to.', {
        hint: 'Browsers allow it only to pages on localhost or https, and may ask first. Copy the text by hand.',
        details: text,
      }),
    );
  }
}

/** The address reproduces everything that is selected. */
export function copyLink(): Promise<void> {
  return copyText('Link to this view', location.href);
}
