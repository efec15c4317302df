/** Which node port a Service keeps when its spec names none. Pure. */

import type { DefaultedElasticWebSpec } from '../api/types.ts';
import { type OwnedItem, ownedFields } from '../kube/owned-fields.ts';
import { FIELD_MANAGER, type Service } from './kinds.ts';

/**
 * The node port to write down so that it stays; undefined where Kubernetes keeps it by itself, or where there is none.
 *
 * Kubernetes keeps it for a port that keeps its number and protocol, or its name. One for which all that changes at once is another port
 * to it and gets another node port, and the clients of the old one are lost. So where number or protocol change, and ever after, the number
 * is part of what is applied.
 */
export function keptNodePort(live: Service | undefined, spec: DefaultedElasticWebSpec): number | undefined {
  const ours = live && ownPort(live);
  // Others may have put ports of their own beside ours, and before it.
  const port = live?.spec.ports?.find((one) => one.port === ours?.key.port && protocolOf(one) === ours.key.protocol);
  if (ours === undefined || port?.nodePort === undefined || port.nodePort === 0) return undefined;
  const isSamePort = port.port === spec.port && protocolOf(port) === spec.protocol;
  const isWrittenDown = ours.node.fields.has('nodePort');
  return isSamePort && !isWrittenDown ? undefined : port.nodePort;
}

const protocolOf = ({ protocol = 'TCP' }: { readonly protocol?: string }): string => protocol;

/** The port that the syncer has applied. */
function ownPort(live: Service): OwnedItem | undefined {
  return ownedFields(live, FIELD_MANAGER)?.fields.get('spec')?.fields.get('ports')?.items[0];
}
