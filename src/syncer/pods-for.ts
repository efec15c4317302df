/** How many pods the Deployment of an ElasticWeb gets in a pass: what was decided, or what somebody else has set. */

import type { DefaultedElasticWebSpec } from '../api/types.ts';
import type { Decision } from '../scaling/decision.ts';
import type { FoundChild } from './child.ts';
import type { WantedPods } from './children.ts';
import type { Contender } from './contention.ts';
import type { Deployment, ElasticWebResource } from './kinds.ts';
import type { PassContext } from './pass.ts';

/** The number, and where it comes from. */
export interface Pods {
  readonly decision: Decision;
  /** Who sets the number instead, if anybody does. */
  readonly contender: Contender | undefined;
  readonly wanted: WantedPods;
}

/** Decides about the pods of an ElasticWeb whose Deployment was found as it is. */
export function podsFor(
  {
    autoscaler,
    contention,
  }: { readonly autoscaler: Pick<PassContext['autoscaler'], 'decide'> } & Pick<PassContext, 'contention'>,
  web: ElasticWebResource,
  spec: DefaultedElasticWebSpec,
  { live: found, ownership }: FoundChild<Deployment>,
): Pods {
  const live = ownership.kind === 'ours' ? found : undefined;
  const currentReplicas = live && (live.spec.replicas ?? 1);
  const decided = autoscaler.decide(web, spec, { currentReplicas, readyReplicas: live?.status?.readyReplicas ?? 0 });
  const contender = live && contention.contender(live, decided.replicas);
  const decision = contender === undefined ? decided : leftTo(contender, decided, currentReplicas);
  return {
    decision,
    contender,
    wanted: {
      replicas: contender === undefined ? decision.replicas : undefined,
      isKept: spec.autoscaling !== undefined && decision.replicas === currentReplicas,
    },
  };
}

/** The number is somebody else's: it is told as it is. */
function leftTo({ message }: Contender, decision: Decision, current = decision.replicas): Decision {
  const active = { status: false, reason: 'ReplicasContended', message };
  return { ...decision, replicas: current, active, limited: undefined };
}
