import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { toAppError } from '../../main/errors';
import { ErrorPanel } from './ErrorPanel';

interface Props {
  children: ReactNode;
  /** The boundary tries again when this changes. */
  resetKey: string;
}

/** A view that broke does not take the window with it. */
export class ErrorBoundary extends Component<Props, { thrown: unknown; failed: boolean }> {
  override state = { thrown: undefined as unknown, failed: false };

  static getDerivedStateFromError(thrown: unknown) {
    return { thrown, failed: true };
  }

  override componentDidUpdate(previous: Props): void {
    if (this.state.failed && previous.resetKey !== this.props.resetKey) this.setState({ failed: false });
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    const error = toAppError(this.state.thrown, 'This view could not be shown').toJSON();
    return (
      <div className="pane">
        <ErrorPanel
          error={{ ...error, hint: 'Recordings go on. Try again, or choose another view on the left.' }}
        >
          <Button size="xs" onClick={() => this.setState({ failed: false })}>
            Show it again
          </Button>
        </ErrorPanel>
      </div>
    );
  }
}
