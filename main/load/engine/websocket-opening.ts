/**
 * Why a WebSocket did not open: undici's tells that it failed, and no more. What its requests come to is looked at on the way.
 */
import type { Dispatcher } from 'undici';

export interface Opening {
  dispatcher: Dispatcher;
  /** Of the connection or the request. */
  error?: NodeJS.ErrnoException;
  /** The server answered as HTTP does, with this. */
  status?: number;
}

/** @param dispatcher that the request goes to */
export function openingBy(dispatcher: Dispatcher): Opening {
  const opening: Opening = {
    dispatcher: dispatcher.compose((dispatch) => (options, handler) => {
      return dispatch(options, {
        onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
        onRequestUpgrade: (controller, status, headers, socket) =>
          handler.onRequestUpgrade?.(controller, status, headers, socket),
        onResponseStart: (controller, status, headers, message) => {
          opening.status = status;
          handler.onResponseStart?.(controller, status, headers, message);
        },
        onResponseData: (controller, piece) => handler.onResponseData?.(controller, piece),
        onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
        onResponseError: (controller, error) => {
          opening.error ??= error;
          handler.onResponseError?.(controller, error);
        },
      });
    }),
  };
  return opening;
}
