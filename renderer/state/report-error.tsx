/** Errors that belong to no place on the screen: a notification that stays until it is closed, with details to copy. */
import { notifications } from '@mantine/notifications';
import type { AppError } from '../../main/errors';
import { CopyDetails } from '../components/CopyDetails';

export function reportError(error: AppError): void {
  notifications.show({
    color: 'red',
    autoClose: false,
    withBorder: true,
    title: error.message,
    message: (
      <>
        {error.hint}
        <CopyDetails error={error} />
      </>
    ),
  });
}

/** Something went well and the person may want to know. */
export function tell(title: string, message: React.ReactNode = '', id?: string): void {
  notifications.show({ id, title, message, autoClose: 8000, withBorder: true });
}
