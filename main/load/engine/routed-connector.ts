/** Lets undici connect where the routes lead, under the name that the request has. */
import { buildConnector } from 'undici';
import { routes } from '../faults/routes';

type Options = buildConnector.BuildOptions & {
  /** HTTP/2 without TLS: known to undici, not to its types. */
  useH2c?: boolean;
};

export function routedConnector(options: Options): buildConnector.connector {
  const connect = buildConnector(options);
  return (to, callback) => {
    const port = Number(to.port) || (to.protocol === 'https:' ? 443 : 80);
    const route = routes.of(to.hostname, port);
    connect({ ...to, hostname: route.host, port: String(route.port) }, callback);
  };
}
