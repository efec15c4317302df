/** Which node port a Service keeps when its spec names none. Pure. */

import type { DefaultedElasticWebSpec } from '../api/types.ts';
import { FIELD_MANAGER, type Service } from './kinds.ts';

/**
 * The node port to write down so that it stays; undefined where Kubernetes keeps it by itself, or where there is none.
 *
 * Kubernetes knows a port by its number and protocol: when one of them changes, it is another port and gets another node port, and the
 * clients of the old one are lost. So then, and ever after, the number is part of what is applied.
 */
export function keptNodePort(live: Service | undefined, spec: DefaultedElasticWebSpec): number | undefined {
  const port = live?.spec.ports?.[0];
  if (live === undefined || port?.nodePort === undefined || port.nodePort === 0) return undefined;
  const isSamePort = port.port === spec.port && (port.protocol ?? 'TCP') === spec.protocol;
  return isSamePort && !isWrittenDown(live) ? undefined : port.nodePort;
}

/** Whether the syncer's own fields include the node port. */
function isWrittenDown({ metadata }: Service): boolean {
  return (metadata.managedFields ?? []).some(
    ({ manager, fieldsV1 }) => manager === FIELD_MANAGER && JSON.stringify(fieldsV1 ?? {}).includes('"f:nodePort"'),
  );
}
